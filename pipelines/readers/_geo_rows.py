"""Rows of GeoParquet, held against what the file says of them; what differs is noted, what is unsafe is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from pipelines.corners import Corners
from pipelines.readers._geo_metadata import GeoColumn
from pipelines.readers._wkb import parse_wkb
from twin.errors import SourceUnreadable

SRID_FLAG = 0x20000000
SLACK = 1e-9
"""Share of the box's size by which a geometry may stick out: boxes are often rounded."""

NAMES = ("Point", "LineString", "", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
"""Names of GeoParquet by shapely's type id; a lone ring counts as a line."""


class GeoRows:
    """Turns WKB into geometries, chunk by chunk, and keeps one note for each claim that rows contradict."""

    def __init__(self, path: Path, column: GeoColumn, notes: list[str]) -> None:
        """No row was read yet."""
        self._path, self._column, self._notes = path, column, notes
        self._counts: Counter[str] = Counter()
        self._said: dict[str, str] = {}

    def __call__(self, wkb: pa.Array) -> tuple[NDArray[np.object_], dict[int, str], Corners]:
        """Geometries, by position why some could not be read, and the corners of those that are not parsed.

        Raises:
            SourceUnreadable: no geometry of the chunk lies in the box that the file gives.
        """
        if not (pa.types.is_binary(wkb.type) or pa.types.is_large_binary(wkb.type)):
            raise SourceUnreadable(f"{self._path}: column '{self._column.name}' holds {wkb.type}, not WKB")
        geometry, broken, corners = parse_wkb(wkb, len(wkb))
        for at in _with_srid(wkb):
            geometry[at], broken[at] = None, "its WKB begins with an SRID (EWKB), which GeoParquet forbids"
        self._check_types(geometry, corners)
        self._check_box(geometry, corners)
        self._check_rings(geometry, corners)
        return geometry, broken, corners

    def _note(self, kind: str, count: int, words: str) -> None:
        if not count:
            return
        self._counts[kind] += count
        before = self._said.get(kind)
        if before is not None:
            self._notes.remove(before)
        self._said[kind] = f"{self._counts[kind]} {words}"
        self._notes.append(self._said[kind])

    def _check_types(self, geometry: NDArray[np.object_], corners: Corners) -> None:
        declared = self._column.types
        if not declared:
            return
        kinds = shapely.get_type_id(geometry) * 2 + shapely.has_z(geometry)
        kinds[corners.where] = shapely.GeometryType.POLYGON * 2
        told = (kinds >= 0) & ~shapely.has_m(geometry)  # the standard has no word for measures
        found, counts = np.unique(kinds[told], return_counts=True)
        names = {_name(int(kind)): int(count) for kind, count in zip(found, counts, strict=True)}
        for name, count in names.items():
            if name not in declared:
                listed = ", ".join(sorted(declared))
                self._note(name, count, f"geometries are {name}; the file says that it holds {listed} only")

    def _check_box(self, geometry: NDArray[np.object_], corners: Corners) -> None:
        if self._column.bbox is None:
            return
        xmin, ymin, xmax, ymax = self._column.bbox
        dx, dy = SLACK * max(xmax - xmin, 1.0), SLACK * max(ymax - ymin, 1.0)
        box = shapely.bounds(geometry)
        box[corners.where] = corners.bounds()
        known = np.isfinite(box).all(axis=1)
        west, south, east, north = box[known].T
        out = (west < xmin - dx) | (south < ymin - dy) | (east > xmax + dx) | (north > ymax + dy)
        apart = (east < xmin - dx) | (north < ymin - dy) | (west > xmax + dx) | (south > ymax + dy)
        if len(apart) and apart.all():
            raise SourceUnreadable(
                f"{self._path}: no geometry lies in the box that the file gives ({xmin:g}, {ymin:g}, {xmax:g}, "
                f"{ymax:g}): its coordinates or its CRS are wrong. Ask for a corrected file"
            )
        self._note("box", int(out.sum()), "geometries stick out of the box that the file gives")

    def _check_rings(self, geometry: NDArray[np.object_], corners: Corners) -> None:
        if not self._column.counterclockwise:
            return
        parts: Any = shapely.get_parts(geometry)
        rings = shapely.get_exterior_ring(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
        wrong = int((~shapely.is_ccw(rings)).sum() + (~corners.counterclockwise()).sum())
        self._note("rings", wrong, "outer rings run clockwise, though the file says counterclockwise; it does no harm")


def _name(kind: int) -> str:
    plain = NAMES[kind // 2] or "LineString"
    return f"{plain} Z" if kind % 2 else plain


def _with_srid(wkb: pa.Array) -> list[int]:
    heads = pc.binary_slice(wkb, 0, 5)
    flagged = [head for head in pc.unique(heads).to_pylist() if head is not None and _flags(head) & SRID_FLAG]
    if not flagged:
        return []
    found = pc.is_in(heads, value_set=pa.array(flagged, type=heads.type))
    return [int(at) for at in np.flatnonzero(found.to_numpy(zero_copy_only=False))]


def _flags(head: bytes) -> int:
    return int.from_bytes(head[1:5], "little" if head[:1] == b"\x01" else "big")
