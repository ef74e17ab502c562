"""The compose file fits its schema, holds no secret, and names only commands and files that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from twin.cli import main
from twin.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
COMPOSE = PROJECT / "docker-compose.yml"
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
IN_COMPOSE_ONLY = {"TWIN_DB_PASSWORD", "TWIN_CITY"}


def services() -> dict[str, dict[str, Any]]:
    """The services as they are written."""
    found: dict[str, dict[str, Any]] = YAML(typ="safe").load(COMPOSE)["services"]
    return found


def validated(file: Path) -> subprocess.CompletedProcess[str]:
    """The verdict of the schema of compose files."""
    program = str(Path(sys.executable).parent / "check-jsonschema")
    command = [program, "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_file_fits_the_schema_of_compose_files() -> None:
    done = validated(COMPOSE)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("restart: unless-stopped", "restart: [unless-stopped]", "restart"),
        ("    image: postgis/postgis:16-3.4", "    imge: postgis/postgis:16-3.4", "imge"),
        ("condition: service_healthy", "condition: service_is_fine", "service_is_fine"),
    ],
)
def test_the_schema_refuses_a_broken_copy(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert right in text
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    done = validated(broken)
    assert done.returncode == 1
    assert said in done.stdout


def test_there_are_a_store_a_web_and_a_worker_that_tell_how_they_are() -> None:
    assert list(services()) == ["postgis", "web", "worker"]
    assert all("test" in each["healthcheck"] for each in services().values())


def test_no_password_is_written_down_and_none_has_a_default() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    given = re.findall(r"^\s*(\w*PASSWORD\w*): (.*)$", text, flags=re.MULTILINE)
    assert {name for name, _ in given} == {"POSTGRES_PASSWORD", "PGPASSWORD"}
    assert all(re.fullmatch(r"\$\{TWIN_DB_PASSWORD:\?.+\}", value) for _, value in given)
    assert not re.search(r"postgresql://[^@\s]*:[^@\s]*@", text)
    assert re.search(r"^TWIN_DB_PASSWORD=$", (PROJECT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_variable_of_the_file_is_in_the_example_and_every_setting_too() -> None:
    example = set(re.findall(r"^#?(\w+)=", (PROJECT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    used = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    settings = {f"TWIN_{name.upper()}" for name in Settings.model_fields}
    assert used <= example
    assert example == settings | IN_COMPOSE_ONLY


def test_the_variables_that_services_are_given_are_settings_of_the_program() -> None:
    settings = {f"TWIN_{name.upper()}" for name in Settings.model_fields}
    for name in ("web", "worker"):
        assert set(services()[name]["environment"]) - settings == {"PGPASSWORD"}


def calls_of(words: list[str]) -> list[list[str]]:
    """Calls of ``twin`` in a command, those within a shell too."""
    if words[:2] == ["sh", "-c"]:
        return [call for part in re.split(r"&&|;", words[2]) for call in calls_of(shlex.split(part))]
    return [words[1:]] if words and words[0] == "twin" else []


def test_commands_of_the_services_and_of_the_image_are_commands_of_twin() -> None:
    written = [each[key] for each in services().values() for key in ("command",) if key in each]
    written += [each["healthcheck"]["test"][1:] for each in services().values()]
    written += [YAML(typ="safe").load(line) for line in re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)]
    calls = [call for words in written for call in calls_of(words)]
    assert {call[0] for call in calls} == {"serve", "load", "worker", "runs"}
    for name, *arguments in calls:
        # Parsed, not run: an option that does not exist is refused here.
        assert main.commands[name].make_context(name, list(arguments)).command is main.commands[name]


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    with pytest.raises(click.NoSuchOption):
        main.commands["serve"].make_context("serve", ["--prot", "8050"])


def test_the_image_copies_files_that_are_there_and_are_sent() -> None:
    copied = [name for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()]
    sent = [line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert {"requirements.lock", "pyproject.toml", "twin", "layers", "pipelines", "dashboards", "data"} <= set(copied)
    for name in copied:
        assert (PROJECT / name).exists(), name
        assert any(fnmatch(name, pattern) for pattern in sent), name


def test_the_image_checks_hashes_and_does_not_run_as_root() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["10001"]
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("CMD")


def test_files_that_the_services_mount_are_there() -> None:
    assert (PROJECT / "data" / "sample_city" / "city.toml").is_file()
    assert "${TWIN_CITY:-./data/sample_city}:/city:ro" in services()["worker"]["volumes"]
