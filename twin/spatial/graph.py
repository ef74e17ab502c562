"""An undirected graph in the plane, as arrays: nodes, neighbours, lengths."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from twin.batch import FloatArray, IntArray
from twin.spatial.sight import FARTHEST_M, look

Positions = NDArray[np.int32] | IntArray

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

    def distance_from(self, sources: IntArray, limit: float = np.inf) -> FloatArray:
        """Metres along edges from each node to the nearest source; inf where none is within ``limit``."""
        if len(self) == 0 or len(sources) == 0:
            return np.full(len(self), np.inf)
        # Both directions are stored: directed=True walks them as they are, False would copy the transpose.
        found = dijkstra(self.matrix, directed=True, indices=np.unique(sources), min_only=True, limit=limit)
        return np.asarray(found, dtype=np.float64)

    def nearest_source(self, sources: IntArray) -> tuple[FloatArray, IntArray]:
        """Metres along edges from each node to the nearest source, and which (its position); inf, -1 where none is."""
        metres, which = np.full(len(self), np.inf), np.full(len(self), -1, dtype=np.int64)
        known = np.flatnonzero(sources >= 0)
        if len(self) and len(known):
            at, first = np.unique(sources[known], return_index=True)
            metres, _, origin = dijkstra(
                self.matrix, directed=True, indices=at, min_only=True, return_predecessors=True
            )
            reached = np.isfinite(metres)
            which[reached] = known[first][np.searchsorted(at, origin[reached])]
        return metres, which

    def nearest_node(self, points: FloatArray) -> tuple[IntArray, FloatArray]:
        """Nearest node of each point (M, 2) and the metres to it; -1, inf for NaN and in an empty graph."""
        node, hop = np.full(len(points), -1, dtype=np.int64), np.full(len(points), np.inf)
        known = np.isfinite(points).all(axis=1)
        if len(self) and known.any():
            hop[known], node[known] = self._tree.query(points[known])
        look(GRAPH, hop[known] if len(self) else FARTHEST_M)
        return node, hop

    def largest_component(self) -> Graph:
        """The connected component with the most nodes; of equals the one with the first node."""
        if len(self) == 0:
            return self
        parts, label = connected_components(self.matrix, directed=False)
        if parts == 1:
            return self
        kept = label == np.bincount(label).argmax()
        part = self.matrix[kept][:, kept]
        return Graph(self.xy[kept], part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data)

    @functools.cached_property
    def _tree(self) -> cKDTree[None]:
        return cKDTree(self.xy)
