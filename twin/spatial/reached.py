"""How far it is from every node of a graph to the nearest of some places beside it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.batch import FloatArray
from twin.spatial.graph import Graph


def metres_to_places(graph: Graph, places: FloatArray) -> FloatArray:
    """Metres from each node (N,) along edges to the nearest of some places (M, 2), inf where none is reached.

    The way from the last node to the place goes straight, from the node that is nearest to it, and counts.
    """
    node, hop = graph.nearest_node(places)
    known = node >= 0
    if not known.any():
        return np.full(len(graph), np.inf)
    nearest = np.full(len(graph), np.inf)
    np.minimum.at(nearest, node[known], hop[known])
    ends = np.flatnonzero(np.isfinite(nearest))
    # One more node, from which edges as long as the hops lead to the graph: its distances are those to the places.
    count = len(graph)
    lengths = np.concatenate([graph.lengths, nearest[ends]])
    neighbours = np.concatenate([graph.neighbours, ends.astype(np.int32)])
    starts = np.append(graph.starts, np.int32(len(neighbours)))
    matrix = csr_array((lengths, neighbours, starts), shape=(count + 1, count + 1))
    found = dijkstra(matrix, directed=True, indices=np.array([count]), min_only=True)
    return np.asarray(found[:count], dtype=np.float64)
