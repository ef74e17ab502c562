"""Lines of a whole city cut into short pieces, packed, of which those near some shapes are found and drawn anew.

Drawn and held by a tree, a piece of two vertices takes three hundred bytes; as numbers it takes fifty.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from twin.batch import BoolArray, FloatArray, Geometries, IntArray
from twin.spatial import closest
from twin.spatial.blocks import Blocks
from twin.spatial.boxes import counted, grown
from twin.spatial.curve import along_curve

SEGMENTS = 4
"""Segments a piece: short pieces make the nearest one quick to find, very short ones many."""
NEAR_M, FARTHER = 250.0, 4.0
"""So far around the shapes pieces are drawn first, and so many times as far for those that find nothing there."""


@dataclass(frozen=True)
class Stretches:
    """Pieces (P) of lines, in the order of a curve; vertices ``xy[starts[i]:starts[i + 1]]``, (V, 2).

    ``line`` (P,) is the position of the line of each, ``rank`` (P,) where it stands in the order of the lines.
    """

    xy: FloatArray
    starts: NDArray[np.int32]
    line: NDArray[np.int32]
    rank: NDArray[np.int32]

    def __len__(self) -> int:
        """Count of pieces."""
        return len(self.line)

    @classmethod
    def of(cls, lines: Geometries, chosen: BoolArray) -> Stretches:
        """The chosen ones of some lines, of one part or several, cut at every fourth vertex."""
        where = np.flatnonzero(chosen)
        parts, row = shapely.get_parts(lines[where], return_index=True)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        vertex = np.arange(len(xy))
        at = vertex - np.searchsorted(part, part)
        is_last = np.append(part[1:] != part[:-1], True)[: len(xy)]
        # A vertex where a line is cut ends one piece and begins the next.
        begins = vertex[(at % SEGMENTS == 0) & ~is_last]
        ends = vertex[(at > 0) & ((at % SEGMENTS == 0) | is_last)]
        order = along_curve((xy[begins] + xy[ends]) / 2)
        begins, size = begins[order], (ends - begins + 1)[order]
        starts = np.append(0, np.cumsum(size)).astype(np.int32)
        line = where[row[part[begins]]].astype(np.int32)
        return cls(xy[np.repeat(begins, size) + counted(size)], starts, line, order.astype(np.int32))

    def drawn(self, some: slice | IntArray) -> Geometries:
        """Some of the pieces, as lines."""
        first, last = self.starts[:-1][some], self.starts[1:][some]
        size = last - first
        xy = self.xy[np.repeat(first, size) + counted(size)]
        return np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(size)), size)))

    def closest(
        self, shapes: Geometries, limit: ArrayLike, slack: float = 0.0
    ) -> tuple[IntArray, IntArray, FloatArray]:
        """As ``twin.spatial.closest``: of pieces that are equally near the first in the order of lines."""
        limit, bounds = np.broadcast_to(np.asarray(limit, dtype=np.float64), len(shapes)), shapely.bounds(shapes)
        pending = np.flatnonzero(np.isfinite(bounds).all(axis=1) & (limit >= 0))
        found: list[tuple[NDArray[Any], ...]] = [(np.empty(0, dtype=np.int64),) * 2 + (np.empty(0),)]
        reach = NEAR_M
        while len(self) and len(pending):
            piece = self._around(bounds[pending], reach)
            # Whoever finds a piece nearer than what is drawn has seen all that are as near.
            within = np.minimum(limit[pending], reach if len(piece) < len(self) else np.inf)
            tree = shapely.STRtree(self.drawn(piece))
            shape, nearest, metres = closest.closest(tree, shapes[pending], within, slack)
            sure = within >= limit[pending]
            sure[shape] |= metres + slack <= within[shape]
            kept = sure[shape]
            found.append((pending[shape[kept]], piece[nearest[kept]], metres[kept]))
            pending, reach = pending[~sure], reach * FARTHER
        shape, piece, metres = (np.concatenate(each) for each in zip(*found, strict=True))
        order = np.argsort(shape)
        return shape[order], piece[order], metres[order]

    def crossing(self, lines: Geometries) -> BoolArray:
        """Whether any piece meets each of some lines (L,)."""
        if not len(self) or not len(lines):
            return np.zeros(len(lines), dtype=bool)
        tree = shapely.STRtree(self.drawn(self._around(shapely.bounds(lines))))
        return np.isin(np.arange(len(lines)), tree.query(lines, predicate="intersects")[0])

    def _around(self, boxes: FloatArray, metres: float = 0.0) -> IntArray:
        """Pieces that meet the box around some boxes, grown by so many metres, in the order of lines, and some more."""
        piece = self._blocks.around(grown(boxes, metres))
        return piece[np.argsort(self.rank[piece])]

    @functools.cached_property
    def _blocks(self) -> Blocks:
        def bounds(some: slice) -> FloatArray:
            starts = self.starts[some.start : some.stop + 1]
            xy = self.xy[starts[0] : starts[-1]]
            return np.hstack([extreme.reduceat(xy, starts[:-1] - starts[0]) for extreme in (np.minimum, np.maximum)])

        return Blocks.of(len(self), bounds)
