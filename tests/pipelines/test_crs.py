"""From a file's CRS to the city's: pyproj as oracle, the offset datums undone first, contradictions refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from pipelines.crs import area_of_use, projection
from pipelines.offset_datums import gcj02_to_bd09, wgs84_to_gcj02
from pipelines.recipe import City, Source
from twin.errors import RecipeError, SourceWithoutCrs

CITY = City(name="Shenzhen", crs="EPSG:4547")
FILE = Path("parks.geojson")
HALL = (114.0579, 22.5431)
WGS84 = pyproj.CRS("EPSG:4326")
THERE = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)


def source(**keys: object) -> Source:
    return Source.model_validate({"layer": "zone", "path": str(FILE)} | keys)


def placed(place: tuple[float, float], file_crs: pyproj.CRS | None, **keys: object) -> Point:
    way = projection(FILE, source(**keys), file_crs, CITY)
    (point,) = way(np.array([Point(place)], dtype=object))
    return Point(point)


@pytest.mark.parametrize("datum", ["GCJ-02", "gcj-02", "BD-09"])
@pytest.mark.parametrize("said", [None, WGS84, pyproj.CRS("EPSG:4490"), pyproj.CRS("OGC:CRS84")])
def test_offset_datums_are_undone_before_the_projection(datum: str, said: pyproj.CRS | None) -> None:
    shifted = wgs84_to_gcj02(np.array([HALL]))
    if datum == "BD-09":
        shifted = gcj02_to_bd09(shifted)
    (east, north), found = THERE.transform(*HALL), placed(tuple(shifted[0]), said, crs=datum)
    assert (found.x, found.y) == pytest.approx((east, north), abs=1e-4)
    assert projection(FILE, source(crs=datum), said, CITY).source_crs == datum.upper()


def test_without_the_name_the_shift_stays() -> None:
    shifted = wgs84_to_gcj02(np.array([HALL]))[0]
    assert 400 < placed(tuple(shifted), WGS84).distance(Point(THERE.transform(*HALL))) < 700


def test_a_projected_file_cannot_be_in_an_offset_datum() -> None:
    with pytest.raises(RecipeError, match=r"the file says CGCS2000 .*; GCJ-02 has longitudes and latitudes"):
        projection(FILE, source(crs="GCJ-02"), pyproj.CRS("EPSG:4547"), CITY)


def test_no_crs_anywhere_is_asked_about() -> None:
    with pytest.raises(SourceWithoutCrs, match=r'parks.geojson: nothing says .* add crs = "EPSG:…"'):
        projection(FILE, source(), None, CITY)


def test_the_files_crs_holds_and_a_contradiction_is_refused() -> None:
    assert placed(HALL, WGS84).equals_exact(Point(THERE.transform(*HALL)), 1e-6)
    with pytest.raises(RecipeError, match=r"the file says WGS 84, the recipe China Geodetic.*crs_override = true"):
        projection(FILE, source(crs="EPSG:4490"), WGS84, CITY)
    assert projection(FILE, source(crs="EPSG:4490", crs_override=True), WGS84, CITY).source_crs.startswith("China")


def test_a_crs_that_nobody_knows() -> None:
    with pytest.raises(RecipeError, match=r"crs = 'GCJ02' is not a known CRS"):
        projection(FILE, source(crs="GCJ02"), None, CITY)


@settings(deadline=None)
@given(st.floats(112.6, 115.4), st.floats(23, 44))
def test_places_agree_with_pyproj_and_lie_inside(east: float, north: float) -> None:
    way = projection(FILE, source(), WGS84, CITY)
    moved = way(np.array([Point(east, north)], dtype=object))
    assert shapely.get_coordinates(moved)[0] == pytest.approx(THERE.transform(east, north), abs=1e-6)
    assert not way.outside(moved).any()


def test_swapped_axes_lie_outside() -> None:
    way = projection(FILE, source(), WGS84, CITY)
    assert way.outside(way(np.array([Point(HALL[::-1]), None, box(114, 22, 114.1, 22.1)], dtype=object))).tolist() == [
        True,
        False,
        False,
    ]


def test_heights_are_dropped_in_the_citys_own_crs_too() -> None:
    way = projection(FILE, source(), pyproj.CRS("EPSG:4547"), CITY)
    assert way.transformer is None
    assert not shapely.has_z(way(np.array([Point(500_000, 2_490_000, 7)], dtype=object))).any()


def test_the_area_of_use_is_that_of_the_registry_grown_by_a_margin() -> None:
    xmin, ymin, xmax, ymax = area_of_use(pyproj.CRS("EPSG:4547"))
    east, north = THERE.transform(114, 35)
    assert xmin < east < xmax
    assert ymin < north < ymax
