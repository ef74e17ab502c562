"""``twin grid`` from a loaded city to zones that it is loaded and scored by."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import EAST, NORTH, write_town
from twin.cli import main
from twin.database.cluster import Cluster
from twin.goals import load_profile
from twin.runs.engine import score


@pytest.fixture
def town(store: Cluster, tmp_path: Path) -> Path:  # noqa: ARG001
    write_town(tmp_path)
    load(read_recipe(tmp_path))
    return tmp_path


def grid(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["grid", *map(str, arguments)])


def test_the_cells_that_hold_buildings_are_written_in_the_citys_crs(town: Path) -> None:
    done = grid("--size", 300, "--out", town / "cells.gpkg")
    assert (done.exit_code, done.output) == (0, f"16 cells of 300 m in {town / 'cells.gpkg'}\n")
    cells = gpd.read_file(town / "cells.gpkg")
    assert cells.crs.to_epsg() == 4547
    assert list(cells.columns) == ["code", "geometry"]
    assert (cells.area == 300**2).all()
    # The town begins at 1,666 columns and 14,366 rows of 300 m, and is 1,000 m wide.
    assert (EAST // 300, NORTH // 300) == (1666, 14366)
    assert sorted(cells["code"]) == [f"E{1666 + n % 4}N{14366 + n // 4}" for n in (0, 4, 8, 12)] + [
        f"E{1666 + c}N{14366 + r}" for c in (1, 2, 3) for r in range(4)
    ]


def test_a_grid_becomes_the_zones_of_a_recipe(town: Path, tmp_path: Path) -> None:
    assert grid("--out", town / "zones.gpkg", "--size", 250).exit_code == 0
    loaded = load(read_recipe(tmp_path))
    cells = gpd.read_file(town / "zones.gpkg")
    assert loaded.sources[0].loaded == len(cells) == 16
    assert score(load_profile("xiongan_2035")).zones >= len(cells)


def test_another_layer_and_what_cannot_be_a_grid(town: Path) -> None:
    streets = grid("--layer", "street", "--size", 100, "--out", town / "s.geojson")
    assert streets.exit_code == 0
    assert len(gpd.read_file(town / "s.geojson")) == 25
    for arguments, said in (
        (("--layer", "bilding"), "Did you mean 'building'?"),
        (("--layer", "water_body"), "has no rows to lay a grid over"),
        (("--size", "0"), "0 is not in the range"),
    ):
        failed = grid(*arguments, "--out", town / "none.gpkg")
        assert failed.exit_code in (1, 2)
        assert said in failed.output
    assert not (town / "none.gpkg").exists()


def test_without_a_city_there_is_no_grid(store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    failed = grid("--out", tmp_path / "none.gpkg")
    assert failed.exit_code == 1
    assert "the store is empty" in failed.output
