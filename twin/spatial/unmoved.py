"""Vertices that came back from the map where they were: they keep the coordinates that are stored, to the last bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry


def with_stored_vertices(drawn: BaseGeometry, stored: Sequence[BaseGeometry], within_m: float) -> BaseGeometry:
    """A drawn geometry whose vertices within ``within_m`` of a stored one take its coordinates.

    Args:
        drawn: in the city's CRS, after the way there and back through degrees.
        stored: geometries of the same CRS, those that go first first.
        within_m: farther than the way through degrees moves a vertex, nearer than anybody draws.
    """
    places = shapely.get_coordinates(drawn)
    free = np.ones(len(places), dtype=bool)
    for each in stored:
        vertices = np.unique(shapely.get_coordinates(each), axis=0)
        if len(vertices) == 0 or not free.any():
            continue
        found = KDTree(vertices).query(places, distance_upper_bound=within_m)
        metres, nearest = np.asarray(found[0]), np.asarray(found[1])
        taken = free & np.isfinite(metres)
        places[taken] = vertices[nearest[taken]]
        free &= ~taken
    return shapely.set_coordinates(shapely.force_2d(drawn), places)
