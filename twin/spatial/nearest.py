"""The nearest of many geometries, the same whatever their order in a tree."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import BoolArray, FloatArray, Geometries, IntArray
from twin.spatial.access import TOLERANCE_M
from twin.spatial.boxes import coordinates, grown, points_in
from twin.spatial.closest import closest
from twin.spatial.sight import look

NEAR = "near"
"""How it is noted how far the nearest was looked for."""

CORNERS = 8
"""So many corners of a geometry are tried before its distance is computed."""

ROUNDING_M = 1e-6
"""Whether a distance so near to the limit is within it, GEOS decides."""


def near(tree: shapely.STRtree, places: Geometries, metres: float) -> BoolArray:
    """Which places (points) lie within some metres of any geometry of the tree; missing and empty ones do not."""
    found = np.zeros(len(places), dtype=bool)
    if len(places) < len(tree):
        found[tree.query(places, predicate="dwithin", distance=metres)[0]] = True
        return found
    geometry, place = _doubtful(tree.geometries, coordinates(places), metres, found)
    shapely.prepare(tree.geometries)
    within = shapely.dwithin(tree.geometries[geometry], places[place], metres)
    found[place[within]] = True
    return found


def _doubtful(geometries: Geometries, xy: FloatArray, metres: float, found: BoolArray) -> tuple[IntArray, IntArray]:
    """Marks in ``found`` the points within reach of some corner; gives the pairs (geometry, point) to be looked at.

    Those are where the point has not been found and lies within reach of the circle around the geometry.
    """
    corners, owner = shapely.get_coordinates(geometries, return_index=True)
    count = np.bincount(owner, minlength=len(geometries))
    first = np.cumsum(count) - count
    bounds = shapely.bounds(geometries)
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    radius = np.zeros(len(geometries))
    np.maximum.at(radius, owner, np.hypot(*(corners - centre[owner]).T))
    geometry, point = points_in(grown(bounds, metres), xy)
    apart = _squared(xy, point, centre, geometry)
    possible = apart <= (radius[geometry] + metres + ROUNDING_M) ** 2
    geometry, point = geometry[possible], point[possible]
    for step in range(CORNERS):
        corner = (first + count * step // CORNERS)[geometry]
        sure = _squared(xy, point, corners, corner) <= max(metres - ROUNDING_M, 0) ** 2
        found[point[sure]] = True
        left = ~found[point]
        geometry, point = geometry[left], point[left]
    return geometry, point


def _squared(one: FloatArray, at: IntArray, other: FloatArray, there: IntArray) -> FloatArray:
    (x, y), (to_x, to_y) = one.T, other.T
    return np.asarray((x[at] - to_x[there]) ** 2 + (y[at] - to_y[there]) ** 2)


class Nearest:
    """Looks up which of some geometries is nearest; trees are made once for each choice among them."""

    def __init__(self, geometry: Geometries) -> None:
        """Of these geometries (G,)."""
        self._geometry = geometry
        self._trees: dict[bytes, shapely.STRtree] = {}

    def of(self, places: Geometries, reach_m: float, among: BoolArray | None = None) -> tuple[IntArray, FloatArray]:
        """Position of the nearest geometry within ``reach_m`` of each place, and the metres to it.

        -1 and inf where there is none; of equally near ones the lowest position. ``among`` (G,) says which geometries
        are looked at.
        """
        chosen = np.ones(len(self._geometry), dtype=bool) if among is None else np.asarray(among, dtype=bool)
        nearest, metres = np.full(len(places), -1, dtype=np.int64), np.full(len(places), np.inf)
        if not chosen.any() or len(places) == 0:
            look(NEAR, np.full(len(places), reach_m))
            return nearest, metres
        place, found, far = closest(self._tree(chosen), places, reach_m + TOLERANCE_M)
        nearest[place], metres[place] = np.flatnonzero(chosen)[found], far
        look(NEAR, np.minimum(metres, reach_m))
        return nearest, metres

    def _tree(self, chosen: BoolArray) -> shapely.STRtree:
        key = np.packbits(chosen).tobytes()
        if key not in self._trees:
            self._trees[key] = shapely.STRtree(self._geometry[chosen])
        return self._trees[key]
