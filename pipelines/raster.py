"""A source of a raster layer, opened and checked before anything is written: one band, its CRS, what it covers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from layers.schema import Raster
from pipelines.crs import Projection, projection
from pipelines.opening import Opened, fingerprint
from pipelines.readers.reader import Contents
from pipelines.recipe import City, Source
from twin import __version__
from twin.database.connect import Connection
from twin.database.rasters import raster_file, raster_of_source
from twin.errors import RecipeError

EDGE_POINTS = 64
"""An outline gets this many points a side before it is projected."""


@dataclass(frozen=True)
class Band:
    """One band of a raster file; ``wkt`` is the CRS that it lies in, whatever the file says."""

    path: Path
    number: int
    wkt: str


@dataclass(frozen=True)
class PlannedRaster:
    """A source of cells that was opened and checked, ready to be read.

    ``extent`` is what of the city's area it covers, in the city's CRS; empty where it lies elsewhere.
    """

    layer: Raster
    source: Source
    path: Path
    files: tuple[Path, ...]
    contents: Contents
    band: Band
    renamed: dict[float, float]
    extent: shapely.Polygon

    def fingerprint(self) -> tuple[str, int]:
        """Hash and size in bytes of the file, and of all that belongs to it."""
        return fingerprint(self.files)

    def method(self, srid: int) -> str:
        """Hash of all but the file that decides the cells: recipe, layer, CRS, this program's release."""
        text = repr((self.source.digest, self.layer, srid, __version__, self.extent.wkb_hex))
        return hashlib.sha256(text.encode()).hexdigest()


def is_lost(connection: Connection, planned: PlannedRaster) -> bool:
    """Whether the file of what was loaded before is gone, so that it must be read again."""
    entry = raster_of_source(connection, planned.layer.id, planned.source.name)
    return entry is not None and not raster_file(entry).is_file()


def plan_raster(city: City, layer: Raster, source: Source, opened: Opened) -> PlannedRaster:
    """Check a source of a raster layer.

    Raises:
        RecipeError: it is no raster, or a code to be renamed is no number.
        SourceWithoutCrs: nothing says in which CRS its cells lie.
    """
    contents, path = opened.contents, opened.path
    if not contents.band:
        raise RecipeError(f"{path}: is not one raster; layer {layer.id} has cells and takes one GeoTIFF a source")
    way = projection(path, source, contents.crs, city)
    if way.unshift is not None:
        raise RecipeError(f"{path}: cells in {way.source_crs} cannot be kept as a grid; warp them to EPSG:4326 first")
    own = pyproj.CRS.from_user_input(source.crs) if source.crs else contents.crs
    assert own is not None
    band = Band(path, contents.band, own.to_wkt())
    outline = next(contents.chunks()).geometry[0]
    extent = _extent(outline, way)
    return PlannedRaster(layer, source, path, opened.files, contents, band, _renamed(layer, source, path), extent)


def _renamed(layer: Raster, source: Source, path: Path) -> dict[float, float]:
    given = source.values.get(layer.id, {})
    try:
        return {float(old): float(new) for old, new in given.items()}
    except (TypeError, ValueError) as error:
        raise RecipeError(f"{path}: values of {layer.id} are codes of cells, so numbers: {error}") from None


def _extent(outline: Any, way: Projection) -> shapely.Polygon:
    """What of the city's area an outline covers. Of a raster of the whole world no more can be projected."""
    area = _dense(shapely.box(*way.extent))
    if way.transformer is None:
        return _one(shapely.intersection(area, outline))
    back = way.transformer
    there = shapely.transform(area, lambda xy: _moved(back, xy, "INVERSE"))
    shared = shapely.intersection(_dense(outline), there)
    if shared.is_empty:
        return shapely.Polygon()
    return _one(shapely.transform(_dense(_one(shared)), lambda xy: _moved(back, xy, "FORWARD")))


def _one(shape: Any) -> shapely.Polygon:
    """One polygon: where an outline meets the city's area in several parts, what lies around these."""
    whole = shape if isinstance(shape, shapely.Polygon) else shapely.convex_hull(shape)
    return whole if isinstance(whole, shapely.Polygon) else shapely.Polygon()


def _dense(polygon: Any) -> Any:
    return shapely.segmentize(polygon, shapely.length(polygon) / 4 / EDGE_POINTS)


def _moved(transformer: pyproj.Transformer, xy: Any, direction: Any) -> Any:
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], direction=direction))
