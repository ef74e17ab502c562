"""A dense city for maps: the houses of ``benchmarks.city_of_houses`` at half their distances, with zones.

Half a million buildings fill 21 km by 21 km, one in 30 m by 30 m; 2,500 zones lie over them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from benchmarks.city_of_houses import EAST, NORTH, SPACING, houses
from pipelines.load import load
from pipelines.recipe import read_recipe
from twin.database.cluster import Cluster
from twin.settings import settings

SHRUNK = 0.5
PART = 250_000
ZONES_ACROSS = 50
RECIPE = """[city]
name = "Dense"
crs = "EPSG:4547"

[[source]]
layer = "zone"
path = "zones.gpkg"

[[source]]
layer = "building"
path = "buildings.gpkg"
"""


def write_dense_city(folder: Path, rows: int) -> None:
    """Write ``buildings.gpkg``, ``zones.gpkg`` and ``city.toml``."""
    for start in range(0, rows, PART):
        frame = houses(start, min(PART, rows - start), rows)
        frame.geometry = shapely.transform(frame.geometry.values, _drawn_together)
        pyogrio.write_dataframe(frame, folder / "buildings.gpkg", **({"append": True} if start else {}))
    side = np.ceil(np.sqrt(rows)) * SPACING * SHRUNK / ZONES_ACROSS
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(ZONES_ACROSS), np.arange(ZONES_ACROSS)))
    squares = shapely.box(EAST + i * side, NORTH + j * side, EAST + (i + 1) * side, NORTH + (j + 1) * side)
    codes = [f"Z{n:05d}" for n in range(len(squares))]
    zones = gpd.GeoDataFrame({"code": codes, "population": 1000}, geometry=squares, crs=4547)
    pyogrio.write_dataframe(zones, folder / "zones.gpkg")
    (folder / "city.toml").write_text(RECIPE)


def _drawn_together(corners: np.ndarray) -> np.ndarray:
    corner = np.array([EAST, NORTH])
    together: np.ndarray = corner + (corners - corner) * SHRUNK
    return together


@contextmanager
def dense_city(folder: Path, rows: int) -> Iterator[Cluster]:
    """The city, loaded into a private cluster under ``folder``; it stays there for the next call."""
    home = folder / "home"
    os.environ.update(TWIN_HOME=str(home), TWIN_DSN="")
    settings.cache_clear()
    cluster = Cluster(home)
    cluster.up()
    try:
        if not (folder / "loaded").exists():
            write_dense_city(folder, rows)
            load(read_recipe(folder / "city.toml"))
            (folder / "loaded").write_text(str(rows))
        yield cluster
    finally:
        cluster.down()
