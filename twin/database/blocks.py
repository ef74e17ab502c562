"""Rows as blocks that PostgreSQL copies in its binary form: put together by Arrow and numpy, no Python for each row."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import shapely
from numpy.typing import NDArray

from layers.schema import Geometry, Kind, Layer

EWKB_SRID = 0x20000000
"""Flag in the type of EWKB: a SRID follows."""

WKB_HEAD = 5
LARGEST = 2**40
"""Arrow fails on a slice without an end, where many rows are shorter than it expects."""
"""Bytes of byte order and type, before the coordinates."""

WKB_KINDS = np.array([1, 2, 2, 3, 4, 5, 6, 7])
"""OGC's code of each of shapely's type ids (a ring is written as a line)."""

WKB_LINE, WKB_POLYGON, TO_MULTI = 2, 3, 3
"""OGC's codes of single types, and what is added for the multi type."""

NAMES = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}

BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What a stream of binary COPY begins with: its signature, no flags, no extension."""

END = struct.pack(">h", -1)
"""What it ends with."""

NULL = struct.pack(">i", -1)
JSONB_VERSION = b"\x01"
EPOCH = np.datetime64("2000-01-01", "D")
"""PostgreSQL's days are counted from here."""


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

    @property
    def wkb(self) -> pa.Array | None:
        """WKB of the geometries whose source had it, null of the others; None where none had. Where there is no
        geometry, it says all."""


def block(chunk: Chunk, layer: Layer, sent: Sequence[str], srid: int) -> memoryview:
    """A chunk as rows of binary COPY: row number, the fields ``sent``, attributes, geometry as EWKB."""
    columns = [_fixed(chunk.rows.astype(np.int64), ">i8", None)]
    for name in sent:
        columns += _encoded(chunk.fields[name], layer.fields[name].kind)
    rest = [JSONB_VERSION + json.dumps(each, default=str).encode() if each else None for each in chunk.attributes]
    columns += _measured(pa.array(rest, pa.large_binary()))
    count = 2 + len(sent)
    if layer.has_geometry:
        columns += _measured(ewkb(chunk.geometry, srid, layer.geometry, chunk.wkb))
        count += 1
    head = pa.scalar(struct.pack(">h", count), pa.large_binary())
    nothing = pa.scalar(b"", pa.large_binary())
    rows = pa.compute.binary_join_element_wise(head, *columns, nothing)
    _, offsets, data = rows.buffers()
    return memoryview(data)[: int(np.frombuffer(offsets, dtype=np.int64)[len(rows)])] if len(rows) else memoryview(b"")


def _encoded(column: pd.Series[Any], kind: Kind) -> list[pa.Array]:
    """A field's values as arrays whose elements, one after the other, are its bytes in each row."""
    if kind in (Kind.INTEGER, Kind.NUMBER):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        missing = np.isnan(numbers)
        if kind is Kind.NUMBER:
            return [_fixed(numbers, ">f8", missing)]
        return [_fixed(np.where(missing, 0, numbers).astype(np.int64), ">i4", missing)]
    if kind is Kind.DATE:
        days = pd.to_datetime(column).to_numpy("datetime64[D]")
        missing = np.isnat(days)
        since = (np.where(missing, EPOCH, days) - EPOCH).astype(np.int64)
        return [_fixed(since, ">i4", missing)]
    if kind is Kind.BOOLEAN:
        missing = column.isna().to_numpy(dtype=bool)
        return [_fixed(np.where(missing, False, column.to_numpy(dtype=object)).astype(bool), "?", missing)]
    return _measured(pa.array(column, type=pa.large_string(), from_pandas=True).cast(pa.large_binary()))


def _fixed(values: NDArray[Any], code: str, missing: NDArray[np.bool_] | None) -> pa.Array:
    """Values of one size, each with its length before it; a missing one is the mark of null alone."""
    made = np.empty(len(values), dtype=[("size", ">i4"), ("value", code)])
    width = made.dtype.itemsize
    made["size"], made["value"] = width - len(NULL), values
    data = made.view(np.uint8).reshape(len(values), width)
    lengths = np.full(len(values), width, dtype=np.int64)
    if missing is not None and missing.any():
        made["size"][missing] = -1
        lengths[missing] = len(NULL)
        data = data[np.arange(width) < lengths[:, None]]
    return _binary(lengths, data.tobytes())


