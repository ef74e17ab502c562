"""Rasters as GeoTIFF: one band of cells, north up."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from pipelines.readers.reader import Chunk, Contents, Reader
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceUnreadable, UnknownName


def open_geotiff(path: Path, source: Source) -> Contents:
    """Open one band of a raster; its cells are read when it is loaded, window by window.

    Raises:
        SourceUnreadable: it is no raster, or its cells do not lie north up on a grid.
        RecipeError: it holds several bands and the recipe names none.
        UnknownName: the recipe's band is not in it.
    """
    import rasterio  # as late as this: every load meets the readers, few a raster
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said below, in words of our own
        try:
            with rasterio.open(path) as file:
                _check_grid(path, file)
                band = _band(path, file, source)
                _check_type(path, file.dtypes[band - 1])
                crs = pyproj.CRS.from_wkt(file.crs.to_wkt()) if file.crs else None
                outline = shapely.box(*file.bounds)
        except RasterioError as error:
            raise SourceUnreadable(f"{path}: not a raster that can be read: {error}") from error
    return Contents(crs, (), 1, functools.partial(_outline, outline), band=band)


def _check_grid(path: Path, file: Any) -> None:
    grid = file.transform
    if grid.is_identity:
        raise SourceUnreadable(
            f"{path}: nothing says where its cells lie; put its world file (.tfw) beside it, or georeference it"
        )
    if grid.b or grid.d:
        raise SourceUnreadable(f"{path}: its cells are rotated; bring them north up: gdalwarp {path.name} straight.tif")
    if grid.a < 0 or grid.e > 0:
        raise SourceUnreadable(
            f"{path}: its rows run from south to north; turn them: gdalwarp {path.name} north_up.tif"
        )


def _band(path: Path, file: Any, source: Source) -> int:
    names = {str(name): number for number, name in enumerate(file.descriptions, 1) if name}
    names |= {str(number): number for number in file.indexes}
    if source.sublayer:
        if source.sublayer not in names:
            raise UnknownName("band", source.sublayer, names, str(path))
        return names[source.sublayer]
    if file.count > 1:
        listed = ", ".join(names)
        raise RecipeError(f'{path}: holds {file.count} bands ({listed}); name one: sublayer = "1"')
    return 1


def _check_type(path: Path, dtype: str) -> None:
    if not np.issubdtype(np.dtype(dtype), np.integer) and not np.issubdtype(np.dtype(dtype), np.floating):
        raise SourceUnreadable(f"{path}: its cells hold {dtype} numbers; only whole and decimal numbers are read")


def _outline(outline: Any) -> Iterator[Chunk]:
    yield Chunk(np.array([1], dtype=np.int64), pd.DataFrame(index=[0]), np.array([outline], dtype=object))


geotiff = Reader(
    id="geotiff",
    title="Rasters (GeoTIFF)",
    suffixes=(".tif", ".tiff"),
    open=open_geotiff,
    doc=(
        "For raster layers. One band, north up; `sublayer` names the band (by number or description) where there are "
        'several. Scale, offset and marks of no data are followed; `values = { land_cover = { "1" = 10 } }` renames '
        "the codes of a layer of classes."
    ),
    sidecars=(".tfw", ".tif.aux.xml", ".tiff.aux.xml", ".tif.msk"),
)
