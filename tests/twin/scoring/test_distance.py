"""The six classes of the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twin.goals import Goal
from twin.scoring.distance import class_of, distance


def goal(direction: str, target: Any) -> Goal:
    return Goal(index="any", target=target, direction=direction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (-90, 1),
        (-40, 1),
        (-39.99, 2),
        (-20, 2),
        (-19.99, 3),
        (-10, 3),
        (-9.99, 4),
        (-0.01, 4),
        (0, 5),
        (4.99, 5),
        (5, 6),
        (9, 6),
    ],
)
def test_each_class_holds_its_smaller_number(points: float, expected: int) -> None:
    value = np.array([0.9 + points / 100])
    assert class_of(value, goal("at_least", 0.9), "share").tolist() == [expected]


def test_other_units_go_by_percent_of_the_target_and_at_most_turns_the_sign() -> None:
    values = np.array([5000, 9500, 9501, 10000, 10999, 11000, 12000, 14000, np.nan])
    density = goal("at_most", 10000)
    assert class_of(values, density, "people/km²").tolist() == [6, 6, 5, 5, 4, 3, 2, 1, 0]
    assert distance(values, density, "people/km²")[:2].tolist() == [50, 5]


def test_at_most_for_a_share_is_in_points() -> None:
    assert class_of(np.array([0.2, 0.3, 0.5, 0.75]), goal("at_most", 0.3), "share").tolist() == [6, 5, 2, 1]


def test_a_range_is_below_on_either_side_and_reached_inside() -> None:
    roads = goal("within", [10, 15])
    values = np.array([5, 9.5, 10, 12.5, 15, 15.5, 20, np.nan])
    assert class_of(values, roads, "km/km²").tolist() == [1, 4, 5, 5, 5, 4, 2, 0]
    assert distance(values, roads, "km/km²")[[0, 3, 6]] == pytest.approx([-50, 0, -100 / 3])


def test_a_target_of_zero_is_reached_or_far_away() -> None:
    assert class_of(np.array([0.0, 0.001]), goal("at_most", 0), "µg/m³").tolist() == [5, 1]
