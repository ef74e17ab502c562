"""An undirected graph of straight edges in the plane, as arrays: nodes and their neighbours."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from twin.batch import FloatArray, Geometries, IntArray
from twin.spatial.blocks import Blocks
from twin.spatial.boxes import counted
from twin.spatial.sight import FARTHEST_M, look
from twin.spatial.spread import Edges, spread

Positions = NDArray[np.int32] | IntArray

LEAF = 64
"""Nodes a leaf of the tree that finds the nearest: by leaves of 16 it takes 35 MB for 1.8 million nodes, not 21."""
GRAPH = "graph"
"""How it is noted how far the nearest node was looked for."""


@dataclass(frozen=True)
class Graph:
    """Nodes at ``xy`` (N, 2, float64, metres) and each edge in both directions, in CSR form.

    The neighbours of node i are ``neighbours[starts[i]:starts[i + 1]]``. Edges are straight: how long they are, the
    places of their ends say. A graph may be empty: then nothing is near and nothing is reached.
    """

    xy: FloatArray
    starts: NDArray[np.int32]
    neighbours: NDArray[np.int32]

    def __len__(self) -> int:
        """Count of nodes."""
        return len(self.xy)

    @classmethod
    def of(cls, xy: FloatArray, one: Positions, other: Positions) -> Graph:
        """From edges given once each, as node positions; no loops, no two edges of one pair."""
        start, end = np.concatenate([one, other]), np.concatenate([other, one])
        # Sorted here, not by scipy, which needs thrice the memory.
        order = np.argsort(start.astype(np.int64) * len(xy) + end)
        starts = np.zeros(len(xy) + 1, dtype=np.int32)
        np.cumsum(np.bincount(start, minlength=len(xy)), out=starts[1:])
        return cls(xy, starts, end[order].astype(np.int32))

    def lengths(self, first: int = 0, last: int | None = None) -> FloatArray:
        """Metres to the neighbours of the nodes from ``first`` to before ``last``, in the order of ``neighbours``.

        They are not kept: they would take more memory than the places that they follow from.
        """
        starts = self.starts[first : len(self.starts) if last is None else last + 1]
        at = self.xy[first : first + len(starts) - 1]
        to = self.xy[self.neighbours[starts[0] : starts[-1]]]
        return np.asarray(np.hypot(*(to - np.repeat(at, np.diff(starts), axis=0)).T))

    @property
    def matrix(self) -> csr_array[Any, Any]:
        """Adjacency with lengths in metres, symmetric."""
        return csr_array((self.lengths(), self.neighbours, self.starts), shape=(len(self), len(self)))

    def edges(self) -> tuple[Positions, Positions]:
        """Each edge once: its nodes, the lower first, in the order of both."""
        return self.edges_of(np.arange(len(self), dtype=np.int32))

    def edges_of(self, nodes: Positions) -> tuple[Positions, Positions]:
        """The edges that lead from some nodes to higher ones: the nodes of each, the lower first."""
        first = self.starts[nodes]
        count = self.starts[nodes + 1] - first
        one, other = np.repeat(nodes, count), self.neighbours[np.repeat(first, count) + counted(count)]
        return one[one < other], other[one < other]

    def around(self, zones: Geometries) -> IntArray:
        """Nodes, ascending, of which all are that lie in zones, or have the middle of an edge there, and some more."""
        return self._blocks.around(shapely.bounds(zones))

    @functools.cached_property
    def _blocks(self) -> Blocks:
        """Bounds of each node and of the middles of its edges."""

        def bounds(some: slice) -> FloatArray:
            at, starts = self.xy[some], self.starts[some.start : some.stop + 1]
            one = np.repeat(np.arange(len(at)), np.diff(starts))
            middle = (at[one] + self.xy[self.neighbours[starts[0] : starts[-1]]]) / 2
            low, high = at.copy(), at.copy()
            np.minimum.at(low, one, middle)
            np.maximum.at(high, one, middle)
            return np.hstack([low, high])

        return Blocks.of(len(self), bounds)

    def distance_from(self, sources: IntArray, limit: float = np.inf, begin: ArrayLike = 0.0) -> FloatArray:
        """Metres along edges from each node to the nearest source; inf where none is within ``limit``.

        ``begin`` is what a way from each source has behind it. What is given is not to be written to.
        """
        if len(self) == 0 or len(sources) == 0:
            # One number, as often as it is asked for, takes no memory.
            return np.broadcast_to(np.inf, len(self))
        return spread(self._edges, sources, limit, begin=begin)[0]

    def nearest_source(self, sources: IntArray) -> tuple[FloatArray, Positions]:
        """Metres along edges from each node to the nearest source, and which (its position); inf, -1 where none is."""
        known = np.flatnonzero(sources >= 0)
        metres, which = spread(self._edges, sources[known])
        return metres, np.append(known, -1).astype(np.int32)[which]

    def nearest_node(self, points: FloatArray) -> tuple[IntArray, FloatArray]:
        """Nearest node of each point (M, 2) and the metres to it; -1, inf for NaN and in an empty graph."""
        node, hop = np.full(len(points), -1, dtype=np.int64), np.full(len(points), np.inf)
        known = np.isfinite(points).all(axis=1)
        if len(self) and known.any():
            hop[known], node[known] = self._tree.query(points[known])
        look(GRAPH, hop[known] if len(self) else FARTHEST_M)
        return node, hop

    def largest_component(self, stands_for: IntArray | None = None) -> Graph:
        """The connected component with the most nodes; of equals the one with the first node.

        A node counts as many times as it ``stands_for`` (N,).
        """
        if len(self) == 0:
            return self
        joined = np.ones(len(self.neighbours), dtype=bool)
        joins = csr_array((joined, self.neighbours, self.starts), shape=(len(self), len(self)))
        parts, label = connected_components(joins, directed=False)
        if parts == 1:
            return self
        kept = label == np.bincount(label, stands_for).argmax()
        part = joins[kept][:, kept]
        return Graph(self.xy[kept], part.indptr.astype(np.int32), part.indices.astype(np.int32))

    @property
    def _edges(self) -> Edges:
        return Edges(self.starts, self.neighbours, self.lengths)

    @functools.cached_property
    def _tree(self) -> cKDTree[None]:
        return cKDTree(self.xy, leafsize=LEAF)
