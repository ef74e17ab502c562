"""Parquet: GeoParquet with its rules checked, and plain tables with coordinates or WKT in columns."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.encoding import decoded
from pipelines.places import check_place, headings, places
from pipelines.readers._geo_metadata import GeoColumn, geo_column
from pipelines.readers._geo_rows import GeoRows
from pipelines.readers._where import filtered
from pipelines.readers._wkb import Flattening
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader, again
from pipelines.recipe import Source
from twin.errors import SourceUnreadable

BROKEN = (pa.ArrowException, OSError, ValueError)
"""What pyarrow says of a damaged file; the last of names that are not UTF-8."""


def open_parquet(path: Path, source: Source) -> Contents:
    """Open a Parquet file; rows are numbered from 1.

    Raises:
        SourceUnreadable: it is broken, breaks a rule of GeoParquet, or nothing says where its geometries are.
        UnknownName: ``sublayer`` names no geometry column, or ``x``, ``y``, ``wkt`` no column.
        RecipeError: ``where`` is not a filter that can be run.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema, count = file.schema_arrow, file.metadata.num_rows
    except BROKEN as error:
        raise SourceUnreadable(f"{path}: not a whole Parquet file: {error}") from error
    notes: list[str] = []
    geo = None if source.x or source.wkt else geo_column(path, schema, source, notes)
    if geo is None:
        _check_plain(path, schema, source)
    wanted = [name for name in schema.names if geo is None or name not in geo.hidden]
    attributes = [name for name in wanted if geo is None or name != geo.name]
    columns = headings(attributes, notes)
    check_place(path, source, columns or wanted)
    chunks = again(notes, functools.partial(_chunks, path, source, geo, wanted, columns, notes))
    contents = Contents(geo.crs if geo else None, tuple(columns), count, chunks, notes)
    return filtered(contents, path, source.where)


def _check_plain(path: Path, schema: pa.Schema, source: Source) -> None:
    """A table without ``geo`` metadata must not have a geometry that nobody explains."""
    if source.x or source.wkt:
        return
    blind = [field.name for field in schema if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)]
    if blind:
        raise SourceUnreadable(
            f"{path}: breaks the rules of GeoParquet: it has no 'geo' metadata, so nothing says what its column "
            f"'{blind[0]}' holds. Ask for a GeoParquet file, or name x and y, or wkt"
        )


def _chunks(
    path: Path, source: Source, geo: GeoColumn | None, wanted: list[str], columns: list[str], notes: list[str]
) -> Iterator[Chunk]:
    flat, read = Flattening(notes), 0
    geo_rows = GeoRows(path, geo, notes) if geo else None
    for batch in _batches(path, wanted):
        rows = np.arange(read + 1, read + 1 + len(batch), dtype=np.int64)
        read += len(batch)
        plain = batch.select([at for at, name in enumerate(batch.schema.names) if geo is None or name != geo.name])
        frame = decoded(plain.rename_columns(columns), rows, path, source.encoding)
        if geo is None or geo_rows is None:
            geometry, broken = places(frame, source)
            yield Chunk(rows, frame, flat(geometry), broken)
            continue
        wkb = batch.column(geo.name)
        parsed, broken, corners = geo_rows(wkb)
        yield Chunk(rows, frame, flat(parsed), broken, wkb, corners)


def _batches(path: Path, wanted: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=CHUNK_ROWS, columns=wanted)
    except BROKEN as error:
        raise SourceUnreadable(f"{path}: broken off while reading: {error}") from error


geoparquet = Reader(
    id="geoparquet",
    title="GeoParquet, and Parquet tables",
    suffixes=(".parquet", ".geoparquet"),
    open=open_parquet,
    doc=(
        "The primary geometry column is read; `sublayer` names another one, whose CRS then holds. A table without "
        "geometry takes `x` and `y`, or `wkt`. A file that breaks a rule of the standard is refused, or what it says "
        "wrongly of its rows is told."
    ),
)
