"""Which zones hold which features, by one point a feature."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, Geometries, IntArray
from twin.spatial.boxes import coordinates, points_in

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
    xy = coordinates(points) + HALF_OPEN_M
    zone, point = points_in(shapely.bounds(zones), xy)
    shapely.prepare(zones)
    inside = shapely.intersects_xy(zones[zone], *xy[point].T)
    # Sorted as one number a pair, which is faster than by two.
    count = max(len(points), 1)
    zone, point = np.divmod(np.sort(zone[inside] * count + point[inside]), count)
    return point, zone


def buildings_in_zones(batch: Batch) -> tuple[IntArray, IntArray]:
    """Positions (building, zone): a building belongs to each zone that holds its representative point."""
    return batch.once("buildings_in_zones", lambda: held_by(building_points(batch), batch.zones.geometry))


def building_points(batch: Batch) -> Geometries:
    """Representative points of the batch's buildings."""
    return batch.once("building_points", lambda: representative_points(batch.layer("building").geometry))
