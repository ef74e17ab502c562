"""Well-known binary into geometries, and the heights and measures that are left behind, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from pipelines.corners import Corners, corners_of, no_corners

EMPTY_BYTES = 9
"""Order, type and a count of nothing: more bytes than these in an empty geometry were not understood."""


def parse_wkb(column: pa.Array | None, count: int) -> tuple[NDArray[np.object_], dict[int, str], Corners]:
    """Geometries of a column of WKB, and why some of them could not be read, by position.

    Polygons of four corners are not parsed: None among the geometries, and given as their corners.
    """
    geometry = np.full(count, None, dtype=object)
    if column is None:
        return geometry, {}, no_corners(count)
    corners = corners_of(column)
    rest = np.flatnonzero(~corners.where)
    raw = np.empty(len(rest), dtype=object)
    raw[:] = (column if len(rest) == count else column.take(pa.array(rest))).to_pylist()
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers: the rules have a word for them
        parsed = shapely.from_wkb(raw, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(parsed))
    broken = {int(rest[i]): _reason(raw[i]) for i in lost if raw[i] is not None}
    for i in np.flatnonzero(shapely.is_empty(parsed)):
        if shapely.get_type_id(parsed[i]) != shapely.GeometryType.POINT and len(raw[i]) > EMPTY_BYTES:
            broken[int(rest[i])] = f"it says {parsed[i].geom_type}, but holds something else"
            parsed[i] = None
    geometry[rest] = parsed
    return geometry, broken, corners


def _reason(wkb: bytes) -> str:
    try:
        shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as error:
        return str(error).partition(":")[2].strip() or str(error)
    return "the geometry cannot be read"


class Flattening:
    """Counts geometries with a height or a measure, and keeps one sentence about them in ``notes``."""

    def __init__(self, notes: list[str]) -> None:
        """Nothing was dropped yet."""
        self._notes, self._count, self._said = notes, 0, ""

    def __call__(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """The geometries without Z and M."""
        more = shapely.has_z(geometry) | shapely.has_m(geometry)
        if not more.any():
            return geometry
        self._count += int(more.sum())
        if self._said:
            self._notes.remove(self._said)
        self._said = f"{self._count} geometries had heights or measures (Z, M); they were dropped"
        self._notes.append(self._said)
        flat: NDArray[Any] = shapely.force_2d(geometry)
        return flat
