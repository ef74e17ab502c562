"""Distances along the edges of a graph of any size, walked block by block.

Dijkstra's heap takes 72 bytes for each node of the graph that it walks, and a city has millions. So one block of nodes
is walked at a time, from what is known in it, and what leaves it is handed on to the blocks beside it, until none of
them learns anything new. Each number is the least sum over all ways, as that of one walk over the whole is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.batch import BoolArray, FloatArray, IntArray

BLOCK = 1 << 17
"""Nodes that are walked at once; those of a block are neighbours where nodes stand in the order of a curve."""

Positions = NDArray[np.int32]


class Edges(NamedTuple):
    """Edges in both directions: those of node i (N,) lead to ``to[starts[i]:starts[i + 1]]``.

    ``lengths(first, last)`` are metres of those that leave the nodes from ``first`` to before ``last``.
    """

    starts: Positions
    to: Positions
    lengths: Callable[[int, int], FloatArray]


def spread(
    edges: Edges,
    sources: IntArray,
    limit: float = np.inf,
    *,
    begin: ArrayLike = 0.0,
    block: int = BLOCK,
) -> tuple[FloatArray, Positions]:
    """Metres from each node (N,) to the nearest source, and its position among ``sources``; inf, -1 beyond ``limit``.

    Args:
        edges: of the graph.
        sources: nodes (S,), which may come more than once.
        limit: metres.
        begin: metres that a way from each source has behind it, for all or for each (S,).
        block: so many nodes are walked at once.
    """
    count = len(edges.starts) - 1
    walk = _Walk(edges, limit, block, np.full(count, np.inf), np.full(count, -1, dtype=np.int32))
    behind = np.array(np.broadcast_to(begin, len(sources)), dtype=np.float64)
    walk.tell(np.asarray(sources, dtype=np.int32), behind, np.arange(len(sources), dtype=np.int32))
    while np.isfinite(walk.least).any():
        walk.through(int(walk.least.argmin()))
    return walk.metres, walk.source


@dataclass
class _Walk:
    """``told`` are nodes that have not handed on what they know, ``least`` the least that any such node of a block
    knows.
    """

    edges: Edges
    limit: float
    block: int
    metres: FloatArray
    source: Positions

    def __post_init__(self) -> None:
        self.told = np.zeros(len(self.metres), dtype=bool)
        self.least = np.full(-(-len(self.metres) // self.block), np.inf)

    def tell(self, node: Positions, metres: FloatArray, source: Positions) -> None:
        """Nodes that there is a way to; those that know a shorter one stay as they are."""
        shorter = (metres < self.metres[node]) & (metres <= self.limit)
        node, metres, source = node[shorter], metres[shorter], source[shorter]
        np.minimum.at(self.metres, node, metres)
        is_it = metres == self.metres[node]
        # Of ways that are equally long the first.
        self.source[node[is_it][::-1]] = source[is_it][::-1]
        self.told[node] = True
        np.minimum.at(self.least, node // self.block, metres)

    def through(self, number: int) -> None:
        """Walk a block from its nodes that were told, and tell those beyond it."""
        first = number * self.block
        here = slice(first, first + self.block)
        starts = self.edges.starts[first : first + self.block + 1]
        to = self.edges.to[starts[0] : starts[-1]] - first
        lengths = self.edges.lengths(first, first + len(starts) - 1)
        inside = (to >= 0) & (to < len(starts) - 1)
        told = np.flatnonzero(self.told[here]).astype(np.int32)
        self.told[here], self.least[number] = False, np.inf
        self._walked(here, told, np.append(0, np.cumsum(inside))[starts - starts[0]], to[inside], lengths[inside])
        out = np.flatnonzero(~inside)
        start = first + np.searchsorted(starts - starts[0], out, side="right") - 1
        self.tell(first + to[out], self.metres[start] + lengths[out], self.source[start])

    def _walked(self, here: slice, told: Positions, starts: IntArray, to: Positions, lengths: FloatArray) -> None:
        """One more node, from which all that were told are as far away as they know."""
        metres, count = self.metres[here], len(starts) - 1
        each = (np.append(lengths, metres[told]), np.append(to, told), np.append(starts, len(to) + len(told)))
        matrix = csr_array(each, shape=(count + 1, count + 1))
        # Nobody in the block learns from a longer way than the longest known.
        limit = min(self.limit, float(metres.max()))
        found, before, _ = dijkstra(
            matrix, indices=np.array([count]), limit=limit, min_only=True, return_predecessors=True
        )
        shorter = found[:-1] < metres
        metres[shorter] = found[:-1][shorter]
        begin = _begin(before[:-1], shorter)
        source = self.source[here]
        source[shorter] = source[begin[shorter]]


def _begin(before: Positions, walked: BoolArray) -> Positions:
    """The node that was told at the begin of each walk: from node to the one before, twice as far each time."""
    every = np.arange(len(before), dtype=np.int32)
    back = np.where(walked & (before < len(before)) & (before >= 0), before, every)
    while True:
        farther = back[back]
        if np.array_equal(farther, back):
            return back
        back = farther
