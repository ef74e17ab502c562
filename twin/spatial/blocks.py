"""Which of many things that stand in the order of a curve lie in a box: told by the bounds of some at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.batch import FloatArray, IntArray
from twin.slices import slices

SIZE = 256
"""Things a block: bounds of a whole city's are few, and a block is hardly larger than what a zone needs."""
BLOCKS_AT_ONCE = 64
"""So many are made together: what their making takes does not grow with the city."""


@dataclass(frozen=True)
class Blocks:
    """Bounds (K, 4) of each ``SIZE`` of ``count`` things, one after the other; NaN where none of them has a place."""

    count: int
    bounds: FloatArray

    @classmethod
    def of(cls, count: int, bounds: Callable[[slice], FloatArray]) -> Blocks:
        """Of so many things, of which ``bounds`` gives those (n, 4) of a slice; a row of NaN is nowhere."""
        parts = (bounds(some) for some in slices(count, SIZE * BLOCKS_AT_ONCE))
        return cls(count, np.concatenate([np.empty((0, 4)), *map(_joint, parts)]))

    def around(self, boxes: FloatArray) -> IntArray:
        """Positions, ascending, of all things that meet the box around some boxes (B, 4), and of some more."""
        low = np.fmin.reduce(boxes[:, :2], axis=0, initial=np.inf)
        high = np.fmax.reduce(boxes[:, 2:], axis=0, initial=-np.inf)
        meets = (self.bounds[:, :2] <= high).all(axis=1) & (self.bounds[:, 2:] >= low).all(axis=1)
        position = (np.flatnonzero(meets)[:, None] * SIZE + np.arange(SIZE)).ravel()
        return position[position < self.count]


def _joint(bounds: FloatArray) -> FloatArray:
    """Those (K, 4) of each ``SIZE`` rows (N, 4)."""
    first = np.arange(0, len(bounds), SIZE)
    low, high = np.fmin.reduceat(bounds[:, :2], first), np.fmax.reduceat(bounds[:, 2:], first)
    return np.hstack([low, high])
