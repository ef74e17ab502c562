"""Looking into files: the first rows of every table, in whatever encoding they turn out to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from pipelines.encoding import CANDIDATES
from pipelines.readers.reader import Contents, Reader, reader_for
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceEncoding, SourceError, UnknownName

ROWS = 2000
NOT_DATA = (".toml", ".md", ".lock", ".py", ".cpg", ".prj", ".shx", ".qix", ".xml", ".qgz", ".qgs", ".log")
LONGITUDES = ("lon", "lng", "long", "longitude", "x", "easting", "east", "point_x", "x0", "经度", "jingdu")
LATITUDES = ("lat", "latitude", "y", "northing", "north", "point_y", "y0", "纬度", "weidu")


@dataclass(frozen=True)
class Sample:
    """The first rows of one table of a file.

    ``columns`` without those of coordinates; ``x`` and ``y`` name these; ``crs`` None where nothing says it;
    ``encoding`` is one that had to be tried, "" where the file says its own.
    """

    path: Path
    sublayer: str
    reader: Reader
    crs: pyproj.CRS | None
    columns: pd.DataFrame
    geometry: NDArray[np.object_]
    x: str = ""
    y: str = ""
    encoding: str = ""

    @property
    def kinds(self) -> set[str]:
        """Simple types of its geometries: Point, LineString, Polygon; empty for a table without places."""
        types = {shape.geom_type.removeprefix("Multi") for shape in self.geometry if shape is not None}
        return {"Point"} if self.x else types

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """xmin, ymin, xmax, ymax in its own CRS."""
        shapes = self.geometry[~shapely.is_missing(self.geometry)]
        box = shapely.total_bounds(shapes)
        return None if np.isnan(box).any() else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def files_of(folder: Path) -> list[Path]:
    """Files of a folder and of those below that may hold data; parts of other files are left out."""
    every = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    main = {p.with_suffix("") for p in every if p.suffix.lower() in (".shp", ".gdb")}
    return [
        p for p in every if p.suffix.lower() not in NOT_DATA and not (p.suffix == ".dbf" and p.with_suffix("") in main)
    ]


def samples_of(path: Path) -> Iterator[Sample | str]:
    """A sample of each table of a file; a sentence for what cannot be read."""
    try:
        reader = reader_for(path)
        tables = reader.tables(path) if reader.tables else ("",)
    except (SourceError, UnknownName) as error:
        yield str(error)
        return
    for table in tables:
        try:
            yield _sample(path, table if len(tables) > 1 else "", reader)
        except (SourceError, RecipeError, UnknownName) as error:
            yield str(error)


def _sample(path: Path, table: str, reader: Reader) -> Sample:
    for encoding in ("", *CANDIDATES):
        source = Source(layer="zone", path=path.name, sublayer=table, encoding=encoding)
        try:
            contents = reader.open(path, source)
            x, y = _coordinates(contents)
            if x:
                contents = reader.open(path, source.model_copy(update={"x": x, "y": y}))
            return _head(path, table, reader, contents, (x, y, encoding))
        except SourceEncoding:
            if encoding == CANDIDATES[-1]:
                raise
    raise AssertionError("the loop returns or raises")


def _head(path: Path, table: str, reader: Reader, contents: Contents, found: tuple[str, str, str]) -> Sample:
    chunk = next(iter(contents.chunks()), None)
    columns = chunk.columns.head(ROWS) if chunk else pd.DataFrame(columns=list(contents.columns))
    geometry = chunk.geometry[:ROWS] if chunk else np.empty(0, dtype=object)
    x, y, encoding = found
    kept = columns.drop(columns=[name for name in (x, y) if name in columns.columns])
    return Sample(path, table, reader, contents.crs, kept, geometry, x, y, encoding)


def _coordinates(contents: Contents) -> tuple[str, str]:
    if contents.crs is not None:
        return "", ""
    by_name = {name.strip().lower(): name for name in contents.columns}
    x = next((by_name[name] for name in LONGITUDES if name in by_name), "")
    y = next((by_name[name] for name in LATITUDES if name in by_name), "")
    return (x, y) if x and y else ("", "")
