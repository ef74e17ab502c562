"""Walls of footprints: which of them faces the way that is nearest."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import FloatArray, Geometries, IntArray

FACING_M = 0.5
"""A wall both of whose ends are at most this much farther than the nearest point faces the way."""


def facing_middles(footprints: Geometries, lines: Geometries) -> FloatArray:
    """The middle of the longest wall of each footprint that faces where its line leads, (N, 2), NaN where none does.

    ``lines`` are straight and start at the footprint. Of a wall along a street every point is equally near, and the
    shortest line may leave from any of them, as from a corner, along the side walls of a row; its middle is meant.
    """
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    start, way = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.hypot(*way.T)
    ahead = np.divide(way, length[:, None], out=np.full(way.shape, np.nan), where=length[:, None] > 0)
    one, other, owner = wall_ends(footprints)
    behind = [((start[owner] - each) * ahead[owner]).sum(axis=1) for each in (one, other)]
    facing = np.flatnonzero(np.maximum(*behind) <= FACING_M)
    span = np.hypot(*(other - one)[facing].T)
    longest = facing[np.lexsort((-span, owner[facing]))]
    middles = np.full((len(footprints), 2), np.nan)
    found, first = np.unique(owner[longest], return_index=True)
    middles[found] = (one[longest[first]] + other[longest[first]]) / 2
    return middles


def wall_ends(footprints: Geometries) -> tuple[FloatArray, FloatArray, IntArray]:
    """Both ends (W, 2) of each wall, and the position of its footprint."""
    parts, of_part = shapely.get_parts(footprints, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    return xy[:-1][joined], xy[1:][joined], of_part[of_ring[ring[1:][joined]]]
