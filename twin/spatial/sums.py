"""Sums by zone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import BoolArray, FloatArray, IntArray


def sum_by(zone: IntArray, amounts: FloatArray | NDArray[np.integer] | BoolArray, zones: int) -> FloatArray:
    """Sum of amounts by zone position, 0 where there are none."""
    return np.asarray(np.bincount(zone, amounts.astype(np.float64), minlength=zones), dtype=np.float64)
