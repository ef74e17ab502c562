"""The reference speaks of everything that there is, and says what the code says."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import click
import pytest

from layers.schema import Layer
from pipelines.readers.reader import Reader
from pipelines.recipe import City, Source
from twin import errors
from twin.cli import main
from twin.discover import discover
from twin.exporters.exporter import Exporter
from twin.goals import PROFILES, Goal, Profile, load_profile
from twin.index import Index
from twin.networks.network import Network
from twin.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
REFERENCE = PROJECT / "docs" / "reference"


def text_of(page: str) -> str:
    """A committed page of the reference."""
    return (REFERENCE / f"{page}.md").read_text(encoding="utf-8")


def sections_of(page: str) -> dict[str, str]:
    """The sections of a page, by heading."""
    parts = re.split(r"^## (.+)$", text_of(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows_of(text: str) -> dict[str, str]:
    """Rows of the tables of a text, by the name in code type that they begin with."""
    return {match[1]: match[0] for match in re.finditer(r"^\| `([^`]+)` \|.*$", text, flags=re.MULTILINE)}


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that makes the reference."""
    monkeypatch.syspath_prepend(REFERENCE)
    return importlib.import_module("make")


def test_the_committed_pages_are_what_the_code_gives(make: ModuleType) -> None:
    assert make.stale() == [], "run `make reference`"


def test_a_changed_a_missing_and_a_foreign_page_are_stale_until_they_are_made_anew(
    make: ModuleType, tmp_path: Path
) -> None:
    copy = tmp_path / "reference"
    shutil.copytree(REFERENCE, copy)
    (copy / "layers.md").write_text("# Layers\n", encoding="utf-8")
    (copy / "indices.md").unlink()
    (copy / "gone.md").write_text("# Gone\n", encoding="utf-8")
    assert make.stale(copy) == ["gone.md", "indices.md", "layers.md"]
    assert make.write(copy) == ["gone.md", "indices.md", "layers.md"]
    assert make.stale(copy) == []


def test_the_check_names_the_stale_page_and_exits_1(tmp_path: Path) -> None:
    copy = tmp_path / "reference"
    shutil.copytree(REFERENCE, copy)
    (copy / "errors.md").write_text("# Errors\n", encoding="utf-8")
    done = subprocess.run([sys.executable, copy / "make.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "errors.md" in done.stderr
    assert "make reference" in done.stderr


@pytest.mark.parametrize(
    ("page", "package", "kind"),
    [
        ("layers", "layers", Layer),
        ("indices", "twin.indices", Index),
        ("networks", "twin.networks", Network),
        ("readers", "pipelines.readers", Reader),
        ("exporters", "twin.exporters", Exporter),
    ],
)
def test_everything_found_by_itself_has_a_section(page: str, package: str, kind: type) -> None:
    found: Mapping[str, object] = discover(package, kind)
    assert found
    assert found.keys() <= sections_of(page).keys()


def test_each_layer_lists_its_fields_with_unit_and_its_rules_with_words() -> None:
    sections = sections_of("layers")
    for layer in discover("layers", Layer).values():
        rows = rows_of(sections[layer.id])
        for name, each in layer.fields.items():
            assert each.doc in rows[name]
            assert each.unit in rows[name]
            assert all(f"`{choice}`" in rows[name] for choice in each.choices)
        assert all(rule.hint in rows[rule.id] for rule in layer.rules())


def test_each_index_tells_its_formula_and_its_parameters_with_defaults() -> None:
    sections = sections_of("indices")
    for each in discover("twin.indices", Index).values():
        assert "Formula: " in sections[each.id]
        assert f"version of the method: {each.method_version}" in sections[each.id]
        rows = rows_of(sections[each.id])
        for name, default in each.params.items():
            assert f"`{default!r}`" in rows[name]


@pytest.mark.parametrize("name", sorted(path.stem for path in PROFILES.glob("*.toml")))
def test_each_goal_of_a_profile_has_a_row_that_says_whether_it_is_computed_and_verified(name: str) -> None:
    section, computed = sections_of("profiles")[name], discover("twin.indices", Index)
    for goal in load_profile(name).goal:
        (row,) = [line for line in section.splitlines() if f"`{goal.index}`" in line]
        cells = [cell.strip() for cell in row.split("|")]
        assert ("computed" in cells) == (goal.index in computed)
        assert ("reported" in cells) != (goal.index in computed)
        assert ("yes" in cells) == goal.verified


def test_each_command_has_a_section_with_its_options() -> None:
    sections = sections_of("commands")
    for name, command in main.commands.items():
        section = sections[f"twin {name}"]
        shown = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        options = [option for each in shown for option in each.opts]
        assert all(option in section for option in options if option.startswith("--"))


def test_each_setting_has_a_row_with_its_words() -> None:
    rows = rows_of(text_of("settings"))
    for name, each in Settings.model_fields.items():
        assert each.description
        assert each.description in rows[f"TWIN_{name.upper()}"]


@pytest.mark.parametrize(
    ("page", "section", "model"),
    [
        ("recipe", "Keys of [city]", City),
        ("recipe", "Keys of a [[source]]", Source),
        ("profiles", "Keys of a profile", Profile),
        ("profiles", "Keys of a [[goal]]", Goal),
    ],
)
def test_each_key_of_a_file_that_people_write_has_a_row_with_its_words(page: str, section: str, model: type) -> None:
    rows = rows_of(sections_of(page)[section])
    for name, each in model.model_fields.items():  # type: ignore[attr-defined]
        assert each.description, f"{model.__name__}.{name} has no description"
        assert each.description in rows[name]


def test_each_error_has_a_row() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert {each.__name__ for each in classes} <= rows_of(text_of("errors")).keys()


def test_links_between_the_pages_lead_somewhere() -> None:
    for path in REFERENCE.glob("*.md"):
        for target, anchor in re.findall(r"\]\(([a-z_]*(?:\.md)?)#?([\w-]*)\)", path.read_text(encoding="utf-8")):
            page = REFERENCE / target if target else path
            assert page.is_file(), f"{path.name} links to {target}"
            if anchor:
                assert f"\n## {anchor}\n" in page.read_text(encoding="utf-8"), f"{path.name} links to {anchor}"
