"""Places that lie near any of some geometries: GEOS's own distance is the judge."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.spatial.nearest import near

ORIGIN = np.array([450_000.0, 4_250_000.0])
WHERE = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


@given(WHERE, WHERE, st.sampled_from([0.5, 3.0, 10.0]))
def test_a_place_is_near_if_its_distance_to_any_is_small_enough(
    places: list[tuple[int, int]], squares: list[tuple[int, int]], metres: float
) -> None:
    points = np.array([shapely.Point(at) for at in places], dtype=object)
    boxes = np.array([shapely.box(x, y, x + 4, y + 2) for x, y in squares], dtype=object)
    expected = [any(shapely.distance(point, each) <= metres for each in boxes) for point in points]
    assert near(shapely.STRtree(boxes), points, metres).tolist() == expected


def test_missing_and_empty_places_are_near_nothing() -> None:
    places = np.array([None, shapely.Point(), shapely.Point(1, 1)], dtype=object)
    assert near(shapely.STRtree([shapely.box(0, 0, 2, 2)]), places, 5.0).tolist() == [False, False, True]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_many_places_are_near_just_where_geos_finds_a_distance_within(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 1000, (300, 2)) + ORIGIN
    river = shapely.linestrings(np.stack([np.linspace(0, 1000, 60), rng.normal(0, 9, 60).cumsum() + 300], -1))
    ponds = shapely.buffer(shapely.points(rng.uniform(0, 1000, (6, 2))), rng.uniform(1, 90, 6))
    around = shapely.difference(ponds, shapely.buffer(shapely.centroid(ponds), 0.5))
    water = np.array([river, *around, shapely.Point(rng.uniform(0, 1000, 2)), None, shapely.Polygon()], dtype=object)
    water = np.asarray(shapely.transform(water, lambda xy: xy + ORIGIN))
    places = np.asarray(shapely.points(at))
    # So the limit passes through one of them to the last digit.
    metres = float(shapely.distance(places[0], shapely.union_all(water)))
    expected = shapely.dwithin(places[:, None], water[None, :], metres).any(axis=1)
    assert near(shapely.STRtree(water), places, metres).tolist() == expected.tolist()


def test_near_at_no_distance_are_the_places_that_touch() -> None:
    places = np.array([shapely.Point(2, 1), shapely.Point(1, 1), shapely.Point(2.001, 1)], dtype=object)
    assert near(shapely.STRtree([shapely.box(0, 0, 2, 2)]), places, 0.0).tolist() == [True, True, False]
