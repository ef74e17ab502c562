"""Read a whole source through its reader, as a load would, and look at it in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj
import pytest

from pipelines.opening import open_source
from pipelines.readers.reader import Contents
from pipelines.recipe import Source


@dataclass
class Whole:
    """All chunks of a source in one."""

    rows: list[int]
    columns: pd.DataFrame
    geometry: list[Any]
    broken: dict[int, str]
    notes: list[str]
    crs: pyproj.CRS | None
    chunks: int

    def values(self, name: str) -> list[Any]:
        """A column as plain values, missing as None."""
        return [None if pd.isna(each) else each for each in self.columns[name]]

    @property
    def types(self) -> list[str | None]:
        """Types of the geometries."""
        return [None if each is None else each.geom_type for each in self.geometry]


def read(path: Path | str, **keys: Any) -> Whole:
    """Open and read a source; ``keys`` are those of the recipe."""
    source = Source(layer="zone", path=str(path), **keys)
    return gathered(open_source(Path(), source).contents)


def gathered(contents: Contents) -> Whole:
    """The chunks of opened contents in one; ``broken`` is by row number."""
    chunks = list(contents.chunks())
    frames = [chunk.columns for chunk in chunks if len(chunk.columns)]
    return Whole(
        rows=[int(row) for chunk in chunks for row in chunk.rows],
        columns=pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(contents.columns)),
        geometry=[shape for chunk in chunks for shape in chunk.geometry],
        broken={int(chunk.rows[at]): words for chunk in chunks for at, words in chunk.broken.items()},
        notes=list(contents.notes),
        crs=contents.crs,
        chunks=len(chunks),
    )


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Readers that give three rows at a time."""
    for name in ("vector", "csv", "xlsx", "geoparquet", "swmm"):
        monkeypatch.setattr(f"pipelines.readers.{name}.CHUNK_ROWS", 3)
    return 3
