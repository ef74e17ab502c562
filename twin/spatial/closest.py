"""Which of a tree's geometries are closest to each of many shapes, looked for in rings that grow.

A tree's own ``query_nearest`` walks down the whole tree for each shape, the deeper the larger the city. Boxes around
the shapes find the few that can be meant, all at once; whoever finds nothing looks three times as far.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike

from twin.batch import FloatArray, Geometries, IntArray
from twin.spatial.boxes import diagonals, grown

SAMPLE = 64
"""Shapes that say how far the first ring reaches: as far as three in four of them must look."""
FIRST_SHARE, GROWTH = 0.75, 3.0
LEAST_M = 1.0
ANYWHERE_M = 1e8
"""No two places are farther apart."""
ROUNDING_M = 1e-6
"""Boxes reach this much farther, as their corners are rounded."""


def closest(
    tree: shapely.STRtree, shapes: Geometries, limit: ArrayLike, slack: float = 0.0
) -> tuple[IntArray, IntArray, FloatArray]:
    """The nearest geometry within ``limit`` of each shape that has one; of equally near ones the first in the tree.

    As near as the nearest is what is at most ``slack`` farther.

    Args:
        tree: of the geometries.
        shapes: (S,); missing and empty ones have none.
        limit: metres, for all shapes or for each (S,).
        slack: metres.

    Returns:
        Positions of the shapes, ascending, and of their geometries in the tree; metres to the very nearest.
    """
    limit = np.broadcast_to(np.minimum(np.asarray(limit, dtype=np.float64), ANYWHERE_M), len(shapes))
    bounds = shapely.bounds(shapes)
    pending = np.flatnonzero(np.isfinite(bounds).all(axis=1) & (limit >= 0))
    radius = _first_ring(tree, shapes[pending], limit[pending]) + slack if len(tree) and len(pending) else 0.0
    found = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))]
    while len(tree) and len(pending):
        reach = np.minimum(radius, limit[pending])
        boxes = grown(bounds[pending], reach + ROUNDING_M)
        at, geometry = tree.query(diagonals(boxes))
        metres = shapely.distance(shapes[pending[at]], tree.geometries[geometry])
        least = np.full(len(pending), np.inf)
        np.minimum.at(least, at, metres)
        sure = (least + slack <= reach) | (reach >= limit[pending])
        kept = sure[at] & (metres <= least[at] + slack) & (metres <= limit[pending[at]])
        found.append((pending[at[kept]], geometry[kept], least[at[kept]]))
        pending, radius = pending[~sure], radius * GROWTH
    shape, geometry, metres = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.lexsort((geometry, shape))
    first = order[np.unique(shape[order], return_index=True)[1]]
    return shape[first], geometry[first], metres[first]


def _first_ring(tree: shapely.STRtree, shapes: Geometries, limit: FloatArray) -> float:
    some = slice(None, None, -(-len(shapes) // SAMPLE))
    _, metres = tree.query_nearest(shapes[some], all_matches=False, return_distance=True)
    if not len(metres):  # a tree of empty geometries
        return ANYWHERE_M
    return max(float(np.quantile(np.minimum(metres, limit[some]), FIRST_SHARE)), LEAST_M)
