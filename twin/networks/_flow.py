"""What flows in each pipe when every pipe takes up something: one sparse triangular system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import spsolve_triangular

from twin.batch import BoolArray, FloatArray, IntArray
from twin.networks._topology import Ways


@dataclass(frozen=True)
class Flow:
    """Pipes between parts of a network that are in order: a part is a vertex, or all vertices of one circle.

    ``tail`` and ``head`` (P,) are parts. ``inner`` (P,) marks pipes of a circle; ``share`` (P,) is what of the water of
    its tail a pipe takes: an equal share of the pipes that leave the part. ``system`` (parts, parts) is I - A, A being
    the shares that part j hands down to part i: upper triangular, since upstream parts have higher numbers.
    """

    tail: IntArray
    head: IntArray
    inner: BoolArray
    share: FloatArray
    system: csc_array[Any]

    @classmethod
    def of(cls, ways: Ways) -> Flow:
        """The order of a network, found once."""
        part = ways.parts
        tail, head = part[ways.tail], part[ways.head]
        inner = tail == head
        count = int(part.max(initial=-1)) + 1
        leaving = np.bincount(tail[~inner], minlength=count)
        share = np.where(inner, 1.0, 1.0 / np.maximum(leaving[tail], 1))
        handed = csc_array((share[~inner], (head[~inner], tail[~inner])), shape=(count, count))
        system = csc_array(eye_array(count, format="csc") - handed)
        system.sort_indices()
        return cls(tail, head, inner, share, system)

    def into_parts(self, amount: FloatArray) -> FloatArray:
        """What arrives in each part, where the pipes take up amounts (P,)."""
        arriving = np.bincount(self.head, amount, minlength=self.system.shape[0]).astype(np.float64)
        if len(arriving) == 0:
            return arriving
        return np.asarray(spsolve_triangular(self.system, arriving, lower=False, unit_diagonal=True))

    def in_pipes(self, amount: FloatArray) -> FloatArray:
        """What flows in each pipe; each pipe of a circle carries all that arrives in the circle."""
        if len(amount) == 0:
            return amount.astype(np.float64)
        handed = self.into_parts(amount)[self.tail] * self.share
        return np.where(self.inner, handed, handed + amount)
