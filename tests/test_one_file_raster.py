"""One file, found by itself: the raster of CONTRIBUTING.md is put into its folder, and no other file changes."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.schema import Layer, Raster
from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.layers import test_raster_conformance
from tests.pipelines.cells import write_raster
from tests.pipelines.conftest import EAST, NORTH, SmallCity, zone
from tests.test_one_file import PROJECT, added  # noqa: F401
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.rasters import grids
from twin.discover import discover
from twin.spatial.zonal import zonal


@pytest.mark.usefixtures("added")
def test_a_rasters_file_is_a_load_target_whose_cells_can_be_summed(store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    city = SmallCity(tmp_path)
    city.file("zones.gpkg", [zone("Z1", 0, 0)])
    write_raster(tmp_path / "noise.tif", np.array([[55, 61], [200, 58]], dtype="int16"))
    city.source("zone", "zones.gpkg")
    city.source("noise", "noise.tif")
    (noise,) = [each for each in load(read_recipe(city.write())).sources if each.layer == "noise"]
    assert (noise.read, noise.loaded, noise.rejected) == (1, 1, 0)
    assert noise.notes == ["1 cells hold what cannot be true, such as 200: they have no data now"]
    with connect() as connection:
        found = grids(connection, 4547)["noise"]
    whole = shapely.box(EAST, NORTH + 180, EAST + 20, NORTH + 200)
    assert zonal(found, np.array([whole], dtype=object)).mean.tolist() == [(55 + 61 + 58) / 3]


@pytest.mark.usefixtures("added")
def test_a_rasters_file_is_in_the_reference_and_held_to_the_conformance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PROJECT / "docs" / "reference")
    pages = importlib.import_module("make").reference()
    assert "## noise\n\n**Noise** (噪声). Mean level of noise by day" in pages["rasters.md"]
    assert "numbers that can be true: 0 or more and 140 or less" in pages["rasters.md"]
    tests = [each for name, each in inspect.getmembers(test_raster_conformance, inspect.isfunction) if "test_" in name]
    held = [each for each in tests if "raster" in inspect.signature(each).parameters]
    assert len(held) >= 3
    for each in held:
        each(discover("layers", Raster)["noise"])
    assert "noise" not in discover("layers", Layer)


def test_without_the_file_there_is_no_trace_of_it() -> None:
    assert "noise" not in discover("layers", Raster)
