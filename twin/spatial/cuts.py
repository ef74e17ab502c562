"""Straight pieces of lines on a grid, cut wherever they meet: snap rounding (Hobby 1999), vectorised, square by square.

GEOS does the same in its union of lines with a grid size, which keeps the whole city in memory several times over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.batch import BoolArray, FloatArray, IntArray
from twin.spatial.boxes import counted, diagonals, grown, repeated

PIECES_A_SQUARE = 20_000
"""So many pieces are looked at together, about."""
AT_END = 0.01
"""A piece that passes an end by less, in steps, meets it."""
HALF = 0.5 + AT_END

Positions = NDArray[np.int32]
Nodes = tuple[Positions, IntArray]
"""Positions (M,) of pieces, and for each a place (M, 2) that it passes."""


def cut(pieces: FloatArray) -> IntArray:
    """Pieces (P, 4), x0 y0 x1 y1 in steps of the grid, cut where they pass each other's ends, and where they cross.

    An end lies at its grid point, and so does a crossing; a piece is cut at each whose square of one step it passes
    through, as it lay before it was moved to the grid: so what touches stays joined.

    Returns:
        (M, 4), on the grid. What two pieces share comes twice; pieces without length are gone.
    """
    squares = _Squares.of(pieces)
    nodes = list(_met(pieces, squares))
    places = np.unique(np.concatenate([np.empty((0, 2), np.int64), *(at for _, at, new in nodes if new)]), axis=0)
    passed = [(piece, at) for piece, at, _ in nodes] + list(_passed(pieces, squares, places))
    return _chained(pieces, passed)


def _met(pieces: FloatArray, squares: _Squares) -> Iterator[tuple[Positions, IntArray, bool]]:
    """Places where pairs of pieces meet, of both; whether they are new, and no end of either."""
    for number, row in squares.rows():
        boxes = _boxes(pieces[row])
        tree = shapely.STRtree(diagonals(boxes))
        one, other = tree.query(tree.geometries)
        one, other = one[one < other], other[one < other]
        # A pair that lies in several squares is looked at in the one of its common corner.
        mine = squares.number(np.maximum(boxes[one, :2], boxes[other, :2])) == number
        one, other = row[one[mine]], row[other[mine]]
        crossing, place = _crossing(pieces[one], pieces[other])
        yield one[crossing].astype(np.int32), place, True
        yield other[crossing].astype(np.int32), place, True
        for piece, ending in ((one, other), (other, one)):
            for end in (pieces[ending, :2], pieces[ending, 2:]):
                through = _through(pieces[piece], _on_grid(end))
                yield piece[through].astype(np.int32), _on_grid(end[through]), False


def _passed(pieces: FloatArray, squares: _Squares, places: IntArray) -> Iterator[Nodes]:
    """Pieces that pass through places where others cross."""
    square = squares.number(places)
    for number, row in squares.rows():
        here = places[square == number]
        at, piece = shapely.STRtree(diagonals(_boxes(pieces[row]))).query(shapely.points(here))
        through = _through(pieces[row[piece]], here[at])
        yield row[piece[through]].astype(np.int32), here[at[through]]


def _crossing(one: FloatArray, other: FloatArray) -> tuple[IntArray, IntArray]:
    """Positions of the pairs (M, 4) that cross between their ends, and where, on the grid."""
    way, other_way = one[:, 2:] - one[:, :2], other[:, 2:] - other[:, :2]
    ahead = [_cross(way, end - one[:, :2]) for end in (other[:, :2], other[:, 2:])]
    behind = [_cross(other_way, end - other[:, :2]) for end in (one[:, :2], one[:, 2:])]
    # What crosses at an end is cut there: its grid point, or two places stand where there is one.
    near = [
        np.abs(each) <= AT_END * np.hypot(*along.T) for along, of in ((way, ahead), (other_way, behind)) for each in of
    ]
    apart = (ahead[0] * ahead[1] < 0) & (behind[0] * behind[1] < 0)
    at = np.flatnonzero(apart & ~np.any(near, axis=0))
    return at, _on_grid(_meeting(*_in_order(_directed(one[at]), _directed(other[at]))))


def _meeting(one: FloatArray, other: FloatArray) -> FloatArray:
    """Where pairs of pieces that cross do so."""
    along = other[:, 2:] - other[:, :2]
    before, after = (_cross(along, end - other[:, :2]) for end in (one[:, :2], one[:, 2:]))
    return np.asarray(one[:, :2] + (one[:, 2:] - one[:, :2]) * (before / (before - after))[:, None])


def _directed(pieces: FloatArray) -> FloatArray:
    """Pieces from west to east: half a step is rounded alike, whichever way a line was drawn."""
    turned = _is_after(pieces[:, :2], pieces[:, 2:])
    return np.where(turned[:, None], pieces[:, [2, 3, 0, 1]], pieces)


def _in_order(one: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each pair with the piece first that begins farther west, whichever row came first."""
    same = (one[:, :2] == other[:, :2]).all(axis=1)
    swapped = np.where(same, _is_after(one[:, 2:], other[:, 2:]), _is_after(one[:, :2], other[:, :2]))[:, None]
    return np.where(swapped, other, one), np.where(swapped, one, other)


