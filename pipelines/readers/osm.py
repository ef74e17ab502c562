"""OpenStreetMap files (``.osm.pbf``, ``.osm``), by GDAL's model of points, lines and multipolygons."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.readers._where import chosen, matching
from pipelines.readers.reader import Chunk, Contents, Reader
from pipelines.readers.vector import open_vector, tables_of
from pipelines.recipe import Source

TAGS = "other_tags"
REFERENCE = "osm_ref"

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


def open_osm(path: Path, source: Source) -> Contents:
    """Open one of GDAL's tables of an OSM file; tags become columns, ``osm_ref`` says which object a row is.

    ``where`` is applied after the read: GDAL's own filter changes which areas are assembled.

    Raises:
        RecipeError: no ``sublayer``, or a ``where`` that is not SQL.
        SourceUnreadable, UnknownName: as for other vector files.
    """
    contents = open_vector(path, unfiltered(source))
    named = dict.fromkeys((*source.columns.values(), *_names_in(source.where)))
    wanted = tuple(name for name in named if name not in (*contents.columns, REFERENCE))
    columns = (*contents.columns, REFERENCE, *wanted)
    if source.where:
        matching(pd.DataFrame(columns=[name for name in columns if name != TAGS]), path, source.where)
    return dataclasses.replace(
        contents,
        columns=columns,
        count=-1,
        chunks=functools.partial(_chunks, contents, path, source, wanted),
    )


def unfiltered(source: Source) -> Source:
    """The source without its filter."""
    return source.model_copy(update={"where": ""})


def _names_in(where: str) -> list[str]:
    return re.findall(r'"([^"]+)"', where)


def _chunks(contents: Contents, path: Path, source: Source, wanted: tuple[str, ...]) -> Iterator[Chunk]:
    read = 0
    for chunk in contents.chunks():
        rows = np.arange(read + 1, read + 1 + len(chunk.rows), dtype=np.int64)
        read += len(rows)
        columns = _with_tags(chunk.columns, wanted, source.sublayer)
        whole = Chunk(rows, columns, chunk.geometry, chunk.broken)
        yield _chosen(whole, path, source.where) if source.where else whole


def _with_tags(frame: pd.DataFrame, wanted: tuple[str, ...], table: str) -> pd.DataFrame:
    own = "node" if table == "points" else "relation" if "osm_way_id" in frame else "way"
    number = frame["osm_id"].map(lambda value: f"{own}/{value}", na_action="ignore")
    if "osm_way_id" in frame:
        number = number.fillna(frame["osm_way_id"].map(lambda value: f"way/{value}", na_action="ignore"))
    frame = frame.assign(**{REFERENCE: number})
    tags = [dict(_PAIR.findall(text)) if isinstance(text, str) else {} for text in frame[TAGS]]
    for name in wanted:
        frame[name] = [each.pop(name, None) for each in tags]
    frame[TAGS] = pd.Series(tags, dtype=object)
    return frame.drop(columns=[name for name in ("osm_id", "osm_way_id") if name in frame])


def _chosen(chunk: Chunk, path: Path, where: str) -> Chunk:
    plain = chunk.columns.drop(columns=[TAGS])  # SQLite holds no dicts
    kept = chosen(dataclasses.replace(chunk, columns=plain), path, where)
    at = np.searchsorted(chunk.rows, kept.rows)
    return dataclasses.replace(kept, columns=chunk.columns.iloc[at].reset_index(drop=True))


osm = Reader(
    id="osm",
    title="OpenStreetMap",
    suffixes=(".osm.pbf", ".pbf", ".osm"),
    open=open_osm,
    doc=(
        "`sublayer` is GDAL's table: points, lines, multilinestrings, multipolygons. Every tag can be named in "
        "`columns`; `where` sees GDAL's columns, and any tag in double quotes."
    ),
    tables=tables_of,
)
