"""Settings come from the environment, then ``.env``, then their defaults, and tell where they came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import SettingError
from twin.settings import PROJECT, Settings, described, settings

Change = Callable[..., None]


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``.env`` in the working folder, still empty."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text("")
    return file


def origin_of(name: str) -> str:
    return {variable: origin for variable, _, origin in described()}[name]


def test_without_anything_set_the_twin_is_private_and_listens_at_home(env_file: Path, fresh_settings: Change) -> None:
    fresh_settings()
    assert env_file.read_text() == ""
    assert settings().is_private
    assert (settings().home, settings().host, settings().port) == (PROJECT / ".twin", "127.0.0.1", 8050)
    assert {origin for _, _, origin in described()} == {"default"}


def test_the_environment_wins_over_env_and_that_over_the_default(env_file: Path, fresh_settings: Change) -> None:
    env_file.write_text("TWIN_PORT=9001\nTWIN_WORKERS=3\n")
    fresh_settings(TWIN_PORT="9002")
    assert (settings().port, settings().workers, settings().host) == (9002, 3, "127.0.0.1")
    assert (origin_of("TWIN_PORT"), origin_of("TWIN_WORKERS"), origin_of("TWIN_HOST")) == (
        "environment",
        ".env",
        "default",
    )


def test_lines_of_env_that_are_not_ours_are_left_alone(env_file: Path, fresh_settings: Change) -> None:
    env_file.write_text("SOMETHING_ELSE=1\nTWIN_PORT=9001\n")
    fresh_settings()
    assert settings().port == 9001


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("postgresql://office:s3cret@db.example:5433/city", "postgresql://office:***@db.example:5433/city"),
        ("postgresql://:s3cret@db.example/city", "postgresql://:***@db.example/city"),
        ("postgresql://office@db.example/city", "postgresql://office@db.example/city"),
    ],
)
def test_the_password_of_a_dsn_is_masked(fresh_settings: Change, dsn: str, shown: str) -> None:
    fresh_settings(TWIN_DSN=dsn)
    assert not settings().is_private
    assert {variable: value for variable, value, _ in described()}["TWIN_DSN"] == shown
    assert "s3cret" not in str(described())


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TWIN_PORT", "eighty", "valid integer"),
        ("TWIN_PORT", "70000", "less than or equal to 65535"),
        ("TWIN_WORKERS", "-1", "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable_and_what_it_is_for(
    fresh_settings: Change, variable: str, value: str, said: str
) -> None:
    fresh_settings(**{variable: value})
    with pytest.raises(SettingError, match=said) as error:
        settings()
    assert str(error.value).startswith(f"{variable}: ")
    description = Settings.model_fields[variable.removeprefix("TWIN_").lower()].description
    assert str(error.value).endswith(str(description))


def test_every_setting_is_described_once(fresh_settings: Change) -> None:
    fresh_settings()
    assert [variable for variable, _, _ in described()] == [f"TWIN_{name.upper()}" for name in Settings.model_fields]
    assert all(each.description for each in Settings.model_fields.values())
