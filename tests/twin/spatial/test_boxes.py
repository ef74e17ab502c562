"""Points in boxes: none is missed, and few come that are not asked for."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.spatial import boxes as boxes_module
from twin.spatial.boxes import coordinates, points_in

ORIGIN = np.array([450_000.0, 4_250_000.0])

number = st.floats(-1e5, 1e5, allow_nan=False)
spot = st.tuples(number, number) | st.tuples(st.integers(-3, 3), st.integers(-3, 3))
side = st.floats(0, 3e4) | st.integers(0, 3)


FUNCTION_SCOPED = (HealthCheck.function_scoped_fixture,)
"""Whether pairs are looked at one by one is the same for all examples of a test."""


@pytest.fixture(params=[0, boxes_module.FEW], ids=["by strips", "one by one"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes_module, "FEW", request.param)


@pytest.mark.usefixtures("few")
@settings(deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.lists(spot, max_size=20), st.lists(st.tuples(spot, side, side), max_size=8))
def test_every_box_gets_all_points_that_it_holds_once(
    points: list[tuple[float, float]], drawn: list[tuple[tuple[float, float], float, float]]
) -> None:
    xy = np.array(points, dtype=float).reshape(-1, 2) + ORIGIN
    boxes = np.array([(x, y, x + w, y + h) for (x, y), w, h in drawn], dtype=float).reshape(-1, 4)
    boxes += np.tile(ORIGIN, 2)
    box, point = points_in(boxes, xy)
    found = {*zip(box.tolist(), point.tolist(), strict=True)}
    assert len(found) == len(box)
    assert (np.diff(box) >= 0).all()
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    assert found >= {(b, p) for b, p in np.argwhere(((xy >= low) & (xy <= high)).all(axis=2)).tolist()}


@pytest.mark.usefixtures("few")
def test_points_that_are_nowhere_and_boxes_of_nothing_make_no_pair() -> None:
    xy = coordinates(np.array([None, shapely.Point(), shapely.Point(3, 4)], dtype=object))
    assert np.isnan(xy[:2]).all() and xy[2].tolist() == [3, 4]
    boxes = np.array([[np.nan] * 4, [0, 0, 9, 9]])
    assert [each.tolist() for each in points_in(boxes, xy)] == [[1], [2]]
    assert [each.tolist() for each in points_in(boxes[:1], xy)] == [[], []]


def test_what_comes_beyond_a_box_is_a_strip_above_and_below_it() -> None:
    rng = np.random.default_rng(4)
    xy = rng.uniform(0, 4000, (40_000, 2))
    corner = np.stack(np.meshgrid(np.arange(0, 4000, 400), np.arange(0, 4000, 400)), -1).reshape(-1, 2)
    box, _ = points_in(np.hstack([corner, corner + 400]), xy)
    assert 40_000 <= len(box) < 40_000 * 1.3


@pytest.mark.usefixtures("few")
def test_one_point_far_away_and_one_huge_box_cost_no_more() -> None:
    xy = np.array([[0.0, 0], [5, 5], [1e7, 1e7]])
    boxes = np.array([[0, 0, 1, 1], [4, 4, 6, 6], [-1e8, -1e8, 1e8, 1e8]])
    assert {*zip(*(each.tolist() for each in points_in(boxes, xy)), strict=True)} >= {
        (0, 0),
        (1, 1),
        (2, 0),
        (2, 1),
        (2, 2),
    }
