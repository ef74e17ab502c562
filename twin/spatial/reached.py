"""How far it is from every node of a graph to the nearest of some places beside it."""

from __future__ import annotations

from twin.batch import FloatArray
from twin.spatial.graph import Graph


def metres_to_places(graph: Graph, places: FloatArray) -> FloatArray:
    """Metres from each node (N,) along edges to the nearest of some places (M, 2), inf where none is reached.

    The way from the last node to the place goes straight, from the node that is nearest to it, and counts.
    """
    node, hop = graph.nearest_node(places)
    known = node >= 0
    return graph.distance_from(node[known], begin=hop[known])
