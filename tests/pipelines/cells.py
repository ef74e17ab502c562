"""Rasters made by hand for the small city: cells of 10 m, north up, from its origin."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from pipelines.load import load
from pipelines.outcome import Outcome
from pipelines.recipe import read_recipe
from tests.pipelines.conftest import CRS, EAST, NORTH, SmallCity, building, zone
from twin.database.backup import rasters_folder
from twin.database.cluster import Cluster
from twin.database.connect import Connection

HERE = Affine(10, 0, EAST, 0, -10, NORTH + 200)
"""A grid whose upper left corner lies 200 m north of the city's origin."""


def write_raster(
    path: Path, values: Any, *, crs: str | None = CRS, transform: Affine | None = HERE, nodata: Any = None, **more: Any
) -> Path:
    """Write bands (or one) as a GeoTIFF."""
    bands = np.atleast_3d(np.moveaxis(values, 0, -1)) if np.ndim(values) == 3 else np.array(values)[:, :, None]
    height, width, count = bands.shape
    shape = {"width": width, "height": height, "count": count, "dtype": bands.dtype, "nodata": nodata, **more}
    given = {} if transform is None else {"transform": transform}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, **given, **shape) as file:
        for number in range(count):
            file.write(bands[:, :, number], number + 1)
    return path


def people(seed: int = 1) -> np.ndarray:
    """20 rows and 25 columns of people, some cells without data."""
    values = np.random.default_rng(seed).integers(0, 90, (20, 25)).astype("float32")
    values[3:5, 7:9] = np.nan
    return values


@pytest.fixture(name="city")
def grid_city(store: Cluster, small_city: SmallCity) -> SmallCity:  # noqa: ARG001
    """Three zones of 100 m, two of them without a population, a house, and a grid of people."""
    shutil.rmtree(rasters_folder(), ignore_errors=True)  # tests of one session share a TWIN_HOME
    unknown = [{**zone(code, x, 0), "population": None} for code, x in (("Z2", 100), ("FAR", 240))]
    small_city.file("zones.gpkg", [zone("Z1", 0, 0), *unknown])
    small_city.file("buildings.gpkg", [building("B0", 20, 20)])
    write_raster(small_city.folder / "people.tif", people())
    small_city.source("zone", "zones.gpkg")
    small_city.source("building", "buildings.gpkg")
    small_city.source("population", "people.tif", "observed_on = 2025-01-01")
    return small_city


def run(city: SmallCity, layer: str = "population", **options: Any) -> Outcome:
    """Load the city; what became of its raster."""
    return next(each for each in load(read_recipe(city.write()), **options).sources if each.layer == layer)


def counts(done: Outcome) -> tuple[int, int, int, int]:
    return done.read, done.loaded, done.unchanged, done.rejected


def catalogue(connection: Connection) -> list[dict[str, Any]]:
    return connection.execute(
        "SELECT *, nodata::text AS nodata, upper_inf(valid) AS now FROM twin.raster ORDER BY id"
    ).fetchall()


def files_of(layer: str) -> set[str]:
    return {path.name for path in (rasters_folder() / layer).iterdir()}
