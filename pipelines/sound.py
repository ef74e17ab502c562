"""Rows whose geometry surely keeps every rule, so that no object is made of it, and the WKB that they are stored as."""

from __future__ import annotations

import operator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.schema import Geometry
from pipelines.corners import Corners, no_corners, turn_one_way
from pipelines.crs import Projection
from pipelines.readers.reader import Chunk

AREAS = {"Polygon", "MultiPolygon"}


def sound_corners(declared: Geometry, chunk: Chunk, way: Projection | None) -> Corners:
    """Polygons of four corners of a chunk that are valid and lie in the city, in the city's CRS.

    What is doubtful of the others is left to GEOS, which has words for it.
    """
    if chunk.corners is None or way is None or not AREAS & set(declared.accepted):
        return no_corners(len(chunk.rows))
    placed = chunk.corners if way.transformer is None else chunk.corners.moved(way.move)
    return placed.only(turn_one_way(placed.rings) & way.holds(placed.bounds()))


def known_wkb(
    chunk: Chunk, way: Projection | None, sound: Corners, stored: NDArray[np.object_], good: NDArray[np.bool_]
) -> pa.Array | None:
    """WKB of the good rows that are sound, or whose geometry is still the very object that was read; else null."""
    if chunk.wkb is None or way is None:
        return None
    same = np.fromiter(map(operator.is_, chunk.parsed.tolist(), stored.tolist()), dtype=bool, count=len(stored))
    if way.transformer is not None and sound.where.any():
        moved = sound.wkb()
        known = pc.if_else(pa.array(same & ~sound.where), chunk.wkb.cast(moved.type), moved)
    else:
        same |= sound.where
        if not (same & good).any():
            return None
        known = chunk.wkb if same.all() else pc.if_else(pa.array(same), chunk.wkb, pa.scalar(None, chunk.wkb.type))
    return known if good.all() else known.filter(pa.array(good))
