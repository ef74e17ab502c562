"""Area of a union of polygons inside each zone: only what crosses is cut, only what overlaps is united."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.batch import BoolArray, FloatArray, Geometries, IntArray
from twin.spatial.sums import sum_by


@dataclass(frozen=True)
class Pieces:
    """Polygons cut by zones: for each piece its zone, the polygon that it comes from, its shape.

    ``overlaps`` says whether the polygon touches another one, so that their areas must not be added.
    """

    zone: IntArray
    source: IntArray
    shape: Geometries
    overlaps: BoolArray
    zones: int

    def union_area(self, chosen: BoolArray | None = None) -> FloatArray:
        """Area of the union of the chosen pieces by zone, in square metres."""
        use = np.ones(len(self.zone), dtype=bool) if chosen is None else chosen
        alone, together = use & ~self.overlaps, use & self.overlaps
        area = sum_by(self.zone[alone], shapely.area(self.shape[alone]), self.zones)
        if not together.any():
            return area
        order = np.argsort(self.zone[together], kind="stable")
        zones, group = np.unique(self.zone[together][order], return_inverse=True)
        collections = shapely.geometrycollections(self.shape[together][order], indices=group)
        area[zones] += shapely.area(shapely.union_all(np.asarray(collections)[:, None], axis=1))
        return area


def cut(polygons: Geometries, zones: Geometries) -> Pieces:
    """The pieces of polygons inside zones, all in one metric CRS.

    Multi-part polygons are taken part by part, so that a wide one costs no more than its parts in a zone.
    Touching without a common area gives no piece. ``source`` holds positions in ``polygons``.
    """
    parts, source = shapely.get_parts(polygons, return_index=True)
    tree = shapely.STRtree(parts)
    zone, part = tree.query(zones, predicate="intersects")
    shape = parts[part]
    crossing = np.ones(len(part), dtype=bool)
    inside = tree.query(zones, predicate="covers")
    crossing[np.isin(zone * len(parts) + part, inside[0] * len(parts) + inside[1])] = False
    shape[crossing] = shapely.intersection(shape[crossing], zones[zone[crossing]])
    has_area = shapely.area(shape) > 0
    zone, part, shape = zone[has_area], part[has_area], shape[has_area]
    return Pieces(zone, source[part], shape, _overlapping(parts, tree)[part], len(zones))


def _overlapping(parts: Geometries, tree: shapely.STRtree) -> BoolArray:
    """Whether each part meets another one; a common border suffices, since uniting these too is right."""
    one, other = tree.query(parts, predicate="intersects")
    found = np.zeros(len(parts), dtype=bool)
    found[one[one != other]] = True
    return found
