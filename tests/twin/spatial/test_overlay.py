"""Areas of unions inside zones."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from twin.spatial.overlay import cut


def array(*geometry: object) -> np.ndarray:
    return np.array([*geometry, None], dtype=object)[:-1]


def test_equal_polygons_count_once() -> None:
    pieces = cut(array(box(0, 0, 5, 10), box(0, 0, 5, 10)), array(box(0, 0, 10, 10)))
    assert pieces.union_area().tolist() == [50]


def test_some_of_the_polygons_can_be_chosen() -> None:
    pieces = cut(array(box(0, 0, 5, 10), box(4, 0, 6, 10)), array(box(0, 0, 10, 10), box(5, 0, 8, 10)))
    assert pieces.union_area().tolist() == [60, 10]
    assert pieces.union_area(pieces.source == 0).tolist() == [50, 0]


def test_holes_stay_open_and_what_fills_them_counts() -> None:
    ring = Polygon(box(0, 0, 10, 10).exterior, [box(4, 4, 6, 6).exterior.coords])
    zone = array(box(-5, -5, 20, 20))
    assert cut(array(ring), zone).union_area().tolist() == [96]
    assert cut(array(ring, box(4, 4, 6, 6)), zone).union_area().tolist() == [100]


def test_nothing_to_cut_is_no_area() -> None:
    assert cut(array(), array(box(0, 0, 1, 1))).union_area().tolist() == [0]
    assert cut(array(None, Polygon()), array(box(0, 0, 1, 1))).union_area().tolist() == [0]
    assert cut(array(box(0, 0, 1, 1)), array()).union_area().tolist() == []


def test_a_touch_is_no_piece() -> None:
    assert len(cut(array(box(10, 0, 20, 10)), array(box(0, 0, 10, 10))).zone) == 0


boxes = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 50)] * 2).map(
    lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)
discs = st.tuples(*[st.integers(0, 100)] * 2, st.integers(1, 30)).map(lambda d: Point(d[:2]).buffer(d[2], 4))


@settings(deadline=None)
@given(st.lists(boxes | discs, max_size=8), st.lists(boxes, min_size=1, max_size=4))
def test_the_area_equals_that_of_one_great_union(shapes: list[Polygon], zones: list[Polygon]) -> None:
    expected = [shapely.union_all(shapes).intersection(zone).area for zone in zones]
    np.testing.assert_allclose(cut(array(*shapes), array(*zones)).union_area(), expected, rtol=1e-9, atol=1e-9)
    as_one = [MultiPolygon([shape]) for shape in shapes]
    np.testing.assert_allclose(cut(array(*as_one), array(*zones)).union_area(), expected, rtol=1e-9, atol=1e-9)
