"""Membership: a building belongs to each zone that holds its representative point."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from twin.spatial import boxes
from twin.spatial.membership import HALF_OPEN_M, held_by, representative_points

LAS_PALMAS = Path(__file__).resolve().parents[3] / "../shared/realdata/las_palmas"


def array(*geometry: object) -> np.ndarray:
    return np.array([*geometry, None], dtype=object)[:-1]


def pairs(points: np.ndarray, zones: np.ndarray) -> set[tuple[int, int]]:
    point, zone = held_by(points, zones)
    assert len(point) == len({*zip(point.tolist(), zone.tolist(), strict=True)})
    return {*zip(point.tolist(), zone.tolist(), strict=True)}


def test_a_point_in_overlapping_zones_belongs_to_each() -> None:
    zones = array(box(0, 0, 10, 10), box(5, 0, 15, 10), box(20, 0, 30, 10))
    assert pairs(array(Point(7, 5), Point(12, 5), Point(17, 5)), zones) == {(0, 0), (0, 1), (1, 1)}


def test_a_hook_shaped_building_is_where_it_stands_and_not_where_its_centroid_is() -> None:
    hook = Polygon([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10)])
    (point,) = representative_points(array(hook))
    assert hook.contains(point) and not hook.contains(hook.centroid)


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_point_on_a_border_between_zones_lies_in_exactly_one(x: int, y: int) -> None:
    cells = array(*(box(i, j, i + 10, j + 10) for i in (-10, 0, 10, 20) for j in (-10, 0, 10, 20)))
    together = pairs(array(Point(x, y)), cells)
    alone = {(0, each) for each in range(len(cells)) if pairs(array(Point(x, y)), cells[[each]])}
    assert len(together) == 1
    assert together == alone


def test_missing_and_empty_points_belong_nowhere() -> None:
    points = representative_points(array(None, Polygon(), box(1, 1, 2, 2)))
    assert pairs(points, array(box(0, 0, 10, 10))) == {(2, 0)}
    assert pairs(array(), array(box(0, 0, 10, 10))) == set()
    assert pairs(points, array()) == set()


def test_membership_equals_a_spatial_join_by_geopandas() -> None:
    rng = np.random.default_rng(2)
    buildings = array(*(box(x, y, x + 3, y + 2) for x, y in rng.uniform(0, 100, (500, 2))))
    zones = array(*(Point(x, y).buffer(20) for x, y in rng.uniform(0, 100, (20, 2))))
    points = representative_points(buildings)
    joined = gpd.sjoin(gpd.GeoDataFrame(geometry=points), gpd.GeoDataFrame(geometry=zones), predicate="within")
    assert pairs(points, zones) == {*zip(joined.index, joined["index_right"], strict=True)}


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("few", [0, boxes.FEW])
def test_pairs_come_zone_by_zone_and_are_those_that_every_point_asked_of_every_zone_gives(few: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = shapely.points(rng.integers(0, 30, (60, 2)) + rng.choice([0.0, 0.25], (60, 2)) + (450_000, 4_250_000))
    points[rng.integers(0, 60, 3)] = None
    lows = rng.integers(0, 25, (9, 2)) + np.array([450_000, 4_250_000])
    zones = shapely.box(*lows.T, *(lows + rng.integers(1, 12, (9, 2))).T)
    zones = np.append(shapely.difference(zones, shapely.buffer(shapely.centroid(zones), 1)), [None, Polygon()])
    moved = shapely.transform(points, lambda xy: xy + HALF_OPEN_M)
    expected = np.argwhere(shapely.intersects(zones[:, None], moved[None, :]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(boxes, "FEW", few)
        point, zone = held_by(points, zones)
    assert np.column_stack([zone, point]).tolist() == expected.tolist()


@pytest.mark.skipif(not LAS_PALMAS.is_dir(), reason="real data of Las Palmas is not beside the project")
def test_22_366_pairs_of_building_and_catchment_in_las_palmas() -> None:
    catchments = gpd.read_file(LAS_PALMAS / "school_catchments_excerpt.geojson").to_crs(4083)
    areas = pyogrio.read_dataframe(
        LAS_PALMAS / "las_palmas_20230221.osm.pbf",
        layer="multipolygons",
        columns=["building"],
        on_invalid="ignore",
    )
    buildings = areas[areas["building"].notna() & areas.geometry.notna()].to_crs(4083).geometry
    assert len(buildings) == 22_598
    valid = array(*shapely.make_valid(buildings.to_numpy()))
    building, _ = held_by(representative_points(valid), array(*catchments.geometry))
    # Catchments overlap, so 142 buildings belong to two of them: the published truth counts pairs.
    assert (len(building), len(np.unique(building))) == (22_366, 22_224)
