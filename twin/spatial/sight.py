"""What zones see of something that the whole city shares: cut into squares, each with a digest, and how far they look.

When a network or a layer of supply changes, the squares whose digest changed are where it changed. A zone can be
touched by a change only where its buildings looked as far: the nearest street at 80 m is still the nearest after a
change at 90 m.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from twin.batch import FloatArray, Geometries, IntArray
from twin.slices import slices

CELL_M = 250.0
AT_ONCE = 1 << 17
"""So many points are looked at together: what that takes does not grow with the city."""
SHAPES_AT_ONCE = 1 << 14
FARTHEST_M = 1e12
"""Who looked and found nothing looked this far."""

AROUND_M = 150.0
"""Buildings this far outside a zone are looked at with it; see ``ACCESS_REACH_M``."""

HALF = 32
"""Bits of a number of two coordinates that are the second's."""

Hashes = NDArray[np.uint64]
_FACTOR, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_looked: ContextVar[dict[str, float] | None] = ContextVar("looked", default=None)


@contextmanager
def looking() -> Iterator[dict[str, float]]:
    """Note, while in the block, how far is looked, in metres by kind."""
    noted: dict[str, float] = {}
    token = _looked.set(noted)
    try:
        yield noted
    finally:
        _looked.reset(token)


def look(kind: str, metres: FloatArray | float) -> None:
    """Note that something of a kind was looked for as far as ``metres`` (an array: the farthest of them)."""
    noted = _looked.get()
    if noted is None or np.size(metres) == 0:
        return
    farthest = float(np.max(np.nan_to_num(np.asarray(metres, dtype=np.float64), nan=0.0, posinf=FARTHEST_M)))
    noted[kind] = max(noted.get(kind, 0.0), farthest)


@dataclass(frozen=True)
class Sight:
    """Squares (S,) of the city, ``x`` and ``y`` counted in ``CELL_M``, and the digest of what each shows.

    ``kind`` is the word under which ``look`` notes how far is looked for it. The order of rows makes no difference.
    """

    kind: str
    x: IntArray
    y: IntArray
    cell: Hashes

    @functools.cached_property
    def digest(self) -> str:
        """One digest of all squares."""
        whole = b"".join(np.ascontiguousarray(each).tobytes() for each in (self.x, self.y, self.cell))
        return hashlib.sha256(whole).hexdigest()

    @classmethod
    def of_points(cls, kind: str, xy: FloatArray, *numbers: ArrayLike) -> Sight:
        """Points (N, 2), each with numbers, (N,) or (N, k)."""
        return cls.of_parts(kind, len(xy), lambda some: (xy[some], *(np.asarray(each)[some] for each in numbers)))

    @classmethod
    def of_parts(cls, kind: str, count: int, points: Callable[[slice], tuple[NDArray[Any], ...]]) -> Sight:
        """So many points, of which ``points`` gives a slice: places (n, 2), then numbers, (n,) or (n, k).

        For points that are made for this alone.
        """

        def part(some: slice) -> Sight:
            xy, *numbers = points(some)
            return cls._of(kind, np.floor(xy / CELL_M).astype(np.int64), _hashed(xy, *numbers))

        return cls._joined(kind, map(part, slices(count, AT_ONCE)))

    @classmethod
    def of_shapes(cls, kind: str, shapes: Geometries, *numbers: ArrayLike) -> Sight:
        """Shapes (N,) with numbers; a shape is seen in every square that it touches."""
        return cls.of_drawn(kind, len(shapes), lambda some: shapes[some], *numbers)

    @classmethod
    def of_drawn(cls, kind: str, count: int, drawn: Callable[[slice], Geometries], *numbers: ArrayLike) -> Sight:
        """As ``of_shapes``, of so many shapes, of which ``drawn`` gives a slice."""

        def part(some: slice) -> Sight:
            shapes = drawn(some)
            xy, shape = shapely.get_coordinates(shapes, return_index=True)
            at = np.arange(len(xy)) - np.searchsorted(shape, shape)
            own = np.zeros(len(shapes), dtype=np.uint64)
            np.add.at(own, shape, _hashed(xy, at))
            whole = _hashed(own.view(np.int64)[:, None], *(np.asarray(each)[some] for each in numbers))
            row, place = _touched(shapes)
            return cls._of(kind, place, whole[row])

        return cls._joined(kind, map(part, slices(count, SHAPES_AT_ONCE)))

    @classmethod
    def _joined(cls, kind: str, parts: Iterable[Sight]) -> Sight:
        places, sums = [np.empty((0, 2), dtype=np.int64)], [np.empty(0, dtype=np.uint64)]
        for part in parts:
            places.append(np.column_stack([part.x, part.y]))
            sums.append(part.cell)
        return cls._of(kind, np.concatenate(places), np.concatenate(sums))

    @classmethod
    def _of(cls, kind: str, place: IntArray, hashes: Hashes) -> Sight:
        # One number a square: sorting these is ten times faster than np.unique(axis=0).
        cells, of_cell = np.unique((place[:, 0] << HALF) + place[:, 1], return_inverse=True)
        sums = np.zeros(len(cells), dtype=np.uint64)
        np.add.at(sums, of_cell, hashes)
        x = (cells + (1 << HALF - 1)) >> HALF
        return cls(kind, x, cells - (x << HALF), sums)

    def changed(self, former: Sight) -> tuple[IntArray, IntArray]:
        """``x`` and ``y`` of the squares that show something else than they did."""
        now, then = self._rows(), former._rows()
        differing = np.setxor1d(now, then)
        cells = np.unique(np.column_stack([differing["x"], differing["y"]]), axis=0)
        return cells[:, 0], cells[:, 1]

    def _rows(self) -> NDArray[np.void]:
        rows = np.empty(len(self.x), dtype=[("x", np.int64), ("y", np.int64), ("cell", np.uint64)])
        rows["x"], rows["y"], rows["cell"] = self.x, self.y, self.cell
        return rows


def _hashed(*columns: ArrayLike) -> Hashes:
    """A hash a row of some columns, (N,) or (N, k), the same for equal numbers."""
    tables = [
        np.asarray(each, dtype=np.float64 if np.asarray(each).dtype.kind == "f" else np.int64) for each in columns
    ]
    hashes = np.zeros(len(tables[0]), dtype=np.uint64)
    for table in tables:
        for column in table.reshape(len(hashes), -1).T if len(hashes) else ():
            # -0 is 0, and every NaN the same.
            plain = np.where(column != column, np.nan, column + 0)
            hashes = (hashes ^ np.ascontiguousarray(plain).view(np.uint64)) * _FACTOR
            hashes ^= hashes >> _SHIFT
    return hashes


def _touched(shapes: Geometries) -> tuple[IntArray, IntArray]:
    """Pairs of a shape's position and a square (x, y) that it touches."""
    known = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    corner = np.floor(shapely.bounds(shapes[known]) / CELL_M).astype(np.int64)
    wide, high = corner[:, 2] - corner[:, 0] + 1, corner[:, 3] - corner[:, 1] + 1
    count = wide * high
    row = np.repeat(np.arange(len(known)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    place = np.column_stack([corner[row, 0] + step % wide[row], corner[row, 1] + step // wide[row]])
    several = np.flatnonzero((count > 1)[row])
    low = place[several] * CELL_M
    squares = shapely.box(low[:, 0], low[:, 1], low[:, 0] + CELL_M, low[:, 1] + CELL_M)
    is_in = np.ones(len(row), dtype=bool)
    is_in[several] = shapely.intersects(shapes[known[row[several]]], squares)
    return known[row[is_in]], place[is_in]
