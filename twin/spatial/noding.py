"""From lines to a graph: where ways join, and where nodes stand on them."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import BoolArray, Features, FloatArray, Geometries, IntArray
from twin.spatial.cuts import cut
from twin.spatial.graph import Graph

GRID_M = 0.001


def noded(features: Features, chosen: BoolArray, step_m: float = np.inf) -> Graph:
    """The graph of the chosen rows of streets, each edge cut into equal steps of at most ``step_m``.

    Lines are noded on a grid of 1 mm: they join where they cross or touch. Ways on different
    values of OSM's ``layer`` (bridges, tunnels) do not join where they cross; they join where both have a
    vertex at the same place. A node stands at each vertex. Of edges between the same nodes the shortest is kept.
    """
    levels = _levels(features)[chosen]
    lines = features.geometry[chosen]
    pieces = [cut(_pieces(lines[levels == level])) for level in np.unique(levels)]
    return _graph_of(np.concatenate([np.empty((0, 4), dtype=np.int64), *pieces]), step_m)


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


def _graph_of(pieces: IntArray, step_m: float) -> Graph:
    ends = pieces.reshape(-1, 2)
    first, node = _distinct(ends)
    places = ends[first].astype(np.float64)
    pairs = np.sort(node.reshape(-1, 2), axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    pairs = pairs[_distinct(pairs)[0]]
    return _stepped(places * GRID_M, pairs[:, 0], pairs[:, 1], step_m)


def _distinct(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Position of the first of equal rows (M, 2), in their order, and for each row which of these it is."""
    low = rows.min(axis=0, initial=0)
    span = np.int64(rows[:, 1].max(initial=0) - low[1] + 1)
    # One number a row: sorting these is ten times faster than np.unique(axis=0).
    _, first, which = np.unique((rows[:, 0] - low[0]) * span + rows[:, 1] - low[1], True, True)
    return first, which


def _stepped(xy: FloatArray, one: IntArray, other: IntArray, step_m: float) -> Graph:
    """Cut each edge into equal steps; the nodes between are new, so they join nothing on another level."""
    length = np.hypot(*(xy[other] - xy[one]).T)
    steps = np.maximum(1, np.ceil(length / step_m)).astype(np.int32)
    edge = np.repeat(np.arange(len(one), dtype=np.int32), steps)
    step = np.arange(len(edge), dtype=np.int32) - np.repeat(np.cumsum(steps, dtype=np.int32) - steps, steps)
    is_last = step == steps[edge] - 1
    between = np.cumsum(~is_last, dtype=np.int32) + np.int32(len(xy) - 1)
    start = np.where(step == 0, one.astype(np.int32)[edge], np.roll(between, 1))
    end = np.where(is_last, other.astype(np.int32)[edge], between)
    share = ((step + 1) / steps[edge])[~is_last, None]
    inner = edge[~is_last]
    del step, is_last, between
    added = xy[one[inner]] * (1 - share) + xy[other[inner]] * share
    del share, inner
    return Graph.of(np.concatenate([xy, added]), start, end, (length / steps)[edge])
