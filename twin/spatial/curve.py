"""The order of places along a curve that fills the plane, so that neighbours come near each other (Morton 1966)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import FloatArray, IntArray

CELLS = 1 << 16
"""Columns and rows that the places are sorted into."""
_SPREAD = ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))


def along_curve(xy: FloatArray | IntArray) -> IntArray:
    """Positions of places (N, 2) in the order of the curve; those of one cell as they stand."""
    if len(xy) == 0:
        return np.empty(0, dtype=np.int64)
    low, side = xy.min(axis=0), max(float(np.ptp(xy, axis=0).max()), 1.0)
    x, y = ((xy - low) / side * (CELLS - 1)).astype(np.uint32).T
    return np.asarray(np.argsort(_with_gaps(x) | _with_gaps(y) << np.uint32(1), kind="stable"))


def _with_gaps(number: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Sixteen bits, each followed by a bit of the other number."""
    for shift, mask in _SPREAD:
        number = (number | number << np.uint32(shift)) & np.uint32(mask)
    return number
