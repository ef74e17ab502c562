"""The six classes in which a map shows how far a value is from its target."""

from __future__ import annotations

import numpy as np

from twin.batch import FloatArray, IntArray
from twin.goals import Goal

NO_DATA = 0
BELOW = (0.0, 10.0, 20.0, 40.0)
WELL_ABOVE = 5.0


def distance(value: FloatArray, goal: Goal, unit: str) -> FloatArray:
    """Signed distance to the target, positive where it is reached, NaN where there is no value.

    Percentage points for shares, percent of the target for other units. ``at_most`` turns the sign.
    ``within`` is negative on either side of its range and 0 inside it. Against a target of 0 in another
    unit than share a percent says nothing: infinitely far, or 0 at the target.
    """
    low, high = goal.bounds
    if goal.direction == "at_least":
        away, target = value - low, np.full(value.shape, low)
    elif goal.direction == "at_most":
        away, target = high - value, np.full(value.shape, high)
    else:
        away = np.where(value < low, value - low, np.minimum(high - value, 0.0))
        target = np.where(value < low, low, high)
    if unit == "share":
        return 100 * away
    percent = np.where((away == 0) | np.isnan(away), away, np.copysign(np.inf, away))
    np.divide(100 * away, np.abs(target), out=percent, where=target != 0)
    return percent


def class_of(value: FloatArray, goal: Goal, unit: str) -> IntArray:
    """Class of each value, fixed for all goals and dates; 0 where there is no value.

    1: 40 or more below the target; 2: 20 to 40; 3: 10 to 20; 4: less than 10 below; 5: reached, to less
    than 5 above; 6: 5 or more above. Each range holds its smaller number: 20 below is class 2, the target
    itself class 5.
    """
    # Rounded, so that 0.5 against 0.9 is 40 points below and not 40 less a rounding error.
    away = np.round(distance(value, goal, unit), 9)
    below = 5 - np.digitize(-away, BELOW)
    classes = np.where(away >= WELL_ABOVE, 6, np.where(away >= 0, 5, below))
    return np.where(np.isnan(away), NO_DATA, classes).astype(np.int64)
