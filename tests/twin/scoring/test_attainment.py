"""Attainment and shortfall, by the definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.goals import Goal
from twin.scoring.attainment import attain

NAN = float("nan")


def goal(direction: str, target: Any) -> Goal:
    return Goal(index="any", target=target, direction=direction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "target", "value", "attainment", "shortfall"),
    [
        ("at_least", 0.8, 0.4, 0.5, 0.4),
        ("at_least", 0.8, 0.8, 1, 0),
        ("at_least", 0.8, 0.9, 1, 0),
        ("at_least", 0.8, 0.0, 0, 0.8),
        ("at_least", 10, -5, 0, 15),
        ("at_most", 10000, 8000, 1, 0),
        ("at_most", 10000, 10000, 1, 0),
        ("at_most", 10000, 40000, 0.25, 30000),
        ("within", [10, 15], 5, 0.5, 5),
        ("within", [10, 15], 10, 1, 0),
        ("within", [10, 15], 15, 1, 0),
        ("within", [10, 15], 30, 0.5, 15),
        # A ratio says nothing here: reached or not.
        ("at_least", 0, -1, 0, 1),
        ("at_least", 0, 0, 1, 0),
        ("at_least", -2, -1, 1, 0),
        ("at_least", -2, -4, 0, 2),
        ("at_most", 0, 0, 1, 0),
        ("at_most", 0, 3, 0, 3),
        ("at_most", -4, -1, 0, 3),
        ("within", [0, 15], -3, 0, 3),
    ],
)
def test_attainment_and_shortfall(
    direction: str, target: Any, value: float, attainment: float, shortfall: float
) -> None:
    found = attain(np.array([value]), goal(direction, target))
    assert found.attainment[0] == pytest.approx(attainment)
    assert found.shortfall[0] == pytest.approx(shortfall)


def test_no_data_stays_no_data() -> None:
    for any_goal in (goal("at_least", 1), goal("at_most", 1), goal("within", [0, 1])):
        found = attain(np.array([NAN, 0.5]), any_goal)
        assert np.isnan([found.attainment[0], found.shortfall[0]]).all()
        assert np.isfinite([found.attainment[1], found.shortfall[1]]).all()


numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(st.lists(numbers, min_size=1), numbers, st.sampled_from(["at_least", "at_most"]))
def test_attainment_is_a_share_and_1_exactly_where_nothing_falls_short(
    values: list[float], target: float, direction: str
) -> None:
    found = attain(np.array(values), goal(direction, target))
    assert ((found.attainment >= 0) & (found.attainment <= 1)).all()
    assert (found.shortfall >= 0).all()
    assert (found.attainment[found.shortfall == 0] == 1).all()
    assert (found.attainment[found.shortfall > abs(target) * 1e-9 + 1e-9] < 1).all()
