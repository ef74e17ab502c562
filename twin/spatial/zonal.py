"""Sums and means of a raster's cells over polygons, each cell by the share of it that the polygon covers.

Made by exactextract, which reads no more of the file than the windows around the polygons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.feature import JSONFeatureSource
from exactextract.raster import NumPyRasterSource, RasterioRasterSource
from numpy.typing import NDArray

from twin.batch import FloatArray, Geometries, Grid

CELLS_IN_MEMORY = 4_000_000
"""Cells that are held at a time while one polygon is summed."""

LONGEST_EDGE_M = 1000.0
"""Longer edges get vertices between before they go to the raster's CRS, where they would be straight otherwise: an
edge of this length then lies within 5 cm of where it was."""

OPERATIONS = ("sum", "count", "touched=count(default_value=0)")


@dataclass(frozen=True)
class Cells:
    """A raster as an array, north up, NaN where there is no data; ``left`` and ``top`` are of its outer corner.

    ``size`` is the width and height of a cell. Its CRS is that of the polygons.
    """

    values: FloatArray
    left: float
    top: float
    size: tuple[float, float]


@dataclass(frozen=True)
class Zonal:
    """What cells add up to in each polygon, arrays of one length.

    ``total`` is Σ value × share of the cell that lies in the polygon. ``known`` is the share of the polygon that cells
    with data cover; ``inside`` that which any cells cover. Both are 0 for empty polygons. A polygon that lies in
    several rasters has the sum of each of these.
    """

    total: FloatArray
    known: FloatArray
    inside: FloatArray
    cells: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Mean of the cells with data by the area of the polygon that they cover; NaN where there are none."""
        mean = np.full(len(self.total), np.nan)
        np.divide(self.total, self.cells, out=mean, where=self.cells > 0)
        return mean

    def __add__(self, other: Zonal) -> Zonal:
        """The sums over two rasters."""
        names = ("total", "known", "inside", "cells")
        return Zonal(*(getattr(self, name) + getattr(other, name) for name in names))


def zonal(rasters: Sequence[Grid | Cells], polygons: Geometries) -> Zonal:
    """Sums over the cells of some rasters of one layer.

    Args:
        rasters: which may lie beside each other; where they overlap, each counts.
        polygons: of any count, in the CRS that the grids say; missing and empty ones have sums of 0.

    Cells are rectangles in the CRS of the raster, and shares are of their area there: exact in a projected CRS, and
    within 0.1 % of a zone a few kilometres high in degrees, where cells further north are a little smaller.
    """
    none = np.zeros(len(polygons))
    found = Zonal(none, none, none, none)
    for raster in rasters:
        found += _over(raster, polygons)
    return found


def _over(raster: Grid | Cells, polygons: Geometries) -> Zonal:
    sums = np.zeros((len(OPERATIONS), len(polygons)))
    shares = np.zeros((2, len(polygons)))
    there = np.flatnonzero(~(shapely.is_missing(polygons) | shapely.is_empty(polygons)))
    with _opened(raster) as (source, wkt):
        placed = _placed(polygons[there], raster, wkt)
        width, height = source.res()
        near = shapely.intersects(placed, shapely.box(*source.extent()))
        for position, found in zip(there[near], _extracted(source, placed[near]), strict=True):
            sums[:, position] = [found[name.partition("=")[0]] for name in OPERATIONS]
        shares[:, there] = sums[1:, there] * width * height / shapely.area(placed)
    total, cells, _ = sums
    return Zonal(total, shares[0], shares[1], cells)


@contextmanager
def _opened(raster: Grid | Cells) -> Iterator[tuple[Any, str | None]]:
    if isinstance(raster, Grid):
        with rasterio.open(raster.path) as file:
            yield RasterioRasterSource(file), file.crs.to_wkt()
        return
    rows, columns = raster.values.shape
    width, height = raster.size
    bounds = raster.left, raster.top - rows * height, raster.left + columns * width, raster.top
    yield NumPyRasterSource(raster.values, *bounds, nodata=np.nan), None


def _placed(polygons: Geometries, raster: Grid | Cells, wkt: str | None) -> NDArray[np.object_]:
    if wkt is None or isinstance(raster, Cells):
        return polygons
    here, there = pyproj.CRS.from_user_input(raster.crs), pyproj.CRS.from_wkt(wkt)
    if here.equals(there, ignore_axis_order=True):
        return polygons
    way = pyproj.Transformer.from_crs(here, there, always_xy=True)
    dense = shapely.segmentize(polygons, LONGEST_EDGE_M)
    moved: NDArray[np.object_] = shapely.transform(dense, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))
    return moved


def _extracted(source: Any, polygons: Geometries) -> Iterator[dict[str, float]]:
    if not len(polygons):
        return
    shapes = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(polygon)} for polygon in polygons
    ]
    zones = JSONFeatureSource(shapes, srs_wkt=source.srs_wkt())
    found = exact_extract(source, zones, list(OPERATIONS), output="geojson", max_cells_in_memory=CELLS_IN_MEMORY)
    yield from (each["properties"] for each in found)
