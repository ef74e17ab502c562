"""Looking into files: the first rows of every table, in whatever encoding they turn out to be."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from pipelines.privacy import said_by_values
from pipelines.readers.reader import CHUNK_ROWS, Contents, Reader, reader_for
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceEncoding, SourceError, UnknownName

SHARE_OF_TAGS = 0.5
TILED = (0.5, 1.05)
"""Area of all parts over that of the hull of a city that is divided: coasts and bays take some off."""

STRAYS = 0.02
"""Share of the rows at each edge that may lie where the city is not."""

POLYGON, MULTI_POLYGON = 3, 6
FOLDERS = (".gdb",)
NOT_DATA = (".toml", ".md", ".lock", ".py", ".cpg", ".prj", ".shx", ".qix", ".xml", ".qgz", ".qgs", ".log")
LONGITUDES = (
    "lon",
    "lng",
    "long",
    "longitude",
    "x",
    "easting",
    "east",
    "point_x",
    "x_coord",
    "x-coord",
    "x0",
    "经度",
    "jingdu",
)
LATITUDES = ("lat", "latitude", "y", "northing", "north", "point_y", "y_coord", "y-coord", "y0", "纬度", "weidu")


@dataclass(frozen=True)
class Sample:
    """The first rows of one table of a file.

    ``columns`` without those of coordinates; ``x`` and ``y`` name these; ``crs`` None where nothing says it;
    ``encoding`` is one that had to be tried, "" where the file says its own. ``title`` is the name of a table that is
    its file's only one, and ``sublayer`` then empty.
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
    is_raster: bool = False
    title: str = ""

    @cached_property
    def personal(self) -> set[str]:
        """Columns whose values are about persons."""
        return {str(name) for name in self.columns if said_by_values(self.columns[name])}

    @property
    def tags(self) -> set[str]:
        """Keys that most rows have in a column of free tags, such as OpenStreetMap's."""
        counts = Counter(key for name in self.columns for value in self.columns[name] for key in _keys(value))
        return {key for key, count in counts.items() if count >= SHARE_OF_TAGS * len(self.columns)}

    @property
    def is_tiled(self) -> bool:
        """Whether its areas lie side by side and leave little between them."""
        areas = self.geometry[np.isin(shapely.get_type_id(self.geometry), (POLYGON, MULTI_POLYGON))]
        if len(areas) < 2:
            return False
        hull = shapely.convex_hull(shapely.geometrycollections(shapely.convex_hull(areas)))
        low, high = TILED
        return bool(low <= shapely.area(areas).sum() / shapely.area(hull) <= high)

    @property
    def kinds(self) -> set[str]:
        """Simple types of its geometries: Point, LineString, Polygon; empty for a table without places."""
        types = {shape.geom_type.removeprefix("Multi") for shape in self.geometry if shape is not None}
        return {"Point"} if self.x else types

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """xmin, ymin, xmax, ymax in its own CRS, without the few rows far away; None where no row has a place."""
        boxes = shapely.bounds(self.geometry)
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        if not len(boxes):
            return None
        low = np.quantile(boxes[:, :2], STRAYS, axis=0, method="nearest")
        high = np.quantile(boxes[:, 2:], 1 - STRAYS, axis=0, method="nearest")
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _keys(value: object) -> Iterable[str]:
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return ()
    return value if isinstance(value, dict) else ()


def files_of(folder: Path) -> list[Path]:
    """Files of a folder and of those below that may hold data; parts of other files are left out."""
    every = [p for p in sorted(folder.rglob("*")) if not any(part[0] == "." for part in p.relative_to(folder).parts)]
    whole = {p for p in every if p.is_dir() and p.suffix.lower() in FOLDERS}
    shapes = {p.with_suffix("") for p in every if p.suffix.lower() == ".shp"}
    return [p for p in every if p in whole or (p.is_file() and not whole & set(p.parents) and not _is_part(p, shapes))]


def _is_part(path: Path, shapes: set[Path]) -> bool:
    ending = path.suffix.lower()
    return ending in NOT_DATA or (ending == ".dbf" and path.with_suffix("") in shapes)


def samples_of(path: Path) -> Iterator[Sample | str]:
    """A sample of each table of a file; a sentence for what cannot be read."""
    try:
        reader = reader_for(path)
        tables = reader.tables(path) if reader.tables else ()
    except (SourceError, RecipeError, UnknownName) as error:
        yield str(error)
        return
    for table in tables or ("",):
        try:
            yield _named(path, table, reader, len(tables) > 1)
        except (SourceError, RecipeError, UnknownName) as error:
            yield str(error)


def _named(path: Path, table: str, reader: Reader, is_one_of_several: bool) -> Sample:
    """A sample of one table, named in the recipe only where it must be."""
    if is_one_of_several:
        return _sample(path, table, reader)
    try:
        return replace(_sample(path, "", reader), title=table)
    except RecipeError:
        if not table:
            raise
        return _sample(path, table, reader)


def _sample(path: Path, table: str, reader: Reader) -> Sample:
    try:
        return _read(path, table, reader, "")
    except SourceEncoding as error:
        # The error names the encoding that fits.
        named = re.search(r'encoding = "([^"]+)"', str(error))
        if named is None:
            raise
        return _read(path, table, reader, named[1])


def _read(path: Path, table: str, reader: Reader, encoding: str) -> Sample:
    source = Source(layer="zone", path=path.name, sublayer=table, encoding=encoding)
    contents = reader.open(path, source)
    x, y = _coordinates(contents)
    if x:
        contents = reader.open(path, source.model_copy(update={"x": x, "y": y}))
    chunk = next(iter(contents.chunks()), None)
    columns = chunk.columns.head(CHUNK_ROWS) if chunk else pd.DataFrame(columns=list(contents.columns))
    geometry = chunk.geometry[:CHUNK_ROWS] if chunk else np.empty(0, dtype=object)
    kept = columns.drop(columns=[name for name in (x, y) if name in columns.columns])
    return Sample(path, table, reader, contents.crs, kept, geometry, x, y, encoding, bool(contents.band))


def _coordinates(contents: Contents) -> tuple[str, str]:
    if contents.crs is not None:
        return "", ""
    by_name = {name.strip().lower(): name for name in contents.columns}
    x = next((by_name[name] for name in LONGITUDES if name in by_name), "")
    y = next((by_name[name] for name in LATITUDES if name in by_name), "")
    return (x, y) if x and y else ("", "")
