"""Places that lie near any of some geometries: GEOS's own distance is the judge."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from twin.spatial.nearest import near

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
