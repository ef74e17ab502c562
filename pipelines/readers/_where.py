"""``where`` for formats that cannot filter themselves: run in SQLite over each chunk, as OGR SQL would read."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.readers.reader import Chunk, Contents
from twin.database.queries import query_text
from twin.errors import RecipeError


def filtered(contents: Contents, path: Path | str, where: str) -> Contents:
    """The contents without the rows that ``where`` leaves out. Text that looks like a number compares as one.

    Raises:
        RecipeError: ``where`` is not a filter that can be run.
    """
    if not where:
        return contents
    matching(pd.DataFrame(columns=list(contents.columns)), path, where)

    def chunks() -> Iterator[Chunk]:
        for chunk in contents.chunks():
            yield chosen(chunk, path, where)

    return dataclasses.replace(contents, count=-1, chunks=chunks)


def chosen(chunk: Chunk, path: Path | str, where: str) -> Chunk:
    """The rows of a chunk that ``where`` keeps."""
    keep = matching(chunk.columns, path, where)
    position = {int(old): new for new, old in enumerate(keep)}
    broken = {position[old]: reason for old, reason in chunk.broken.items() if old in position}
    columns = chunk.columns.iloc[keep].reset_index(drop=True)
    return Chunk(chunk.rows[keep], columns, chunk.geometry[keep], broken)


def matching(frame: pd.DataFrame, path: Path | str, where: str) -> NDArray[np.int64]:
    """Positions of the rows that ``where`` keeps, in order."""
    affinity = {str(name): "NUMERIC" for name in frame.columns}
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        frame.to_sql("feature", memory, index_label="position", dtype=affinity)
        try:
            rows = memory.execute(query_text("filter_features").replace("{where}", where)).fetchall()
        except sqlite3.Error as error:
            raise RecipeError(f"{path}: where = {where!r} is not a filter that can be run: {error}") from error
    return np.array(sorted(row[0] for row in rows), dtype=np.int64)
