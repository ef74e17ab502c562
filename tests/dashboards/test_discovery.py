"""A page, a lens and a layer are one file each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.lenses.lens import Lens, lenses
from dashboards.pages.frame import Page, pages
from dashboards.panels.layers import layer_list
from dashboards.server.tiles import drawn_layers
from dashboards.state import View
from layers.schema import Layer
from twin.discover import discover

LENS = """
from dashboards.lenses.attainment import attainment as _other
from dashboards.lenses.lens import Lens
age = Lens("age", 5, _other.classes, "/ages/{run}/{goal}.json", _other.counts, _other.heading, _other.label)
"""
LAYER = """
from layers.schema import Field, Geometry, Layer, Style
bench = Layer("bench", "Benches", "长椅", "Where one can sit.", Geometry.POINT, "bench_id",
    {"bench_id": Field("Identifies the bench.", required=True)}, Style(fill="accent", order=65))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that can be imported as a package of one's own."""
    folder = tmp_path / "added_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("added_package")]:
        del sys.modules[name]


def test_the_map_is_the_first_page() -> None:
    assert next(iter(pages())) == "map"
    assert discover("dashboards.pages", Page).keys() == pages().keys()


def test_attainment_is_the_first_lens() -> None:
    assert next(iter(lenses())) == "attainment"


def test_a_lens_is_found_by_its_file(package: Path) -> None:
    (package / "age.py").write_text(LENS)
    found = discover("added_package", Lens)["age"].for_map()
    assert found["scores"] == "/ages/{run}/{goal}.json"
    assert found["classes"]["0"]["hatch"] == "crossed"


def test_a_layer_that_is_declared_stands_in_the_list_by_itself(package: Path) -> None:
    (package / "bench.py").write_text(LAYER)
    added = {**drawn_layers(), **discover("added_package", Layer)}
    rows = {name: 3 if name == "bench" else 1200 for name in added}
    shown = str(layer_list(added, rows, 15, View()))
    assert "Benches" in shown
    assert "var(--t-accent)" in shown
    assert "长椅" in str(layer_list(added, rows, 15, View(lang="zh")))


def test_zones_are_no_layer_to_switch_off() -> None:
    rows = dict.fromkeys(drawn_layers(), 1)
    assert "Zones" not in str(layer_list(drawn_layers(), rows, 15, View()))
