"""Which buildings stand beside each other, and which on the street: cells of a tessellation without drawing one."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, BoolArray, Geometries, IntArray
from twin.networks.ways import Ways
from twin.spatial.boxes import diagonals, grown
from twin.spatial.crossing import footprint_tree
from twin.spatial.membership import building_points
from twin.spatial.street_access import street_access

BESIDE_M = 20.0
"""Footprints farther apart than this are no neighbours."""
TOUCH_M = 0.05
BETWEEN, BEFORE = 0.8, 0.9
"""Cells meet beside the shortest line too, so a third building may reach a little into the circle around it.

By these shares of the radius the peels of random blocks come nearest to those of a tessellation that is drawn.
"""
FRONT_M = 60.0
"""What stands farther from a building does not take its place at the street."""
OFF_STREET_M = 0.1


def neighbours(batch: Batch) -> IntArray:
    """Pairs (P, 2) of positions of neighbouring buildings of the batch, each once, the smaller first.

    Two footprints are neighbours if they are at most 20 m apart, no third one lies in the circle around the middle four
    fifths of the shortest line between them, and that line crosses no usable way: then their cells of a tessellation
    share a border there. It is decided by what is within 20 m of either.
    """
    return batch.once("neighbours", lambda: _neighbours(batch))


def _neighbours(batch: Batch) -> IntArray:
    footprints, tree = batch.layer("building").geometry, footprint_tree(batch)
    one, other = tree.query(diagonals(grown(shapely.bounds(footprints), BESIDE_M)))
    one, other = one[one < other], other[one < other]
    lines = np.asarray(shapely.shortest_line(footprints[one], footprints[other]))
    near = shapely.length(lines) <= BESIDE_M
    one, other, lines = one[near], other[near], lines[near]
    free = _is_alone(lines, one, other, tree) & ~_is_crossed(lines, batch.networks["ways"])
    return np.column_stack([one[free], other[free]]).astype(np.int64)


def _is_alone(lines: Geometries, one: IntArray, other: IntArray, tree: shapely.STRtree) -> BoolArray:
    """Whether no third footprint lies in the circle around each line."""
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    middles = np.asarray(shapely.points(ends.mean(axis=1)))
    radius = np.hypot(*(ends[:, 1] - ends[:, 0]).T) / 2
    apart = np.flatnonzero(radius > TOUCH_M)
    line, third = tree.query(middles[apart], predicate="dwithin", distance=BETWEEN * radius[apart])
    line = apart[line]
    alone = np.ones(len(one), dtype=bool)
    alone[line[(third != one[line]) & (third != other[line])]] = False
    return alone


def _is_crossed(lines: Geometries, ways: Ways) -> BoolArray:
    """Whether a usable way crosses each line."""
    return ways.usable_pieces.crossing(lines)


def on_street(batch: Batch) -> BoolArray:
    """Buildings of the batch whose cell touches a usable street.

    Around the end of the building's shortest line to a usable way no other building on its side of the way, of those
    that stand within 60 m of it, lies within nine tenths of the line's length.
    """
    return batch.once("on_street", lambda: _on_street(batch))


def _on_street(batch: Batch) -> BoolArray:
    access, footprints = street_access(batch), batch.layer("building").geometry
    found = np.isfinite(access.usable_m)
    own = np.flatnonzero(found)
    ends = shapely.get_coordinates(access.line[own]).reshape(-1, 2, 2)
    inward = ends[:, 0] - ends[:, 1]
    metres = np.hypot(*inward.T)
    apart = np.flatnonzero(metres > OFF_STREET_M)
    ways_out, radius = np.asarray(shapely.points(ends[apart, 1])), BEFORE * metres[apart]
    line, other = footprint_tree(batch).query(ways_out, predicate="dwithin", distance=radius)
    line = apart[line]
    near = shapely.dwithin(building_points(batch)[own[line]], footprints[other], FRONT_M)
    line, other = line[near & (other != own[line])], other[near & (other != own[line])]
    beside = ends[line, 1] + inward[line] * (OFF_STREET_M / metres[line])[:, None]
    to_other = np.asarray(shapely.shortest_line(shapely.points(beside), footprints[other]))
    found[own[line[~_is_crossed(to_other, batch.networks["ways"])]]] = False
    return np.asarray(found)
