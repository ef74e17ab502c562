"""How far values have reached a goal, and by how much they fall short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.batch import FloatArray
from twin.goals import Goal


@dataclass(frozen=True)
class Attainment:
    """``attainment`` 0…1 and ``shortfall`` ≥ 0 in the index's unit; NaN where there is no value."""

    attainment: FloatArray
    shortfall: FloatArray


def attain(value: FloatArray, goal: Goal) -> Attainment:
    """Attainment and shortfall of values against a goal.

    at_least: clip(value / target, 0, 1), max(0, target - value). at_most: 1 if value ≤ target, else
    target / value; value - target. within [low, high]: at_least low below, at_most high above. A ratio
    says nothing where target or value is not positive: there attainment is 1 if the goal is reached, else
    0.
    """
    low, high = goal.bounds
    below, above = value < low, value > high
    reached = np.where(below, _ratio(value, low), np.where(above, _ratio(high, value), 1.0))
    short = np.where(below, low - value, np.where(above, value - high, 0.0))
    missing = np.isnan(value)
    return Attainment(np.where(missing, np.nan, reached), np.where(missing, np.nan, short))


def held_against(goal: Goal, value: float | None) -> float:
    """The one number that a value is held against: for ``within``, the end of the range that it lies nearer to."""
    low, high = goal.bounds
    if goal.direction != "within":
        return low if goal.direction == "at_least" else high
    return low if value is None or abs(value - low) <= abs(value - high) else high


def _ratio(part: FloatArray | float, whole: FloatArray | float) -> FloatArray:
    """``part / whole`` for 0 < part < whole, else 0."""
    told = (part > 0) & (part < whole) & np.isfinite(whole)
    return np.divide(part, whole, out=np.zeros(told.shape), where=told)