def _measured(values: pa.Array) -> list[pa.Array]:
    """Values of any size: their lengths, and they themselves; a missing one is the mark of null alone."""
    lengths = pa.compute.binary_length(values).fill_null(-1).to_numpy()
    sizes = np.full(len(values), len(NULL), dtype=np.int64)
    return [_binary(sizes, lengths.astype(">i4").tobytes()), values.fill_null(b"")]


def _binary(lengths: NDArray[np.int64], data: bytes) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The items, each next one made by a thread while the one before is in use, the first one from now on."""
    made, pool = iter(items), ThreadPoolExecutor(max_workers=1, thread_name_prefix="read")
    return _taken(pool, made, pool.submit(next, made, None))


def _taken(pool: ThreadPoolExecutor, made: Iterator[T], coming: Future[T | None]) -> Iterator[T]:
    with pool:
        while (item := coming.result()) is not None:
            coming = pool.submit(next, made, None)
            yield item


def ewkb(geometry: NDArray[np.object_], srid: int, declared: Geometry, wkb: pa.Array | None = None) -> pa.Array:
    """Geometries as PostGIS reads them; single parts become multi where the layer declares so.

    Heads are put before plain WKB: to set a SRID on the geometries, or to make them multi, would copy them all.
    ``wkb`` holds what is known of it already, null elsewhere; the rest is written by shapely.
    """
    kinds = _kinds(geometry, wkb)
    plain = _plain(geometry, kinds, wkb)
    found = np.unique(kinds)
    heads = {int(kind): _head(int(kind), srid, declared) for kind in found}
    replaced = np.isin(kinds, [kind for kind, (_, skip) in heads.items() if skip])
    if replaced.any():
        rest = pa.compute.binary_slice(plain, WKB_HEAD, LARGEST)
        plain = rest if replaced.all() else pa.compute.if_else(pa.array(replaced), rest, plain)
    chosen = pa.array([heads[int(kind)][0] for kind in found], pa.large_binary())
    head = chosen[0] if len(found) == 1 else chosen.take(pa.array(np.searchsorted(found, kinds)))
    return pa.compute.binary_join_element_wise(head, plain, pa.scalar(b"", pa.large_binary()))


def _kinds(geometry: NDArray[np.object_], wkb: pa.Array | None) -> NDArray[np.int64]:
    """OGC's code of each geometry; of those that are not there, as little-endian WKB says."""
    types = shapely.get_type_id(geometry)
    kinds: NDArray[np.int64] = WKB_KINDS[types]
    told = types < 0
    if wkb is not None and told.any():
        heads = pa.compute.binary_slice(wkb if told.all() else wkb.filter(pa.array(told)), 1, WKB_HEAD)
        found = heads.dictionary_encode()
        codes = np.frombuffer(b"".join(found.dictionary.to_pylist()), dtype="<u4")
        kinds[told] = codes[found.indices.to_numpy(zero_copy_only=False)]
    return kinds


def _plain(geometry: NDArray[np.object_], kinds: NDArray[np.int64], wkb: pa.Array | None) -> pa.Array:
    """Little-endian WKB of two dimensions: as it came where it is so, else as shapely writes it."""
    if wkb is None:
        return pa.array(shapely.to_wkb(geometry, byte_order=1), pa.large_binary())
    known = wkb.cast(pa.large_binary())
    heads = pa.compute.binary_slice(known, 0, WKB_HEAD)
    usual = [struct.pack("<BI", 1, kind) for kind in NAMES]
    fitting = pa.compute.index_in(heads, pa.array(usual, heads.type)).fill_null(-1).to_numpy()
    unfit = fitting + 1 != kinds
    if not unfit.any():
        return known
    made = pa.array(shapely.to_wkb(geometry[unfit], byte_order=1), pa.large_binary())
    return pa.compute.replace_with_mask(known, pa.array(unfit), made)


def _head(kind: int, srid: int, declared: Geometry) -> tuple[bytes, int]:
    """What stands before a geometry's WKB, and how many bytes of that it replaces."""
    multi = kind + TO_MULTI
    if kind in (WKB_LINE, WKB_POLYGON) and NAMES[multi] in declared.accepted and NAMES[kind] not in declared.accepted:
        return struct.pack("<BIII", 1, multi | EWKB_SRID, srid, 1), 0
    return struct.pack("<BII", 1, kind | EWKB_SRID, srid), WKB_HEAD
