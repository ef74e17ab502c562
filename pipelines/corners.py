"""Polygons of four corners, as many houses are: read from their WKB, judged and moved without an object for each.

A geometry object costs a microsecond and the interpreter's lock, which is most of the time that a load of houses takes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

CORNERS = 4

HEAD = np.frombuffer(struct.pack("<BIII", 1, 3, 1, CORNERS + 1), dtype=np.uint8)
"""Little-endian WKB of a polygon of one ring: byte order, type, rings, points."""

BYTES = len(HEAD) + 16 * (CORNERS + 1)

NEXT = [1, 2, 3, 0]
"""Of each side of four, the one that follows."""

LEAST_TURN = 1e-9
"""Share of its terms from which a cross product says more than how its numbers were rounded."""


@dataclass(frozen=True)
class Corners:
    """Which rows (N,) of a column are polygons of four corners, and their closed rings in order.

    ``rings`` (5, 2, Q) has the points first, so that all polygons are looked at at once.
    """

    where: NDArray[np.bool_]
    rings: NDArray[np.float64]

    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north (Q, 4)."""
        return np.concatenate([self.rings.min(axis=0), self.rings.max(axis=0)]).T

    def counterclockwise(self) -> NDArray[np.bool_]:
        """Which rings (Q,) run counterclockwise."""
        x, y = (self.rings - self.rings[0]).transpose(1, 0, 2)
        return np.asarray((x[:-1] * y[1:] - x[1:] * y[:-1]).sum(axis=0) > 0)

    def moved(self, way: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Corners:
        """With coordinates that ``way`` makes of them, (M, 2) of (M, 2)."""
        xy = way(np.column_stack([self.rings[:, 0].ravel(), self.rings[:, 1].ravel()]))
        return Corners(self.where, np.stack([each.reshape(CORNERS + 1, -1) for each in xy.T], axis=1))

    def only(self, chosen: NDArray[np.bool_]) -> Corners:
        """Those chosen (Q,) among them."""
        if chosen.all():
            return self
        where = self.where.copy()
        where[np.flatnonzero(self.where)[~chosen]] = False
        return Corners(where, self.rings[:, :, chosen])

    def wkb(self) -> pa.Array:
        """Little-endian WKB of those rows (N,), null of the others."""
        numbers = self.rings.reshape(2 * (CORNERS + 1), -1).T.astype("<f8", order="C")
        data = np.empty((len(numbers), BYTES), dtype=np.uint8)
        data[:, : len(HEAD)] = HEAD
        data[:, len(HEAD) :] = numbers.view(np.uint8)
        offsets = np.concatenate([[0], np.cumsum(np.where(self.where, BYTES, 0))]).astype(np.int64)
        valid = np.packbits(self.where, bitorder="little").tobytes()
        buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(data)]
        return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(self.where), buffers)


def no_corners(count: int) -> Corners:
    """None of so many rows."""
    return Corners(np.zeros(count, dtype=bool), np.empty((CORNERS + 1, 2, 0)))


def corners_of(wkb: pa.Array) -> Corners:
    """The polygons of four corners in a column of WKB. One that is open or endless is none: GEOS has words for it."""
    where = pc.equal(pc.binary_length(wkb), BYTES).fill_null(False).to_numpy(zero_copy_only=False)
    if not where.any():
        return no_corners(len(wkb))
    found = (wkb if where.all() else wkb.filter(pa.array(where))).cast(pa.large_binary())
    start = int(np.frombuffer(found.buffers()[1], dtype=np.int64)[found.offset])
    data = np.frombuffer(found.buffers()[2], dtype=np.uint8)[start : start + len(found) * BYTES].reshape(-1, BYTES)
    numbers = np.ascontiguousarray(data[:, len(HEAD) :]).view("<f8")
    rings = np.ascontiguousarray(numbers.T, dtype=np.float64).reshape(CORNERS + 1, 2, -1)
    right = (np.ascontiguousarray(data[:, : len(HEAD)].T) == HEAD[:, None]).all(axis=0)
    right &= (rings[0] == rings[-1]).all(axis=0) & np.isfinite(rings).all(axis=(0, 1))
    return Corners(where, rings).only(right)


def turn_one_way(rings: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which closed rings (5, 2, Q) of four corners are surely valid: all their turns go to the same side.

    Four turns to the same side, each of less than half a circle, make one round: such a ring cannot cross itself, and
    so few points leave none for a hole. A turn that rounding could have made says nothing.
    """
    with np.errstate(invalid="ignore"):  # no step, or one to infinity, is no turn
        x, y = np.diff(rings, axis=0).transpose(1, 0, 2)
        left, right = x * y[NEXT], y * x[NEXT]
        turn = (left - right) / (np.abs(left) + np.abs(right))
    return np.asarray((turn.min(axis=0) > LEAST_TURN) | (turn.max(axis=0) < -LEAST_TURN))
