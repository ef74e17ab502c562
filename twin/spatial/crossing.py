"""What stands between a building and the street: the other buildings that a straight line crosses."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, FloatArray, Geometries, IntArray
from twin.spatial.membership import building_points

ACCESS_REACH_M = 120.0
"""How far around a zone buildings are read: what stands farther from a building is not looked at."""
WALL_M = 0.05
"""A line that goes less deep than this into a footprint runs along its wall."""


def crossed_buildings(batch: Batch, building: IntArray, lines: Geometries) -> IntArray:
    """How many other buildings each straight line crosses, within 120 m of its own building's representative point.

    ``building`` says whose line each is. A building is crossed if the line goes 5 cm or deeper into its footprint.
    One that holds the point of the line's own building does not count (a podium, an outline around its parts), and a
    line without length crosses nothing.
    """
    footprints, points = batch.layer("building").geometry, building_points(batch)
    seen = _within_reach(lines, shapely.get_coordinates(points[building]))
    line, other = footprint_tree(batch).query(seen, predicate="intersects")
    pairs = (other != building[line]) & (shapely.length(lines) > 0)[line]
    line, other = line[pairs], other[pairs]
    shrunk, which = np.unique(other, return_inverse=True)
    cores = shapely.buffer(footprints[shrunk], -WALL_M, join_style="mitre")
    enters = shapely.intersects(cores[which], seen[line])
    line, other = line[enters], other[enters]
    apart = ~shapely.intersects(footprints[other], points[building[line]])
    return np.bincount(line[apart], minlength=len(lines))


def footprint_tree(batch: Batch) -> shapely.STRtree:
    """The footprints of the batch, found by place."""
    return batch.once("footprint_tree", lambda: shapely.STRtree(batch.layer("building").geometry))


def _within_reach(lines: Geometries, centre: FloatArray) -> Geometries:
    """Straight lines, cut where they leave the circle around their building's point."""
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    start, way = ends[:, 0], ends[:, 1] - ends[:, 0]
    from_centre = start - centre
    a, b = (way**2).sum(axis=1), (way * from_centre).sum(axis=1)
    c = (from_centre**2).sum(axis=1) - ACCESS_REACH_M**2
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    share = np.divide(root - b, a, out=np.ones(len(a)), where=a > 0)
    share = np.where(c > 0, 0.0, np.clip(share, 0.0, 1.0))
    return np.asarray(shapely.linestrings(np.stack([start, start + way * share[:, None]], axis=1)))
