"""Which points lie in which boxes: points sorted by strips, and within a strip from west to east."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike

from twin.batch import FloatArray, Geometries, IntArray

FEW = 4096
"""Pairs of a box and a point that are looked at one by one."""
STRIPS_A_BOX = 8
"""A box is as high as so many strips, on average: it takes that much more than it needs."""


def coordinates(points: Geometries) -> FloatArray:
    """Coordinates (N, 2) of points, NaN where one is missing or empty."""
    xy, row = shapely.get_coordinates(points, return_index=True)
    if len(xy) == len(points):
        return xy
    found = np.full((len(points), 2), np.nan)
    found[row] = xy
    return found


def grown(boxes: FloatArray, metres: ArrayLike) -> FloatArray:
    """Boxes (B, 4) that reach so many metres farther on every side; ``metres`` for all, or for each (B,)."""
    return np.asarray(boxes + np.asarray(metres, dtype=np.float64)[..., None] * (-1, -1, 1, 1))


def diagonals(boxes: FloatArray | IntArray) -> Geometries:
    """A line across each box (B, 4), None for one with NaN: a tree asks for boxes alone, and polygons take longer."""
    lines = np.full(len(boxes), None, dtype=object)
    known = np.isfinite(boxes).all(axis=1)
    lines[known] = shapely.linestrings(boxes[known].astype(np.float64).reshape(-1, 2, 2))
    return lines


def points_in(boxes: FloatArray, xy: FloatArray) -> tuple[IntArray, IntArray]:
    """Positions (box, point) of all pairs where the box (west, south, east, north) holds the point, and some more.

    Boxes (B, 4) and points (N, 2) in metres. Pairs come box by box. A point up to a strip above or below a box may come
    with it: so who needs to know exactly asks again. Points and boxes with NaN make no pair.
    """
    if len(boxes) * len(xy) <= FEW:
        return _held(boxes, xy)
    box, known = (np.flatnonzero(np.isfinite(each).all(axis=1)) for each in (boxes, xy))
    if len(box) == 0 or len(known) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if len(known) < len(xy):
        box, point = points_in(boxes, xy[known])
        return box, known[point]
    west, south, east, north = boxes[box].T
    # The mean bounds how many strips all boxes take together, however large a few of them are.
    high = max(float((north - south).mean()) / STRIPS_A_BOX, 1.0)
    x, strip = xy[:, 0], np.floor(xy[:, 1] / high)
    low = np.maximum(np.floor(south / high), strip.min())
    count = np.maximum(np.minimum(np.floor(north / high), strip.max()) - low + 1, 0).astype(np.int64)
    row = repeated(count)
    at_strip = low[row] + counted(count)
    # One number for strip and place in it; the strips lie apart, so that what rounds does not cross into the next.
    left = x.min()
    wide = float(x.max() - left) + 4.0
    place = strip * wide + (x - left)
    order = np.argsort(place)
    place = place[order]
    inner = np.clip(np.stack([west - ROUNDING_M, east + ROUNDING_M]), left - 1, left + wide - 3)[:, row] - left
    first = np.searchsorted(place, at_strip * wide + inner[0], side="left")
    length = np.maximum(np.searchsorted(place, at_strip * wide + inner[1], side="right") - first, 0)
    point = order[np.repeat(first, length) + counted(length)]
    return np.repeat(box[row], length), point


def _held(boxes: FloatArray, xy: FloatArray) -> tuple[IntArray, IntArray]:
    """As ``points_in``, by looking at every pair: faster than sorting where an edit asks for one zone."""
    west, south, east, north = grown(boxes, ROUNDING_M).T[..., None]
    x, y = xy.T
    box, point = np.nonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    return box, point


ROUNDING_M = 1e-3
"""Boxes reach this much farther, since a place on a strip is less exact than a coordinate."""


def repeated(count: IntArray) -> IntArray:
    """Each position as often as its count says."""
    return np.repeat(np.arange(len(count)), count)


def counted(count: IntArray) -> IntArray:
    """0, 1, … for each count, one after the other."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
