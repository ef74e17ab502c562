"""Places of a whole city that lie in a few zones."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import FloatArray, Geometries, IntArray
from twin.spatial.membership import held_by


def places_in(xy: FloatArray, zones: Geometries) -> tuple[IntArray, IntArray]:
    """Positions (place, zone) of places (N, 2) that zones hold; of many places only those near are looked at."""
    if len(zones) == 0 or len(xy) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    low_x, low_y, high_x, high_y = shapely.total_bounds(zones)
    x, y = xy.T
    near = np.flatnonzero((x >= low_x - 1) & (x <= high_x + 1) & (y >= low_y - 1) & (y <= high_y + 1))
    place, zone = held_by(np.asarray(shapely.points(xy[near])), zones)
    return near[place], zone
