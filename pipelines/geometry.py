"""Geometries brought to the type that their layer declares, and mended where, and only where, they are broken."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from layers.schema import Geometry
from pipelines.corners import CORNERS, turn_one_way

PARTS = {
    GeometryType.POLYGON: GeometryType.MULTIPOLYGON,
    GeometryType.LINESTRING: GeometryType.MULTILINESTRING,
    GeometryType.LINEARRING: GeometryType.MULTILINESTRING,
}
"""Single types with the multi type that they become, of one part, when they are stored."""

SINGLE = {GeometryType.MULTIPOINT: GeometryType.POINT, GeometryType.MULTILINESTRING: GeometryType.LINESTRING}
"""Multi types that may become single where they have one part."""


LEAST_RING_POINTS = 4
"""PostGIS reads no ring of fewer points, GEOS does."""


def storable(geometry: Any) -> bool:
    """Whether PostGIS can hold a geometry, valid or not: there, finite, each ring of four points or more."""
    if geometry is None or not np.isfinite(shapely.bounds(geometry)).all():
        return False
    rings = shapely.get_rings(shapely.get_parts(geometry))
    return bool((shapely.get_num_coordinates(rings) >= LEAST_RING_POINTS).all())


def as_declared(geometry: NDArray[np.object_], declared: Geometry) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Multi geometries of one part become single where the layer says so; which geometries are of a wrong type.

    Single ones pass where the layer wants multi: they become so when they are stored. Missing ones are not wrong.
    """
    wanted = {GeometryType[name.upper()] for name in declared.accepted}
    types = shapely.get_type_id(geometry)
    made = geometry
    for multi, single in SINGLE.items():
        if single in wanted and multi not in wanted:
            where = (types == multi) & (shapely.get_num_geometries(geometry) == 1)
            if where.any():
                made = made.copy()
                made[where] = shapely.get_geometry(geometry[where], 0)
    passing = wanted | {single for single, multi in PARTS.items() if multi in wanted}
    now = shapely.get_type_id(made)
    wrong: NDArray[np.bool_] = (now >= 0) & ~np.isin(now, [int(kind) for kind in passing])
    return made, wrong


def surely_valid(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which geometries (N,) need no closer look: polygons of four corners that all turn the same way."""
    sure = np.zeros(len(geometry), dtype=bool)
    polygons = shapely.get_type_id(geometry) == GeometryType.POLYGON
    four = np.flatnonzero(polygons & (shapely.get_num_coordinates(geometry) == CORNERS + 1))
    sure[four] = turn_one_way(
        shapely.get_coordinates(geometry[four]).reshape(-1, CORNERS + 1, 2).transpose(1, 2, 0).copy()
    )
    return sure


def mended(
    geometry: NDArray[np.object_], declared: Geometry, consider: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], dict[int, str], NDArray[np.bool_]]:
    """Mend what is invalid among the geometries to ``consider``.

    Returns:
        The geometries; the fault of each that was invalid, by position; which of those are beyond repair (nothing of
        the declared type is left).
    """
    invalid = np.zeros(len(geometry), dtype=bool)
    asked = np.flatnonzero(consider & ~shapely.is_missing(geometry))
    doubted = asked[~surely_valid(geometry[asked])]
    invalid[doubted] = ~shapely.is_valid(geometry[doubted])
    if declared in (Geometry.MULTI_LINE_STRING, Geometry.LINE_STRING):
        # A line of one repeated point is the only invalid line, and has no length to keep.
        invalid[asked] |= shapely.length(geometry[asked]) == 0
    beyond = np.zeros(len(geometry), dtype=bool)
    if not invalid.any():
        return geometry, {}, beyond
    made = geometry.copy()
    faults: dict[int, str] = {}
    for position in np.flatnonzero(invalid):
        at = int(position)
        faults[at] = _fault(geometry[at])
        whole = _parts_of_type(shapely.make_valid(geometry[at]), declared)
        if whole is None:
            beyond[at] = True
        else:
            made[at] = whole
    return made, faults, beyond


def _fault(geometry: Any) -> str:
    reason = shapely.is_valid_reason(geometry)
    return "no length" if reason == "Valid Geometry" else str(reason)


def _parts_of_type(geometry: Any, declared: Geometry) -> Any | None:
    dimension = {"Polygon": 2, "LineString": 1, "Point": 0}[declared.accepted[-1].removeprefix("Multi")]
    parts = shapely.get_parts(geometry)
    parts = shapely.get_parts(parts)  # a collection may hold multi parts
    kept = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    if dimension == 2:
        kept = kept[shapely.area(kept) > 0]
    if dimension == 1:
        kept = kept[shapely.length(kept) > 0]
    if len(kept) == 0:
        return None
    whole, wrong = as_declared(np.array([shapely.union_all(kept)], dtype=object), declared)
    return None if wrong[0] else whole[0]
