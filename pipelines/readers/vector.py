"""Vector files that GDAL reads: GeoPackage, Shapefile, GeoJSON, GML, FlatGeobuf and their like."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from pipelines.encoding import decoded
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceUnreadable, UnknownName

FID = "OGC_FID"


def open_vector(path: Path, source: Source) -> Contents:
    """Open one table of a vector file.

    Raises:
        SourceUnreadable: GDAL cannot open it.
        RecipeError: it holds several tables and the recipe names none, or ``where`` is not OGR SQL.
        UnknownName: the recipe's table is not in it.
    """
    table = _table(path, source)
    try:
        info = pyogrio.read_info(path, layer=table, encoding=source.encoding or None)
    except (DataSourceError, DataLayerError) as error:
        raise SourceUnreadable(f"{path}: cannot be read: {error}") from error
    _check_where(path, table, source)
    return Contents(
        crs=pyproj.CRS.from_user_input(info["crs"]) if info["crs"] else None,
        columns=tuple(str(name) for name in info["fields"]),
        count=int(info["features"]) if not source.where else -1,
        chunks=functools.partial(read_chunks, path, table, source, info["driver"]),
    )


def _table(path: Path, source: Source) -> str:
    try:
        tables = [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise SourceUnreadable(f"{path}: GDAL cannot open it: {error}") from error
    if not tables:
        raise SourceUnreadable(f"{path}: holds no table")
    if source.sublayer:
        if source.sublayer not in tables:
            raise UnknownName("table", source.sublayer, tables, str(path))
        return source.sublayer
    if len(tables) > 1:
        raise RecipeError(f"{path}: holds {len(tables)} tables ({', '.join(tables)}); name one as sublayer")
    return tables[0]


def _check_where(path: Path, table: str, source: Source) -> None:
    if not source.where:
        return
    try:
        pyogrio.read_dataframe(path, layer=table, where=source.where, max_features=1, read_geometry=False)
    except (ValueError, DataSourceError, DataLayerError) as error:
        raise RecipeError(f"{path}: where = {source.where!r} is not a filter that can be run: {error}") from error


def read_chunks(path: Path, table: str, source: Source, driver: str) -> Iterator[Chunk]:
    """Rows of a table, chunk by chunk; a geometry that cannot be parsed is told in ``Chunk.broken``."""
    # GeoPackage's fid is a key that people see; elsewhere GDAL counts features from 0 and people from 1.
    first = 0 if driver == "GPKG" else 1
    for batch, fid_column, geometry_column in _batches(path, table, source):
        rows = np.asarray(batch.column(fid_column), dtype=np.int64) + first
        attributes = batch.drop_columns([name for name in (fid_column, geometry_column) if name])
        columns = decoded(attributes, rows, path, source.encoding)
        geometry, broken = parse_wkb(batch.column(geometry_column) if geometry_column else None, len(rows))
        yield Chunk(rows, columns, geometry, broken)


def _batches(path: Path, table: str, source: Source) -> Iterator[tuple[pa.RecordBatch, str, str]]:
    options: dict[str, Any] = {"encoding": source.encoding} if source.encoding else {}
    where = source.where or None
    try:
        with pyogrio.open_arrow(
            path,
            layer=table,
            where=where,
            batch_size=CHUNK_ROWS,
            use_pyarrow=True,
            return_fids=True,
            **options,
        ) as (meta, reader):
            fid, geometry = meta["fid_column"] or FID, meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                yield batch, fid, geometry if geometry in batch.schema.names else ""
    except (DataSourceError, DataLayerError, RuntimeError, pa.ArrowException) as error:
        raise SourceUnreadable(f"{path}: broken off while reading: {error}") from error


def parse_wkb(column: pa.Array | None, count: int) -> tuple[np.ndarray[Any, np.dtype[np.object_]], dict[int, str]]:
    """Geometries of a column of WKB, and why some of them could not be read, by position."""
    if column is None:
        return np.full(count, None, dtype=object), {}
    raw = np.empty(count, dtype=object)
    raw[:] = column.to_pylist()
    geometry = shapely.from_wkb(raw, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(geometry) & ~pd.isna(raw))
    return geometry, {int(i): _reason(raw[i]) for i in lost}


def _reason(wkb: bytes) -> str:
    try:
        shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as error:
        return str(error).partition(":")[2].strip() or str(error)
    return "the geometry cannot be read"


vector = Reader(
    id="vector",
    title="Vector files that GDAL reads",
    suffixes=(".gpkg", ".shp", ".geojson", ".json", ".gml", ".fgb", ".kml"),
    open=open_vector,
    doc="GeoPackage, Shapefile, GeoJSON, GML, FlatGeobuf, KML. `sublayer` names the table where a file holds several.",
    sidecars=(".shx", ".dbf", ".prj", ".cpg", ".qix", ".xsd"),
)
