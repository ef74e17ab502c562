"""How buildings reach the street: the nearest way, the nearest one that is usable, and what stands between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.batch import Batch, BoolArray, FloatArray, Geometries, IntArray
from twin.networks.ways import SAME_M, Ways, nearest_way
from twin.spatial.crossing import ACCESS_REACH_M, crossed_buildings
from twin.spatial.stretches import Stretches
from twin.spatial.walls import FACING_M, facing_middles

__all__ = ["ACCESS_REACH_M", "FRONTAGE_M", "StreetAccess", "lines_to", "street_access"]

FRONTAGE_M = 30.0
"""A usable way this near, with nothing between, is faced."""


@dataclass(frozen=True)
class StreetAccess:
    """Access of each building of the batch, arrays of one length.

    ``street_m`` metres from the footprint to the centre line of the nearest street, ``width_m`` that street's width
    (NaN not known, taken to be wide), ``street`` its row's id in the store (-1 none). ``usable_m`` metres to the
    nearest way that a service vehicle can use, inf where there is none. ``depth`` counts the other buildings that the
    shortest line to that way crosses; ``line`` is that line, None where there is no such way.
    """

    street_m: FloatArray
    width_m: FloatArray
    street: IntArray
    usable_m: FloatArray
    depth: IntArray
    line: Geometries

    def __len__(self) -> int:
        """Count of buildings."""
        return len(self.depth)

    @property
    def has_frontage(self) -> BoolArray:
        """Buildings with a usable way within 30 m and nothing between."""
        return np.asarray((self.usable_m <= FRONTAGE_M) & (self.depth == 0))


def street_access(batch: Batch) -> StreetAccess:
    """Access of the batch's buildings by the network ``ways``, computed once a batch.

    The line leaves from the middle of the wall that faces the way (both ends at most 0.5 m farther than its nearest
    point), where there is one: all of such a wall is near. Depth: a building is crossed if the line goes 5 cm or deeper
    into its footprint; what the building itself stands on or in (a podium, an outline around its parts) is not, and
    nothing is where the way touches the footprint. The line is looked at as far as 120 m from the building's
    representative point. Of ways that are equally near (1 cm) the widest counts.

    Which street is the nearest: a way of a service class, of any width. A way of another class (path, footway, steps
    …) counts only where no usable way is faced (within 30 m, nothing between), since footpaths beside streets would
    make tidy cities look narrow.
    """
    return batch.once("street_access", lambda: _street_access(batch))


def _street_access(batch: Batch) -> StreetAccess:
    ways: Ways = batch.networks["ways"]
    footprints = batch.layer("building").geometry
    usable_m, depth, line, way = _to_usable(batch, ways.usable_pieces)
    street_m, street = usable_m.copy(), way.copy()
    everyone, unfaced = np.arange(len(footprints)), np.flatnonzero((usable_m > FRONTAGE_M) | (depth > 0))
    for pieces, looked_at in ((ways.narrow_pieces, everyone), (ways.foot_pieces, unfaced)):
        building, piece, metres = nearest_way(pieces, footprints[looked_at], street_m[looked_at])
        at, nearest = looked_at[building], pieces.line[piece]
        # Ways stand in the order of their width.
        better = (metres < street_m[at] - SAME_M) | (nearest < street[at])
        street[at[better]] = nearest[better]
        street_m[at[better]] = np.minimum(street_m[at[better]], metres[better])
    known = street >= 0
    width, ids = np.full(len(street), np.nan), np.full(len(street), -1, dtype=np.int64)
    width[known], ids[known] = ways.width_m[street[known]], ways.ids[street[known]]
    return StreetAccess(street_m, width, ids, usable_m, depth, line)


def _to_usable(batch: Batch, usable: Stretches) -> tuple[FloatArray, IntArray, Geometries, IntArray]:
    """Distance, depth, line and way of each building's nearest usable way."""
    footprints = batch.layer("building").geometry
    count = len(footprints)
    usable_m, depth = np.full(count, np.inf), np.zeros(count, dtype=np.int64)
    line, way = np.full(count, None, dtype=object), np.full(count, -1, dtype=np.int64)
    at, piece, metres = nearest_way(usable, footprints, usable_m)
    lines = lines_to(footprints[at], usable, piece, metres)
    usable_m[at], line[at], way[at] = metres, lines, usable.line[piece]
    depth[at] = crossed_buildings(batch, at, lines)
    return usable_m, depth, line, way


def lines_to(footprints: Geometries, pieces: Stretches, piece: IntArray, metres: FloatArray) -> Geometries:
    """Shortest lines to pieces; from the middle of the facing wall to the nearest piece where there is one."""
    lines = np.asarray(shapely.shortest_line(footprints, pieces.drawn(piece)))
    middles = facing_middles(footprints, lines)
    known = np.flatnonzero(np.isfinite(middles[:, 0]))
    points = np.asarray(shapely.points(middles[known]))
    point, nearest, _ = pieces.closest(points, metres[known] + FACING_M)
    lines[known[point]] = shapely.shortest_line(points[point], pieces.drawn(nearest))
    return lines
