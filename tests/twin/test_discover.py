"""A file in a folder, one public object in it, named like the file; what breaks this is told with file and line."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from twin import discover as discovery
from twin.discover import discover
from twin.errors import DiscoveryError


@dataclass(frozen=True)
class Tool:
    """A kind of thing to be found."""

    id: str


sys.modules.setdefault("tool_of_the_tests", sys.modules[__name__])

HEAD = "from tool_of_the_tests import Tool\n\n"


@pytest.fixture
def shed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """A package ``shed`` to put files in; gives the path of the file that was written."""
    folder = tmp_path / "shed"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    discovery._found.cache_clear()

    def put(name: str, text: str) -> Path:
        file = folder / f"{name}.py"
        file.write_text(HEAD + text, encoding="utf-8")
        importlib.invalidate_caches()
        return file

    yield put
    discovery._found.cache_clear()
    for name in [name for name in sys.modules if name == "shed" or name.startswith("shed.")]:
        del sys.modules[name]


def enter(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, object]) -> None:
    """Let other packages offer things by entry points."""

    class Offered(EntryPoint):
        def load(self) -> object:
            return dict(points)[self.name]

    offered = [Offered(name=name, value=f"their_package:{name}", group="twin.shed") for name, _ in points]
    monkeypatch.setattr(discovery, "entry_points", lambda group: offered if group == "twin.shed" else [])


def test_things_are_found_by_id_in_the_order_of_their_ids(shed: Callable[..., Path]) -> None:
    shed("saw", 'saw = Tool("saw")\n')
    shed("axe", 'axe = Tool("axe")\n')
    assert list(discover("shed", Tool)) == ["axe", "saw"]
    assert discover("shed", Tool)["saw"] == Tool("saw")


def test_files_and_objects_that_begin_with_an_underscore_are_left_alone(shed: Callable[..., Path]) -> None:
    shed("axe", '_spare = Tool("spare")\naxe = Tool("axe")\n')
    shed("_bench", "")
    assert list(discover("shed", Tool)) == ["axe"]


def test_a_file_without_such_a_thing_stops_the_start(shed: Callable[..., Path]) -> None:
    file = shed("axe", "axe = 1\n")
    with pytest.raises(DiscoveryError, match="needs exactly one public Tool, has 0") as error:
        discover("shed", Tool)
    assert str(error.value).startswith(f"{file}:1:")


def test_a_file_with_two_such_things_names_both(shed: Callable[..., Path]) -> None:
    shed("axe", 'axe = Tool("axe")\nsaw = Tool("saw")\n')
    with pytest.raises(DiscoveryError, match=r"has 2 \(axe, saw\)"):
        discover("shed", Tool)


def test_an_id_that_is_not_the_files_name_is_told_with_its_line(shed: Callable[..., Path]) -> None:
    file = shed("axe", '\n\naxe = Tool("hatchet")\n')
    with pytest.raises(DiscoveryError, match="the id is 'hatchet', but the file is named 'axe'") as error:
        discover("shed", Tool)
    assert str(error.value).startswith(f"{file}:5:")


def test_a_file_that_cannot_be_imported_is_not_passed_over(shed: Callable[..., Path]) -> None:
    shed("axe", "import no_such_module\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        discover("shed", Tool)


def test_another_package_joins_by_an_entry_point(shed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shed("axe", 'axe = Tool("axe")\n')
    enter(monkeypatch, ("adze", Tool("adze")))
    assert list(discover("shed", Tool)) == ["adze", "axe"]


def test_another_package_cannot_take_an_id_that_is_taken(
    shed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shed("axe", 'axe = Tool("axe")\n')
    enter(monkeypatch, ("axe", Tool("axe")))
    with pytest.raises(DiscoveryError, match="the id 'axe' is taken by") as error:
        discover("shed", Tool)
    assert str(error.value).startswith("their_package:axe")
    assert str(file) in str(error.value)


def test_another_package_must_bring_the_right_kind(shed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shed("axe", 'axe = Tool("axe")\n')
    enter(monkeypatch, ("adze", "no tool"))
    with pytest.raises(DiscoveryError, match="their_package:adze: is a str, not a Tool"):
        discover("shed", Tool)


def test_what_was_found_cannot_be_changed(shed: Callable[..., Path]) -> None:
    shed("axe", 'axe = Tool("axe")\n')
    with pytest.raises(TypeError, match="does not support item assignment"):
        discover("shed", Tool)["saw"] = Tool("saw")  # type: ignore[index]


@dataclass(frozen=True)
class Drill(Tool):
    """A kind of its own, of the family of tools."""


def test_a_folder_may_hold_several_kinds_of_a_family(shed: Callable[..., Path]) -> None:
    shed("axe", 'axe = Tool("axe")\n')
    shed("drill", 'from tool_of_the_tests import Drill\ndrill = Drill("drill")\n')
    assert list(discover("shed", Tool)) == ["axe", "drill"]
    assert list(discover("shed", Drill)) == ["drill"]


def test_a_file_with_two_kinds_of_a_family_names_both(shed: Callable[..., Path]) -> None:
    shed("axe", 'from tool_of_the_tests import Drill\naxe = Tool("axe")\ndrill = Drill("drill")\n')
    with pytest.raises(DiscoveryError, match=r"has 2 \(axe, drill\)"):
        discover("shed", Drill)
