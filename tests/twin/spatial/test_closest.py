"""The nearest of many geometries, in rings: the distance to each of them is the judge."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.batch import Geometries
from twin.spatial.closest import closest

PLACE = st.tuples(st.integers(0, 300), st.integers(0, 300))
LINES = st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=12)
PLACES = st.lists(PLACE, max_size=12)
LIMIT = st.sampled_from([0.0, 5.0, 40.0, 200.0, np.inf])


def lines_of(given: list[tuple[tuple[int, int], tuple[int, int]]]) -> Geometries:
    return np.array([shapely.LineString(each) for each in given], dtype=object)


@settings(max_examples=200)
@given(LINES, PLACES, PLACES, LIMIT, st.sampled_from([0.0, 0.01, 7.0]))
def test_the_first_of_the_nearest_is_found_and_nothing_else(
    lines: list[tuple[tuple[int, int], tuple[int, int]]],
    points: list[tuple[int, int]],
    houses: list[tuple[int, int]],
    limit: float,
    slack: float,
) -> None:
    geometries = lines_of(lines)
    shapes = np.array(
        [*map(shapely.Point, points), *(shapely.box(x, y, x + 9, y + 5) for x, y in houses)], dtype=object
    )
    shape, found, metres = closest(shapely.STRtree(geometries), shapes, limit, slack)
    every = np.array([[shapely.distance(one, other) for other in geometries] for one in shapes])
    every = every.reshape(len(shapes), len(geometries))
    reached = np.flatnonzero(every.min(axis=1, initial=np.inf) <= limit)
    assert shape.tolist() == reached.tolist()
    for at, chosen, far in zip(shape, found, metres, strict=True):
        assert far == every[at].min()
        as_near = np.flatnonzero((every[at] <= far + slack) & (every[at] <= limit))
        assert chosen == as_near[0]


def test_each_shape_may_have_a_limit_of_its_own() -> None:
    tree = shapely.STRtree([shapely.Point(0, 0)])
    shapes = np.array([shapely.Point(3, 0), shapely.Point(3, 0), shapely.Point(50, 0)], dtype=object)
    shape, _, metres = closest(tree, shapes, np.array([2.0, 4.0, 60.0]))
    assert (shape.tolist(), metres.tolist()) == ([1, 2], [3.0, 50.0])


@pytest.mark.parametrize("geometries", [[], [shapely.Point(), None]])
def test_a_tree_without_places_has_nothing_near(geometries: list[object]) -> None:
    shape, _, _ = closest(shapely.STRtree(geometries), np.array([shapely.Point(0, 0)], dtype=object), np.inf)
    assert len(shape) == 0


def test_missing_and_empty_shapes_are_near_nothing() -> None:
    shapes = np.array([None, shapely.Point(), shapely.Point(1, 0)], dtype=object)
    shape, _, metres = closest(shapely.STRtree([shapely.Point(0, 0)]), shapes, 5.0)
    assert (shape.tolist(), metres.tolist()) == ([2], [1.0])
