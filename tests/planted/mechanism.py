"""The causal model: chances of real coverage, and the counterfactuals under the same random numbers.

chance = level of the zone × supply(distance, capacity) × access(depth, width, distance, detour). Tidy sets access
to 1, supplied sets supply to 1; each house keeps its one random number, so nothing is covered less by either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.planted.cabinets import Lines
from tests.planted.sewers import Sewers
from twin.batch import BoolArray, FloatArray


@dataclass(frozen=True)
class Outcome:
    """Whether each house is covered: as it is, with ordinary access, with standard supply, with both."""

    real: BoolArray
    tidy: BoolArray
    supplied: BoolArray
    both: BoolArray


@dataclass(frozen=True)
class Ease:
    """How each house is reached, as the mechanism sees it."""

    depth: FloatArray
    gap_m: FloatArray
    lane_m: FloatArray

    @classmethod
    def of(cls, access: pd.DataFrame, place: FloatArray) -> Ease:
        """A house in a court has a passage through the front house: hardly any depth."""
        depth = np.where(place == "court", 0.1, np.minimum(access["depth"], 4))
        return cls(depth, access["gap_m"].to_numpy(), access["lane_m"].to_numpy())


def logistic(x: FloatArray) -> FloatArray:
    """1 far above 0, 0 far below it."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))))


def _line_supply_quarters(lines: Lines) -> FloatArray:
    return logistic((1.04 - lines.ratio) / 0.05) * lines.capacity


def _line_supply_valleys(lines: Lines) -> FloatArray:
    return np.asarray(1 / (1 + np.minimum(lines.ratio / 1.06, 50) ** 18) * lines.capacity**1.1)


def _pipe_supply_quarters(sewers: Sewers) -> FloatArray:
    return logistic((41 - sewers.metres) / 4.5) * sewers.capacity**0.9


def _pipe_supply_valleys(sewers: Sewers) -> FloatArray:
    return np.asarray(1 / (1 + np.minimum(sewers.metres / 43, 50) ** 9) * sewers.capacity**1.15)


def _line_access_quarters(ease: Ease) -> FloatArray:
    """Each house in between costs half; a wide lane gives some of it back; far from the van costs too."""
    by_lane = np.where(ease.lane_m >= 2.4, 0.62, 1.0)
    behind = np.exp(-1.15 * ease.depth**0.6 * by_lane)
    return np.asarray(behind * logistic((62 - ease.gap_m) / 9))


def _line_access_valleys(ease: Ease) -> FloatArray:
    """A Hill curve of one difficulty: houses in between, metres to carry, stairs."""
    stairs = np.where((ease.lane_m < 2.0) & (ease.gap_m > 12), 0.25, 0.0)
    hard = 0.85 * ease.depth**0.8 + np.maximum(ease.gap_m - 22, 0) / 55 + stairs
    return np.asarray(1 / (1 + (hard / 0.85) ** 1.8))


def _pipe_access_quarters(ease: Ease) -> FloatArray:
    """An excavator needs a lane: behind houses nearly nothing without one."""
    digger = np.where(ease.lane_m >= 2.2, 0.55, 0.26)
    return np.asarray(
        np.where(ease.depth >= 0.5, digger / ease.depth.clip(1) ** 0.5, 1.0) * logistic((52 - ease.gap_m) / 7)
    )


def _pipe_access_valleys(ease: Ease) -> FloatArray:
    hard = 1.15 * ease.depth + np.where((ease.lane_m < 1.8) & (ease.gap_m > 10), 0.2, 0) + (ease.gap_m > 45) * 0.6
    return np.asarray(1 / (1 + (hard / 0.9) ** 2.2))


LINE_SUPPLY: dict[str, Callable[[Lines], FloatArray]] = {
    "quarters": _line_supply_quarters,
    "valleys": _line_supply_valleys,
}
PIPE_SUPPLY: dict[str, Callable[[Sewers], FloatArray]] = {
    "quarters": _pipe_supply_quarters,
    "valleys": _pipe_supply_valleys,
}
LINE_ACCESS: dict[str, Callable[[Ease], FloatArray]] = {
    "quarters": _line_access_quarters,
    "valleys": _line_access_valleys,
}
PIPE_ACCESS: dict[str, Callable[[Ease], FloatArray]] = {
    "quarters": _pipe_access_quarters,
    "valleys": _pipe_access_valleys,
}


def detoured(access: FloatArray, detour_m: FloatArray) -> FloatArray:
    """A cable round the block costs a little."""
    return np.asarray(access * np.exp(-np.maximum(detour_m - 120, 0) / 450))


def felt(
    access: FloatArray, traits: pd.DataFrame, utility: str, zone: FloatArray, effect: float, null: bool
) -> FloatArray:
    """What access does where: more or less by zone, next to nothing where a zone was retrofitted, nothing in a
    null city."""
    if null:
        return np.ones(len(access))
    strength = effect * traits[f"{utility}_effect"].to_numpy(np.float64)[zone]
    hindered = np.clip(access, 1e-6, 1) ** strength
    return np.asarray(np.where(traits["retrofitted"].to_numpy()[zone], 1 - 0.06 * (1 - hindered), hindered))


def outcome(level: FloatArray, supply: FloatArray, access: FloatArray, luck: FloatArray) -> Outcome:
    """Coverage of each house as it is and in three other worlds."""
    one = np.ones(len(level))
    return Outcome(*(luck < level * s * a for s, a in ((supply, access), (supply, one), (one, access), (one, one))))
