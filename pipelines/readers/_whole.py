"""Is a file whole? What its header promises, against the bytes that are there.

GDAL reads what it finds of a file that was cut off, and says nothing in some formats.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipelines.readers.reader import beside
from twin.errors import SourceUnreadable

AGAIN = "it was cut off; copy or download it again"
TAIL_BYTES = 512
RECORD_HEADER = 8
SHAPE_HEADER, DBF_HEADER, SQLITE_HEADER = 100, 32, 100


def check_whole(path: Path) -> None:
    """Refuse a file that ends before its header, or its format, says that it does.

    Raises:
        SourceUnreadable: names the file, what it promises and what is there.
    """
    check = _CHECKS.get(path.suffix.lower())
    if check is not None and path.is_file():
        check(path)


def check_count(path: Path | str, promised: int, read: int) -> None:
    """Refuse a file that gave fewer rows than its header says (a count below 0 promises nothing).

    Raises:
        SourceUnreadable: with both counts.
    """
    if read < promised:
        raise SourceUnreadable(f"{path}: promises {promised} rows, {read} could be read; {AGAIN}")


def _shapefile(path: Path) -> None:
    _shapes(path)
    table = beside(path, ".dbf")
    if table is not None:
        _dbf(table)


def _shapes(path: Path) -> None:
    index, size = beside(path, ".shx"), path.stat().st_size
    if index is None:
        raise SourceUnreadable(
            f"{path}: its index {path.stem}.shx is missing. Ask for all files of the shapefile (.shp, .shx, .dbf, "
            f".prj), or rebuild it: ogr2ogr --config SHAPE_RESTORE_SHX YES restored.gpkg {path.name}"
        )
    raw = index.read_bytes()
    if len(raw) < SHAPE_HEADER or size < SHAPE_HEADER:
        raise SourceUnreadable(f"{path}: ends within its header; {AGAIN}")
    count = (len(raw) - SHAPE_HEADER) // 8
    promised = max((struct.unpack(">i", raw[24:28])[0] * 2 - SHAPE_HEADER) // 8, count)
    records = np.frombuffer(raw, dtype=">i4", offset=SHAPE_HEADER, count=2 * count).reshape(-1, 2).astype(np.int64)
    whole = int((records.sum(axis=1) * 2 + RECORD_HEADER <= size).sum())
    check_count(path, promised, whole)


def _dbf(path: Path) -> None:
    with path.open("rb") as handle:
        header = handle.read(DBF_HEADER)
    if len(header) < DBF_HEADER:
        raise SourceUnreadable(f"{path}: ends within its header; {AGAIN}")
    promised, start, length = struct.unpack("<IHH", header[4:12])
    there = (path.stat().st_size - start) // length if length else 0
    check_count(path, promised, max(there, 0))


def _sqlite(path: Path) -> None:
    with path.open("rb") as handle:
        header = handle.read(SQLITE_HEADER)
    if len(header) < SQLITE_HEADER or not header.startswith(b"SQLite format 3"):
        return  # GDAL says so in its own words
    size = struct.unpack(">H", header[16:18])[0]
    promised = struct.unpack(">I", header[28:32])[0] * (65_536 if size == 1 else size)
    if path.stat().st_size < promised:
        raise SourceUnreadable(f"{path}: promises {promised:,} bytes, {path.stat().st_size:,} are there; {AGAIN}")


def _ends_with(mark: bytes, words: str) -> Callable[[Path], None]:
    def check(path: Path) -> None:
        with path.open("rb") as handle:
            handle.seek(max(path.stat().st_size - TAIL_BYTES, 0))
            tail = handle.read().rstrip()
        if not tail.upper().endswith(mark):
            raise SourceUnreadable(f"{path}: does not end with {words}; {AGAIN}")

    return check


_CHECKS: dict[str, Callable[[Path], None]] = {
    ".shp": _shapefile,
    ".dbf": _dbf,
    ".gpkg": _sqlite,
    ".gml": _ends_with(b"COLLECTION>", "the end of its collection"),
    ".kml": _ends_with(b"KML>", "</kml>"),
    ".dxf": _ends_with(b"EOF", "EOF"),
}
