"""A small city as files, and a recipe that a test can change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Polygon, box

from tests.conftest import SRID, store_with_tables
from twin.database.cluster import Cluster

CRS = f"EPSG:{SRID}"
EAST, NORTH = 500_000.0, 4_310_000.0


def square(x: float, y: float, size: float = 10.0) -> Polygon:
    """A square in the small city, by its lower left corner in metres from the city's origin."""
    return box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


class SmallCity:
    """A folder with files and a ``city.toml`` made of the sources that were added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.city = f'name = "Smallville"\ncrs = "{CRS}"\nreference_date = 2025-06-30\n'
        self.sources: list[str] = []

    def file(self, name: str, rows: list[dict[str, Any]], crs: str | None = CRS, **options: Any) -> Path:
        """Write rows (with ``geometry``) into a file of the folder."""
        path = self.folder / name
        gpd.GeoDataFrame(rows, geometry="geometry", crs=crs).to_file(path, engine="pyogrio", **options)
        return path

    def text(self, name: str, content: str, encoding: str = "utf-8") -> Path:
        """Write text into a file of the folder."""
        path = self.folder / name
        path.write_bytes(content.encode(encoding))
        return path

    def source(self, layer: str, path: str, more: str = "") -> None:
        """Add a source to the recipe."""
        self.sources.append(f'[[source]]\nlayer = "{layer}"\npath = "{path}"\n{more}\n')

    def write(self) -> Path:
        """Write the recipe."""
        path = self.folder / "city.toml"
        path.write_text(f"[city]\n{self.city}\n" + "\n".join(self.sources), encoding="utf-8")
        return path


@pytest.fixture
def store(home: Cluster) -> Cluster:
    """A store with the tables of every layer in the CRS of the small city, and no row: tests would make them first."""
    store_with_tables()
    return home


@pytest.fixture
def small_city(tmp_path: Path) -> SmallCity:
    """A city without sources yet."""
    return SmallCity(tmp_path)


@pytest.fixture
def village(small_city: SmallCity) -> SmallCity:
    """Two zones, three buildings, a street and a park, all in order."""
    small_city.file("zones.gpkg", [zone("Z1", 0, 0), zone("Z2", 100, 0)])
    small_city.file("buildings.gpkg", [building(f"B{n}", 20 * n, 20) for n in range(3)])
    small_city.file("streets.gpkg", [{"street_id": "S1", "road_class": "local", "geometry": line(0, 10, 200, 10)}])
    park = {"green_id": "G1", "kind": "park", "access": "public", "geometry": square(60, 60, 30)}
    small_city.file("parks.gpkg", [park])
    for layer, name in (("zone", "zones"), ("building", "buildings"), ("street", "streets"), ("green_area", "parks")):
        small_city.source(layer, f"{name}.gpkg")
    small_city.write()
    return small_city


def zone(code: str, x: float, y: float) -> dict[str, Any]:
    """A residential zone of 100 m."""
    return {"code": code, "population": 50, "zone_type": "residential", "geometry": square(x, y, 100)}


def building(key: str, x: float, y: float, **fields: Any) -> dict[str, Any]:
    """A house with four homes."""
    return {"building_id": key, "floors": 2, "dwellings": 4, "geometry": square(x, y)} | fields


def line(x1: float, y1: float, x2: float, y2: float) -> LineString:
    """A straight line in the small city."""
    return LineString([(EAST + x1, NORTH + y1), (EAST + x2, NORTH + y2)])


@pytest.fixture
def make_building() -> Callable[..., dict[str, Any]]:
    """The maker of buildings, for tests that add some."""
    return building