def _is_after(one: FloatArray, other: FloatArray) -> BoolArray:
    west, level = one[:, 0] - other[:, 0], one[:, 1] > other[:, 1]
    return np.asarray((west > 0) | (west == 0) & level)


def _through(piece: FloatArray, place: IntArray) -> BoolArray:
    """Whether pieces (M, 4) pass through the square of one step around places (M, 2)."""
    way, low, high = piece[:, 2:] - piece[:, :2], *_corners(piece)
    inside = ((place >= low - HALF) & (place <= high + HALF)).all(axis=1)
    return np.asarray(inside & (np.abs(_cross(way, place - piece[:, :2])) <= HALF * np.abs(way).sum(axis=1)))


def _on_grid(places: FloatArray) -> IntArray:
    return np.asarray(np.floor(places + 0.5).astype(np.int64))


def _chained(pieces: FloatArray, passed: Sequence[Nodes]) -> IntArray:
    """From place to place along each piece; so many at once that memory does not grow with the city."""
    piece = np.concatenate([np.empty(0, np.int32), *(each for each, _ in passed)])
    place = np.concatenate([np.empty((0, 2), np.int64), *(at for _, at in passed)])
    order = np.argsort(piece, kind="stable")
    starts = np.arange(0, len(pieces) + PIECES_A_SQUARE, PIECES_A_SQUARE)
    bounds = np.searchsorted(piece[order], starts)
    parts = [
        _chains(pieces[first : first + PIECES_A_SQUARE], piece[order[low:high]] - first, place[order[low:high]])
        for first, low, high in zip(starts[:-1], bounds[:-1], bounds[1:], strict=True)
    ]
    return np.concatenate([np.empty((0, 4), np.int64), *parts])


def _chains(pieces: FloatArray, passing: Positions, passed: IntArray) -> IntArray:
    every = np.arange(len(pieces))
    piece = np.concatenate([every, every, passing])
    place = np.concatenate([_on_grid(pieces[:, :2]), _on_grid(pieces[:, 2:]), passed])
    start, way = pieces[piece, :2], (pieces[:, 2:] - pieces[:, :2])[piece]
    along = ((place - start) * way).sum(axis=1)
    order = np.lexsort((place[:, 1], place[:, 0], along, piece))
    piece, place = piece[order], place[order]
    joined = (piece[1:] == piece[:-1]) & (place[1:] != place[:-1]).any(axis=1)
    return np.hstack([place[:-1][joined], place[1:][joined]])


@dataclass(frozen=True)
class _Squares:
    """Squares of the plane in ``count`` columns and rows, and which pieces lie in each: ``row`` by ``square``."""

    low: FloatArray
    side: float
    count: int
    square: IntArray
    row: IntArray

    @classmethod
    def of(cls, pieces: FloatArray) -> _Squares:
        """So many that each holds about ``PIECES_A_SQUARE``."""
        count = int(np.ceil(np.sqrt(max(len(pieces), 1) / PIECES_A_SQUARE)))
        boxes = _boxes(pieces)
        low = boxes[:, :2].min(axis=0) if len(pieces) else np.zeros(2)
        span = float((boxes[:, 2:] - low).max(initial=0)) + 1.0
        made = cls(low, span / count, count, np.empty(0, np.int64), np.empty(0, np.int64))
        first, last = made._column_and_row(boxes[:, :2]), made._column_and_row(boxes[:, 2:])
        wide, high = (last - first + 1).T
        row, step = repeated(wide * high), counted(wide * high)
        square = (first[row, 1] + step // wide[row]) * count + first[row, 0] + step % wide[row]
        order = np.argsort(square, kind="stable")
        return cls(low, span / count, count, square[order], row[order])

    def number(self, places: FloatArray | IntArray) -> IntArray:
        """The square of each place (M, 2)."""
        column, row = self._column_and_row(places).T
        return np.asarray(row * self.count + column)

    def rows(self) -> Iterator[tuple[int, IntArray]]:
        """Each square that holds pieces, with their positions."""
        numbers, starts = np.unique(self.square, return_index=True)
        for number, start, end in zip(numbers, starts, [*starts, len(self.row)][1:], strict=True):
            yield int(number), self.row[start:end]

    def _column_and_row(self, places: FloatArray | IntArray) -> IntArray:
        return np.clip(((places - self.low) / self.side).astype(np.int64), 0, self.count - 1)


def _boxes(pieces: FloatArray) -> FloatArray:
    """Boxes of pieces, one step larger, since what they meet is moved to the grid."""
    return grown(np.hstack(_corners(pieces)), 1.0)


def _corners(pieces: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.minimum(pieces[:, :2], pieces[:, 2:]), np.maximum(pieces[:, :2], pieces[:, 2:])


def _cross(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
