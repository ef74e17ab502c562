"""Rank correlation, and what is left of it when other quantities are held."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Numbers = NDArray[np.float64]


FEWEST = 20
"""A correlation of fewer pairs says nothing: NaN."""


def rank_correlation(one: Any, other: Any) -> float:
    """Spearman's ρ over the pairs that are known; NaN where they are too few or all alike."""
    return partial_rank_correlation(one, other)


def partial_rank_correlation(one: Any, other: Any, *held: Any) -> float:
    """Spearman's ρ of two quantities given others: correlation of what the ranks of those leave of their ranks.

    Equal to the recursive formula ρ₁₂.₃ = (ρ₁₂ - ρ₁₃ρ₂₃) / √((1 - ρ₁₃²)(1 - ρ₂₃²)) for one that is held.
    """
    known = _known(one, other, *held)
    if len(known[0]) < FEWEST or any(np.ptp(each) == 0 for each in known):
        return float("nan")
    x, y, *others = (rankdata(each) for each in known)
    base = np.column_stack([np.ones(len(x)), *others])
    left = [each - base @ np.linalg.lstsq(base, each, rcond=None)[0] for each in (x, y)]
    return float(np.corrcoef(left[0], left[1])[0, 1])


def _known(*columns: Any) -> list[Numbers]:
    values = [np.asarray(each, dtype=np.float64) for each in columns]
    known = np.isfinite(np.column_stack(values)).all(axis=1)
    return [each[known] for each in values]
