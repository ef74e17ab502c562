"""A source whose datum is another than said is asked about; one that is right, or merely rough, is not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from pipelines.load import load
from pipelines.offset_datums import wgs84_to_gcj02
from pipelines.recipe import read_recipe
from pipelines.shift import shift_of
from tests.pipelines.conftest import EAST, NORTH, SmallCity, square


def town(seed: int, houses: int = 900) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1500, (houses, 2))


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0, 750), st.floats(0, 6.28))
def test_the_offset_that_most_places_share_is_found(seed: int, metres: float, turn: float) -> None:
    east, north = metres * np.cos(turn), metres * np.sin(turn)
    anchors = town(seed)
    draw = np.random.default_rng(seed + 1)
    places = anchors[:200] + np.array([east, north]) + draw.normal(0, 2, (200, 2))
    found = shift_of(places, anchors)
    if metres > 45:
        assert found is not None
        assert (found.east, found.north) == (pytest.approx(east, abs=12), pytest.approx(north, abs=12))
    elif metres < 20:
        assert found is None


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_places_that_are_right_or_lie_anywhere_are_not_asked_about(seed: int) -> None:
    anchors = town(seed)
    draw = np.random.default_rng(seed + 1)
    assert shift_of(anchors[:200] + draw.normal(0, 8, (200, 2)), anchors) is None
    assert shift_of(draw.uniform(0, 1500, (200, 2)), anchors) is None
    assert shift_of(anchors[:20] + 200, anchors) is None


def test_a_regular_grid_of_houses_that_is_right_is_not_asked_about() -> None:
    grid = np.stack(np.meshgrid(np.arange(30) * 20.0, np.arange(30) * 20.0), -1).reshape(-1, 2)
    assert shift_of(grid[::4] + 3, grid) is None


def write(city: SmallCity, crs: str) -> None:
    draw = np.random.default_rng(3)
    corners = draw.uniform(0, 1200, (260, 2))
    city.file("zones.gpkg", [{"code": "A", "geometry": square(-900, -900, 3000)}])
    homes = [{"building_id": f"b{n}", "geometry": square(x, y)} for n, (x, y) in enumerate(corners)]
    city.file("homes.gpkg", homes)
    points = gpd.GeoSeries([Point(EAST + x + 5, NORTH + y + 5) for x, y in corners], crs=4547).to_crs(4326)
    shifted = wgs84_to_gcj02(np.column_stack([points.x, points.y]))
    lines = "".join(f"{x},{y},1,1000\n" for x, y in shifted)
    city.text("survey.csv", "lon,lat,premises,max_down_mbps\n" + lines)
    city.source("zone", "zones.gpkg")
    city.source("building", "homes.gpkg")
    city.source("broadband_coverage", "survey.csv", f'x = "lon"\ny = "lat"\ncrs = "{crs}"')
    city.write()


@pytest.mark.usefixtures("store")
def test_a_survey_in_gcj_02_that_is_said_to_be_wgs_84_is_asked_about_and_not_moved(small_city: SmallCity) -> None:
    write(small_city, "EPSG:4326")
    done = load(read_recipe(small_city.folder))
    (question,) = [note for note in done.notes if "datum" in note]
    assert "broadband_coverage" in question and "GCJ-02" in question and "Nothing was moved" in question


@pytest.mark.usefixtures("store")
def test_the_same_survey_with_its_datum_said_is_not(small_city: SmallCity) -> None:
    write(small_city, "GCJ-02")
    assert not [note for note in load(read_recipe(small_city.folder)).notes if "datum" in note]
