"""Polygons that are known to be valid without GEOS: it would say the same of each of them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipelines.geometry import surely_valid

CORNERS = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=3, max_size=6)


@given(CORNERS, st.sampled_from([(0.0, 0.0), (450_000.125, 4_250_000.5)]), st.sampled_from([1.0, 0.1, 1e-7]))
def test_geos_agrees_with_every_polygon_that_is_let_through(
    corners: list[tuple[int, int]], origin: tuple[float, float], size: float
) -> None:
    polygon = shapely.Polygon(np.array(corners) * size + origin)
    assert polygon.is_valid or not surely_valid(np.array([polygon]))[0]


@pytest.mark.parametrize(
    ("corners", "sure"),
    [
        ([(0, 0), (4, 0), (5, 3), (1, 2)], True),
        ([(1, 2), (5, 3), (4, 0), (0, 0)], True),
        ([(0, 0), (4, 4), (4, 0), (0, 4)], False),
        ([(0, 0), (4, 0), (1, 1), (0, 4)], False),
        ([(0, 0), (2, 0), (4, 0), (0, 4)], False),
        ([(0, 0), (4, 0), (0, 4)], False),
        ([(0, 0), (4, 0), (4, np.inf), (0, 4)], False),
        ([(0, 0), (0, 0), (0, 0), (0, 0)], False),
    ],
    ids=["house", "the other way round", "bow tie", "arrow", "straight corner", "triangle", "endless", "one point"],
)
def test_only_four_corners_with_four_turns_to_the_same_side_pass(
    corners: list[tuple[float, float]], sure: bool
) -> None:
    assert surely_valid(np.array([shapely.Polygon(corners)]))[0] == sure


def test_other_geometries_are_left_to_geos() -> None:
    others = [shapely.Point(0, 0), shapely.box(0, 0, 1, 1).boundary, shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])]
    assert not surely_valid(np.array(others, dtype=object)).any()
    assert surely_valid(np.array([], dtype=object)).shape == (0,)
