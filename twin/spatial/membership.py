"""Which zones hold which features, by one point a feature."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, Geometries, IntArray

HALF_OPEN_M = (1.1e-6, 0.7e-6)
"""A point is looked up this far to its upper right: so one on a border between zones lies in just one."""


def representative_points(geometry: Geometries) -> Geometries:
    """A point inside each geometry (``shapely.point_on_surface``); None stays None, empty stays empty."""
    return np.asarray(shapely.point_on_surface(geometry), dtype=object)


def held_by(points: Geometries, zones: Geometries) -> tuple[IntArray, IntArray]:
    """Positions (point, zone) of all pairs where the zone holds the point.

    A point in several overlapping zones makes several pairs. A point on a border that two zones share is held
    by exactly one of them, whichever else is in the batch. Missing and empty points are held by none.
    """
    west, south, east, north = shapely.bounds(zones).T
    moved = np.array(HALF_OPEN_M)
    boxes = shapely.box(
        *(np.stack([west, south]) - 2 * moved[:, None]), *(np.stack([east, north]) + 2 * moved[:, None])
    )
    point, zone = shapely.STRtree(boxes).query(points)
    order = np.lexsort((point, zone))
    point, zone = point[order], zone[order]
    shapely.prepare(zones)
    x, y = shapely.get_coordinates(points[point]).T + moved[:, None]
    inside = shapely.intersects_xy(zones[zone], x, y)
    return point[inside].astype(np.int64), zone[inside].astype(np.int64)


def buildings_in_zones(batch: Batch) -> tuple[IntArray, IntArray]:
    """Positions (building, zone): a building belongs to each zone that holds its representative point."""
    return batch.once("buildings_in_zones", lambda: held_by(building_points(batch), batch.zones.geometry))


def building_points(batch: Batch) -> Geometries:
    """Representative points of the batch's buildings."""
    return batch.once("building_points", lambda: representative_points(batch.layer("building").geometry))
