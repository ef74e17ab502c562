"""How areas are entered from a graph, and how far places are from nodes."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, Columns, FloatArray, Geometries, IntArray
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


def building_centroids(batch: Batch) -> FloatArray:
    """The centroid of each building of the batch, as coordinates (B, 2)."""
    return batch.once("building_centroids", lambda: centroids(batch.layer("building").geometry))


def street_nodes(batch: Batch) -> tuple[IntArray, FloatArray]:
    """The street node nearest to the centroid of each building of the batch, and the metres to it; -1, inf for none."""
    graph: Graph = batch.networks["streets"]
    return batch.once("street_nodes", lambda: graph.nearest_node(building_centroids(batch)))


def walked(batch: Batch, per_node: Columns) -> FloatArray:
    """Metres from each building (B, k): from its centroid to the nearest street node, then each number of the node.

    inf where nothing is reached.
    """
    node, hop = street_nodes(batch)
    found = np.full((len(node), len(per_node)), np.inf)
    known = node >= 0
    for column, numbers in enumerate(per_node):
        found[known, column] = numbers[node[known]] + hop[known]
    return found
