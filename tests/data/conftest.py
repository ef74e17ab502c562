"""Rivertown's files, read once a module."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from twin.goals import NOT_SERVICE_CLASSES

CITY = Path(__file__).resolve().parents[2] / "data" / "sample_city"


def broken_rows(file: str = "") -> list[tuple[str, str, str, str]]:
    """The README's table of broken rows."""
    text = (CITY / "README.md").read_text(encoding="utf-8").split("## Broken rows")[1].split("## Planted")[0]
    rows = [tuple(c.strip() for c in line.strip("|").split("|")) for line in text.splitlines() if line[:1] == "|"]
    return [r for r in rows[2:] if r[0].startswith(file)]


@pytest.fixture(scope="module")
def recipe() -> dict:
    return tomllib.loads((CITY / "city.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    return gpd.read_file(CITY / "planning.gpkg", layer="zones")


@pytest.fixture(scope="module")
def streets() -> gpd.GeoDataFrame:
    table = gpd.read_file(CITY / "planning.gpkg", layer="streets")
    return table[table["road_class"] != "boulevard"].reset_index(drop=True)


@pytest.fixture(scope="module")
def parks() -> gpd.GeoDataFrame:
    return gpd.read_file(CITY / "parks.gpkg").to_crs("EPSG:4547")


@pytest.fixture(scope="module")
def all_buildings() -> gpd.GeoDataFrame:
    return gpd.read_file(CITY / "buildings.shp", encoding="gb18030").set_crs("EPSG:4547")


@pytest.fixture(scope="module")
def buildings(all_buildings: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The sound buildings with the code and the kind of their zone."""
    sound = all_buildings.iloc[: -len(broken_rows("buildings.shp"))].reset_index(drop=True)
    spots = gpd.GeoDataFrame(geometry=sound.representative_point(), crs=sound.crs)
    home = gpd.sjoin(spots, zones[["code", "geometry"]], predicate="within")
    return sound.assign(zone=home["code"][~home.index.duplicated()])


@pytest.fixture(scope="module")
def to_usable_street(buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> pd.DataFrame:
    """For each building: metres to the nearest street for vehicles, and how many other buildings stand between."""
    usable = streets[(streets["width_m"] >= 3.5) & ~streets["road_class"].isin(NOT_SERVICE_CLASSES)]
    shapes, lines = buildings.geometry.to_numpy(), usable.geometry.to_numpy()
    _, nearest = shapely.STRtree(lines).query_nearest(shapes, all_matches=False)
    way = shapely.shortest_line(shapes, lines[nearest])
    ours, others = shapely.STRtree(shapes).query(way, predicate="intersects")
    depth = np.bincount(ours[ours != others], minlength=len(shapes))
    return pd.DataFrame({"zone": buildings["zone"], "metres": shapely.length(way), "depth": depth})
