"""The nearest of many geometries, the same whatever their order in a tree."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import BoolArray, FloatArray, Geometries, IntArray
from twin.spatial.access import TOLERANCE_M
from twin.spatial.sight import look

NEAR = "near"
"""How it is noted how far the nearest was looked for."""


def near(tree: shapely.STRtree, places: Geometries, metres: float) -> BoolArray:
    """Which places lie within some metres of any geometry of the tree; missing and empty places do not."""
    found = np.zeros(len(places), dtype=bool)
    found[tree.query(places, predicate="dwithin", distance=metres)[0]] = True
    return found


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
        tree = self._tree(chosen)
        (place, found), far = tree.query_nearest(
            places, max_distance=reach_m + 2 * TOLERANCE_M, return_distance=True, all_matches=True
        )
        position = np.flatnonzero(chosen)[found]
        # Written from the last to the first, so that of equally near ones the lowest position stays.
        order = np.lexsort((-position, place))
        order = order[far[order] <= reach_m + TOLERANCE_M]
        nearest[place[order]], metres[place[order]] = position[order], far[order]
        look(NEAR, np.minimum(metres, reach_m))
        return nearest, metres

    def _tree(self, chosen: BoolArray) -> shapely.STRtree:
        key = np.packbits(chosen).tobytes()
        if key not in self._trees:
            self._trees[key] = shapely.STRtree(self._geometry[chosen])
        return self._trees[key]
