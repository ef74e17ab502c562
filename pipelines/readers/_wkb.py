"""Well-known binary into geometries, and the heights and measures that are left behind, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

EMPTY_BYTES = 9
"""Order, type and a count of nothing: more bytes than these in an empty geometry were not understood."""


def parse_wkb(column: pa.Array | None, count: int) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Geometries of a column of WKB, and why some of them could not be read, by position."""
    if column is None:
        return np.full(count, None, dtype=object), {}
    raw = np.empty(count, dtype=object)
    raw[:] = column.to_pylist()
    geometry: NDArray[np.object_] = shapely.from_wkb(raw, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(geometry))
    broken = {int(i): _reason(raw[i]) for i in lost if raw[i] is not None}
    for i in np.flatnonzero(shapely.is_empty(geometry)):
        if shapely.get_type_id(geometry[i]) != shapely.GeometryType.POINT and len(raw[i]) > EMPTY_BYTES:
            broken[int(i)] = f"it says {geometry[i].geom_type}, but holds something else"
            geometry[i] = None
    return geometry, broken


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
