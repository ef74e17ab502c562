"""From lines to a graph: where ways join."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import BoolArray, Features, FloatArray, Geometries, IntArray
from twin.spatial.curve import along_curve
from twin.spatial.cuts import cut
from twin.spatial.graph import Graph

GRID_M = 0.001


def noded(features: Features, chosen: BoolArray) -> Graph:
    """The graph of the chosen rows of streets.

    Lines are noded on a grid of 1 mm: they join where they cross or touch. Ways on different
    values of OSM's ``layer`` (bridges, tunnels) do not join where they cross; they join where both have a
    vertex at the same place. A node stands at each vertex, in the order of a curve. Of edges between the same nodes
    one is kept.
    """
    levels = _levels(features)[chosen]
    lines = features.geometry[chosen]
    pieces = [cut(_pieces(lines[levels == level])) for level in np.unique(levels)]
    return _graph_of(np.concatenate([np.empty((0, 4), dtype=np.int64), *pieces]))


def _levels(features: Features) -> IntArray:
    """OSM's ``layer`` of each row, 0 where it has none that is a whole number."""
    tags = (given.get("layer") if isinstance(given, dict) else None for given in features.words("attributes"))
    return np.array([_whole(tag) for tag in tags], dtype=np.int64)


def _whole(tag: object) -> int:
    text = str(tag).strip()
    return int(text) if text.lstrip("+-").isdecimal() else 0


def _pieces(lines: Geometries) -> FloatArray:
    """Straight pieces x0, y0, x1, y1 of lines, in steps of the grid."""
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    place = xy / GRID_M
    joined = line[1:] == line[:-1]
    return np.hstack([place[:-1][joined], place[1:][joined]])


def _graph_of(pieces: IntArray) -> Graph:
    ends = pieces.reshape(-1, 2)
    first, node = _distinct(ends)
    places = ends[first]
    order = along_curve(places)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    pairs = np.sort(number[node].reshape(-1, 2), axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    one, other = pairs[_distinct(pairs)[0]].T
    xy = places[order].astype(np.float64) * GRID_M
    return Graph.of(xy, one, other)


def _distinct(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Position of the first of equal rows (M, 2), in their order, and for each row which of these it is."""
    low = rows.min(axis=0, initial=0)
    span = np.int64(rows[:, 1].max(initial=0) - low[1] + 1)
    # One number a row: sorting these is ten times faster than np.unique(axis=0).
    _, first, which = np.unique((rows[:, 0] - low[0]) * span + rows[:, 1] - low[1], True, True)
    return first, which
