"""How areas are entered from a graph, and how far places are from nodes."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import FloatArray, Geometries, IntArray
from twin.spatial.boxes import grown, points_in
from twin.spatial.graph import Graph

TOLERANCE_M = 1e-6
"""A sum of lengths may pass the limit that it equals by rounding alone; a micrometre is no walk."""


def entrances(graph: Graph, areas: Geometries, entrance_m: float) -> tuple[IntArray, IntArray]:
    """Positions (area, node): nodes within ``entrance_m`` of an area, and the one nearest to its centroid."""
    # Points are made of the nodes near areas alone: those of a whole city would take more memory than its graph.
    area, node = points_in(grown(shapely.bounds(areas), entrance_m), graph.xy)
    near = shapely.dwithin(areas[area], shapely.points(graph.xy[node]), entrance_m)
    area, node = area[near], node[near]
    central, _ = graph.nearest_node(centroids(areas))
    known = np.flatnonzero(central >= 0)
    return np.concatenate([area, known]), np.concatenate([node, central[known]])


def centroids(geometry: Geometries) -> FloatArray:
    """Centroids as coordinates (N, 2), NaN where there is none."""
    points = shapely.centroid(geometry)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def walked(graph: Graph, per_node: FloatArray, places: Geometries) -> FloatArray:
    """Metres from each place: from its centroid to the nearest node, then the node's own number.

    ``per_node`` is (N,) or (N, k), the result (places,) or (places, k); inf where nothing is reached.
    """
    node, hop = graph.nearest_node(centroids(places))
    found = np.full((len(places), *per_node.shape[1:]), np.inf)
    known = node >= 0
    found[known] = per_node[node[known]] + hop[known].reshape(-1, *(1,) * (per_node.ndim - 1))
    return found
