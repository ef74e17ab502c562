"""Vector files that GDAL reads: GeoPackage, Shapefile, GeoJSON, GML, FlatGeobuf, File GDB, DXF and their like."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj

from pipelines.encoding import decoded
from pipelines.readers._archive import gdal_path, has_vector
from pipelines.readers._table import GDAL_ERRORS, Table, heard
from pipelines.readers._whole import check_count, check_whole
from pipelines.readers._wkb import Flattening, parse_wkb
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader, again, beside
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceEncoding, SourceUnreadable, UnknownName

KEYED = frozenset({"GPKG", "OpenFileGDB"})
"""Drivers whose fid is a key that people see; elsewhere GDAL counts features from 0 and people from 1."""

TRANSACTIONAL = frozenset({"GPKG", "SQLite", "OSM"})
"""Drivers whose count is a note that may be stale, or is not known: whether all was read is told by other means."""


def open_vector(path: Path, source: Source) -> Contents:
    """Open one table of a vector file; curves are made straight, Z and M are dropped and said.

    Raises:
        SourceUnreadable: GDAL cannot open it, or it was cut off.
        SourceEncoding: its text is in an encoding that cannot be read.
        RecipeError: it holds several tables and the recipe names none, or ``where`` is not OGR SQL.
        UnknownName: the recipe's table is not in it.
    """
    _check_utf16(path)
    gdal, notes = gdal_path(path), list[str]()
    with heard(notes):
        name = _table(path, gdal, source)
        check_whole(path / f"{name}.shp" if path.is_dir() else path)
        try:
            info = pyogrio.read_info(gdal, layer=name, encoding=source.encoding or None)
        except GDAL_ERRORS as error:
            raise SourceUnreadable(f"{path}: cannot be read: {error}") from error
    promised = -1 if source.where or info["driver"] in TRANSACTIONAL else int(info["features"])
    table = Table(path, gdal, name, info["driver"], source, promised, notes)
    _check_where(table)
    return Contents(
        crs=pyproj.CRS.from_user_input(info["crs"]) if info["crs"] else None,
        columns=tuple(str(each) for each in info["fields"]),
        count=int(info["features"]) if not source.where else -1,
        chunks=again(notes, functools.partial(_chunks, table)),
        notes=notes,
    )


def _check_utf16(path: Path) -> None:
    said = beside(path, ".cpg")
    if path.suffix.lower() in (".shp", ".dbf") and said is not None:
        name = said.read_text(encoding="latin-1").strip()
        if name.upper().replace("-", "").startswith("UTF16"):
            raise SourceEncoding(f"{path}: {said.name} says {name}, which no DBF can be read in; save it as UTF-8")


def tables_of(path: Path) -> list[str]:
    """Names of the tables of a vector file.

    Raises:
        SourceUnreadable: GDAL cannot open it, or it holds none.
        RecipeError: it is a zip that holds several data sets.
    """
    with heard([]):
        return _tables(path, gdal_path(path))


def _tables(path: Path, gdal: str) -> list[str]:
    if path.suffix.lower() == ".shp" and path.is_file():
        check_whole(path)
    try:
        tables = [str(name) for name, _ in pyogrio.list_layers(gdal)]
    except GDAL_ERRORS as error:
        check_whole(path)
        words = str(error).partition("; It might help")[0]  # what follows is advice to programmers
        raise SourceUnreadable(f"{path}: GDAL cannot open it: {words}") from error
    if not tables:
        raise SourceUnreadable(f"{path}: holds no table")
    return tables


def _table(path: Path, gdal: str, source: Source) -> str:
    tables = _tables(path, gdal)
    if source.sublayer:
        if source.sublayer not in tables:
            raise UnknownName("table", source.sublayer, tables, str(path))
        return source.sublayer
    if len(tables) > 1:
        raise RecipeError(f"{path}: holds {len(tables)} tables ({', '.join(sorted(tables))}); name one as sublayer")
    return tables[0]


def _check_where(table: Table) -> None:
    if not table.source.where:
        return
    try:
        with table.arrow(batch_size=1) as (_, reader):
            next(iter(reader), None)
    except (ValueError, *GDAL_ERRORS) as error:
        said = f"where = {table.source.where!r} is not a filter that can be run"
        raise RecipeError(f"{table.path}: {said}: {error}") from error


def _chunks(table: Table) -> Iterator[Chunk]:
    flat, read = Flattening(table.notes), 0
    for batch, shapes in table.batches(CHUNK_ROWS):
        try:
            chunk = _chunk(table, batch, shapes)
        except NotImplementedError:  # shapely's word for a curve
            rest = (_chunk(table, *each) for each in _after(table.straightened().batches(CHUNK_ROWS), read))
            yield from (dataclasses.replace(each, parsed=flat(each.parsed)) for each in rest)
            return
        read += len(batch)
        yield dataclasses.replace(chunk, parsed=flat(chunk.parsed))
    check_count(table.path, table.promised, read)


def _chunk(table: Table, batch: pa.RecordBatch, shapes: int) -> Chunk:
    first = 0 if table.driver in KEYED else 1
    rows = np.asarray(batch.column(0), dtype=np.int64) + first
    attributes = batch.select([at for at in range(1, batch.num_columns) if at != shapes])
    columns = decoded(attributes, rows, table.path, table.source.encoding)
    wkb = batch.column(shapes) if shapes else None
    parsed, broken, corners = parse_wkb(wkb, len(rows))
    return Chunk(rows, columns, parsed, broken, wkb, corners)


def _after(batches: Iterator[tuple[pa.RecordBatch, int]], count: int) -> Iterator[tuple[pa.RecordBatch, int]]:
    """The batches without their first ``count`` rows."""
    for batch, shapes in batches:
        rest = batch.slice(min(count, len(batch)))
        count -= len(batch) - len(rest)
        if len(rest):
            yield rest, shapes


vector = Reader(
    id="vector",
    title="Vector files that GDAL reads",
    suffixes=(".gpkg", ".shp", ".dbf", ".geojson", ".json", ".gml", ".fgb", ".kml", ".gdb", ".dxf", ".zip"),
    open=open_vector,
    doc=(
        "GeoPackage, Shapefile, GeoJSON, GML, FlatGeobuf, KML, File GDB, DXF, a folder of shapefiles, and any of these "
        "in a zip. `sublayer` names the table where there are several."
    ),
    sidecars=(".shx", ".dbf", ".prj", ".cpg", ".qix", ".xsd"),
    sniff=has_vector,
    tables=tables_of,
)
