"""Rows as blocks of text that PostgreSQL copies: made by Arrow and numpy, no Python for each row."""

from __future__ import annotations

import binascii
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely
from numpy.typing import NDArray

from layers.schema import Geometry, Kind, Layer

EWKB_SRID = 0x20000000
"""Flag in the type of EWKB: a SRID follows."""

WKB_HEAD = 5
"""Bytes of byte order and type, before the coordinates."""

WKB_KINDS = np.array([1, 2, 2, 3, 4, 5, 6, 7])
"""OGC's code of each of shapely's type ids (a ring is written as a line)."""

WKB_LINE, WKB_POLYGON, TO_MULTI = 2, 3, 3
"""OGC's codes of single types, and what is added for the multi type."""

NAMES = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}

BLOCK_ROWS = 65_536
"""Rows that Arrow writes at a time; its default of 1,024 takes four times as long."""


T = TypeVar("T")


class Chunk(Protocol):
    """Good rows of a source."""

    @property
    def rows(self) -> NDArray[np.int64]:
        """Numbers in the file."""

    @property
    def fields(self) -> pd.DataFrame:
        """One column a field of the layer."""

    @property
    def attributes(self) -> Sequence[dict[str, Any] | None]:
        """What the layer does not know."""

    @property
    def geometry(self) -> NDArray[np.object_]:
        """Geometries in the city's CRS."""


def block(chunk: Chunk, layer: Layer, sent: Sequence[str], srid: int) -> memoryview:
    """A chunk as CSV without header: row number, the fields ``sent``, attributes, geometry in hexadecimal EWKB."""
    columns: dict[str, Any] = {" row": pa.array(chunk.rows)}
    columns |= {name: as_arrow(chunk.fields[name], layer.fields[name].kind) for name in sent}
    rest = [json.dumps(each, default=str) if each else None for each in chunk.attributes]
    columns[" attributes"] = pa.array(rest, pa.string())
    if layer.has_geometry:
        columns[" geom"] = ewkb(chunk.geometry, srid, layer.geometry)
    sink, options = pa.BufferOutputStream(), pyarrow.csv.WriteOptions(include_header=False, batch_size=BLOCK_ROWS)
    pyarrow.csv.write_csv(pa.table(columns), sink, options)
    return memoryview(sink.getvalue())


def as_arrow(column: pd.Series[Any], kind: Kind) -> pa.Array:
    """A field's values as PostgreSQL reads them in text, missing ones as null."""
    if kind in (Kind.INTEGER, Kind.NUMBER):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        made = pa.array(numbers, mask=np.isnan(numbers))
        return made.cast(pa.int64()) if kind is Kind.INTEGER else made
    if kind is Kind.DATE:
        return pa.array(pd.to_datetime(column)).cast(pa.timestamp("s")).cast(pa.date32())
    return pa.array(column, type=pa.bool_() if kind is Kind.BOOLEAN else pa.string(), from_pandas=True)


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The items, each next one made by a thread while the one before is in use."""
    made = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as pool:
        coming = pool.submit(next, made, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, made, None)
            yield item


def ewkb(geometry: NDArray[np.object_], srid: int, declared: Geometry) -> pa.Array:
    """Geometries as PostGIS reads them, in hexadecimal; single parts become multi where the layer declares so.

    Heads are put before shapely's WKB: to set a SRID on the geometries, or to make them multi, would copy them all.
    """
    kinds = WKB_KINDS[shapely.get_type_id(geometry)]
    plain = shapely.to_wkb(geometry, byte_order=1).tolist()
    heads = {int(kind): _head(int(kind), srid, declared) for kind in np.unique(kinds)}
    if len(heads) == 1:
        ((head, skip),) = heads.values()
        pieces = [head + wkb[skip:] for wkb in plain]
    else:
        chosen = [heads[kind] for kind in kinds.tolist()]
        pieces = [head + wkb[skip:] for (head, skip), wkb in zip(chosen, plain, strict=True)]
    digits = binascii.hexlify(b"".join(pieces))
    ends = 2 * np.cumsum(np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces)))
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    return pa.LargeStringArray.from_buffers(len(pieces), pa.py_buffer(offsets), pa.py_buffer(digits))


def _head(kind: int, srid: int, declared: Geometry) -> tuple[bytes, int]:
    """What stands before a geometry's WKB, and how many bytes of that it replaces."""
    multi = kind + TO_MULTI
    if kind in (WKB_LINE, WKB_POLYGON) and NAMES[multi] in declared.accepted and NAMES[kind] not in declared.accepted:
        return struct.pack("<BIII", 1, multi | EWKB_SRID, srid, 1), 0
    return struct.pack("<BII", 1, kind | EWKB_SRID, srid), WKB_HEAD
