"""OpenStreetMap files (``.osm.pbf``, ``.osm``), by GDAL's model of points, lines and multipolygons."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.readers.reader import Chunk, Contents, Reader
from pipelines.readers.vector import open_vector, read_chunks
from pipelines.recipe import Source
from twin.database.queries import query_text
from twin.errors import RecipeError

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
        _matching(pd.DataFrame(columns=columns), path, source.where)
    return dataclasses.replace(
        contents,
        columns=columns,
        count=-1,
        chunks=functools.partial(_chunks, path, source, wanted),
    )


def unfiltered(source: Source) -> Source:
    """The source without its filter."""
    return source.model_copy(update={"where": ""})


def _names_in(where: str) -> list[str]:
    return re.findall(r'"([^"]+)"', where)


def _chunks(path: Path, source: Source, wanted: tuple[str, ...]) -> Iterator[Chunk]:
    read = 0
    for chunk in read_chunks(path, source.sublayer, unfiltered(source), "OSM"):
        rows = np.arange(read + 1, read + 1 + len(chunk.rows), dtype=np.int64)
        read += len(rows)
        columns = _with_tags(chunk.columns, wanted, source.sublayer)
        yield _chosen(Chunk(rows, columns, chunk.geometry, chunk.broken), path, source.where)


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
    if not where:
        return chunk
    keep = _matching(chunk.columns, path, where)
    position = {int(old): new for new, old in enumerate(keep)}
    broken = {position[old]: reason for old, reason in chunk.broken.items() if old in position}
    columns = chunk.columns.iloc[keep].reset_index(drop=True)
    return Chunk(chunk.rows[keep], columns, chunk.geometry[keep], broken)


def _matching(frame: pd.DataFrame, path: Path, where: str) -> NDArray[np.int64]:
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        frame.drop(columns=[TAGS]).to_sql("feature", memory, index_label="position")
        try:
            rows = memory.execute(query_text("filter_features").replace("{where}", where)).fetchall()
        except sqlite3.Error as error:
            raise RecipeError(f"{path}: where = {where!r} is not a filter that can be run: {error}") from error
    return np.array(sorted(row[0] for row in rows), dtype=np.int64)


osm = Reader(
    id="osm",
    title="OpenStreetMap",
    suffixes=(".osm.pbf", ".pbf", ".osm"),
    open=open_osm,
    doc=(
        "`sublayer` is GDAL's table: points, lines, multilinestrings, multipolygons. Every tag can be named in "
        "`columns`; `where` sees GDAL's columns, and any tag in double quotes."
    ),
)
