"""Which of many things that stand in the order of a curve lie in a box: told by the bounds of some at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.batch import FloatArray, IntArray

SIZE = 256
"""Things a block: bounds of a whole city's are few, and a block is hardly larger than what a zone needs."""


@dataclass(frozen=True)
class Blocks:
    """Bounds (K, 4) of each ``SIZE`` of ``count`` things, one after the other; NaN where none of them has a place."""

    count: int
    bounds: FloatArray

    @classmethod
    def of(cls, bounds: FloatArray) -> Blocks:
        """Of things with these bounds (N, 4); a row of NaN is nowhere."""
        first = np.arange(0, len(bounds), SIZE)
        low = np.fmin.reduceat(bounds[:, :2], first) if len(bounds) else bounds[:, :2]
        high = np.fmax.reduceat(bounds[:, 2:], first) if len(bounds) else bounds[:, 2:]
        return cls(len(bounds), np.hstack([low, high]))

    def around(self, boxes: FloatArray) -> IntArray:
        """Positions, ascending, of all things that meet the box around some boxes (B, 4), and of some more."""
        low = np.fmin.reduce(boxes[:, :2], axis=0, initial=np.inf)
        high = np.fmax.reduce(boxes[:, 2:], axis=0, initial=-np.inf)
        meets = (self.bounds[:, :2] <= high).all(axis=1) & (self.bounds[:, 2:] >= low).all(axis=1)
        position = (np.flatnonzero(meets)[:, None] * SIZE + np.arange(SIZE)).ravel()
        return position[position < self.count]
