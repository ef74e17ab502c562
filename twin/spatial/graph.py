"""An undirected graph in the plane, as arrays: nodes, neighbours, lengths."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from twin.batch import FloatArray, IntArray
from twin.spatial.sight import FARTHEST_M, look
from twin.spatial.spread import spread

Positions = NDArray[np.int32] | IntArray

LEAF = 64
"""Nodes a leaf of the tree that finds the nearest: by leaves of 16 it takes 35 MB for 1.8 million nodes, not 21."""
GRAPH = "graph"
"""How it is noted how far the nearest node was looked for."""


@dataclass(frozen=True)
class Graph:
    """Nodes at ``xy`` (N, 2, float64, metres) and each edge in both directions, in CSR form.

    The neighbours of node i are ``neighbours[starts[i]:starts[i + 1]]`` at ``lengths`` metres. A graph may be
    empty: then nothing is near and nothing is reached.
    """

    xy: FloatArray
    starts: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    lengths: FloatArray

    def __len__(self) -> int:
        """Count of nodes."""
        return len(self.xy)

    @classmethod
    def of(cls, xy: FloatArray, one: Positions, other: Positions, lengths: FloatArray) -> Graph:
        """From edges given once each, as node positions and lengths; no loops, no two edges of one pair."""
        start, end = np.concatenate([one, other]), np.concatenate([other, one])
        # Sorted here, not by scipy, which needs thrice the memory.
        order = np.argsort(start.astype(np.int64) * len(xy) + end).astype(np.int32)
        starts = np.zeros(len(xy) + 1, dtype=np.int32)
        np.cumsum(np.bincount(start, minlength=len(xy)), out=starts[1:])
        return cls(xy, starts, end[order].astype(np.int32), lengths[order % max(len(lengths), 1)])

    @property
    def matrix(self) -> csr_array[Any, Any]:
        """Adjacency with lengths in metres, symmetric."""
        return csr_array((self.lengths, self.neighbours, self.starts), shape=(len(self), len(self)))

    def edges(self) -> tuple[Positions, Positions, FloatArray]:
        """Each edge once: its nodes, the lower first, in the order of both, and its length."""
        one = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        once = one < self.neighbours
        return one[once], self.neighbours[once], self.lengths[once]

    def distance_from(self, sources: IntArray, limit: float = np.inf, begin: ArrayLike = 0.0) -> FloatArray:
        """Metres along edges from each node to the nearest source; inf where none is within ``limit``.

        ``begin`` is what a way from each source has behind it. What is given is not to be written to.
        """
        if len(self) == 0 or len(sources) == 0:
            # One number, as often as it is asked for, takes no memory.
            return np.broadcast_to(np.inf, len(self))
        return spread(self.matrix, sources, limit, begin=begin)[0]

    def nearest_source(self, sources: IntArray) -> tuple[FloatArray, Positions]:
        """Metres along edges from each node to the nearest source, and which (its position); inf, -1 where none is."""
        known = np.flatnonzero(sources >= 0)
        metres, which = spread(self.matrix, sources[known])
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
        parts, label = connected_components(self.matrix, directed=False)
        if parts == 1:
            return self
        kept = label == np.bincount(label, stands_for).argmax()
        part = self.matrix[kept][:, kept]
        return Graph(self.xy[kept], part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data)

    @functools.cached_property
    def _tree(self) -> cKDTree[None]:
        return cKDTree(self.xy, leafsize=LEAF)
