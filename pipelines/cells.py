"""The cells of a raster, read window by window, held against their layer, and written as a cloud-optimised GeoTIFF."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from layers.schema import Meaning, Raster
from pipelines.raster import Band
from twin.errors import SourceUnreadable, StoreUnavailable

CELLS_AT_ONCE = 4_000_000
"""Cells that are held in memory at a time."""

CACHE_BYTES = 128 << 20
"""Memory that GDAL may keep blocks in; its default is a share of the machine's."""

BLOCK = 512
"""Side of a block of the file that is written, in cells."""

OVERVIEWS = {Meaning.COUNT: "AVERAGE", Meaning.VALUE: "AVERAGE", Meaning.CLASS: "MODE"}
"""How coarser copies of the cells are made, for drawing alone.

GDAL has no sums. Of a count the mean is kept: people per cell of the full grid, the number that its colours stand for.
Sums are always made of the full grid.
"""

SMALL = ("uint8", "int8", "uint16", "int16", "float32")
"""Types whose numbers 32-bit floats hold exactly."""


@dataclass
class Tally:
    """What became of the cells: ``cells`` with data, ``dropped`` that could not be true with an ``example``."""

    cells: int = 0
    dropped: int = 0
    example: float = np.nan
    total: float = 0.0
    minimum: float = np.inf
    maximum: float = -np.inf

    def add(self, good: NDArray[np.float64], bad: NDArray[np.float64]) -> None:
        """Count the numbers of one window."""
        if len(bad) and not self.dropped:
            self.example = float(bad[0])
        self.dropped += len(bad)
        self.cells += len(good)
        if len(good):
            self.total += float(good.sum())
            self.minimum = min(self.minimum, float(good.min()))
            self.maximum = max(self.maximum, float(good.max()))


@dataclass(frozen=True)
class Written:
    """A file of cells: its place under the folder of rasters, the hash of its bytes, its type and mark of no data."""

    file: str
    sha256: str
    dtype: str
    nodata: float


def cleaned(
    layer: Raster, renamed: Mapping[float, float], band: Band, tally: Tally
) -> Iterator[tuple[Window, NDArray[np.float64]]]:
    """Windows of a band from the top, with their numbers (NaN: no data); ``tally`` is complete at the end.

    Args:
        layer: says which numbers can be true.
        renamed: code of the file = code of the layer, before that.
        band: what is read; scale and offset are applied.
        tally: counts the cells.

    Raises:
        SourceUnreadable: the file breaks off.
    """
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(band.path) as file:
        scale, offset = file.scales[band.number - 1], file.offsets[band.number - 1]
        for window in _windows(file):
            try:
                found = file.read(band.number, window=window, masked=True)
            except RasterioError as error:
                row = int(window.row_off)
                raise SourceUnreadable(f"{band.path}: breaks off after {row:,} rows of cells: {error}") from error
            values = found.astype(np.float64).filled(np.nan) * scale + offset
            yield window, _held(layer, renamed, values, tally)


def _windows(file: Any) -> Iterator[Window]:
    height, at_once = file.block_shapes[0][0], max(1, CELLS_AT_ONCE // file.width)
    rows = at_once // height * height or at_once
    for top in range(0, file.height, rows):
        yield Window(0, top, file.width, min(rows, file.height - top))


def _held(
    layer: Raster, renamed: Mapping[float, float], values: NDArray[np.float64], tally: Tally
) -> NDArray[np.float64]:
    raw = values.copy() if renamed else values
    for old, new in renamed.items():
        values[raw == old] = new
    present = ~np.isnan(values)
    if layer.meaning is Meaning.CLASS:
        fitting = np.isin(values, list(layer.choices))
    else:
        low = -np.inf if layer.minimum is None else layer.minimum
        high = np.inf if layer.maximum is None else layer.maximum
        fitting = np.isfinite(values) & (values >= low) & (values <= high)
    tally.add(values[present & fitting], values[present & ~fitting])
    return np.where(fitting, values, np.nan)


def write(layer: Raster, renamed: Mapping[float, float], band: Band, folder: Path) -> tuple[Written | None, Tally]:
    """Write the good cells into ``folder``, under the hash of the file's content; it is there whole or not at all.

    Returns:
        The file, None where no cell is good; what became of the cells.

    Raises:
        SourceUnreadable: the file that is read breaks off.
        StoreUnavailable: the folder cannot be written.
    """
    place, tally = folder / layer.id, Tally()
    half, whole = (place / f".{os.getpid()}.{name}.half" for name in ("cells", "cog"))
    with _writing(place, half, whole):
        dtype, nodata = _write_cells(layer, renamed, band, half, tally)
        if not tally.cells:
            return None, tally
        _as_cog(half, whole, layer)
        digest = _hash(whole)
        file = place / f"{digest[:32]}.tif"
        whole.replace(file)
    return Written(f"{layer.id}/{file.name}", digest, dtype, nodata), tally


@contextmanager
def _writing(place: Path, *halves: Path) -> Iterator[None]:
    """Nothing half written stays, and what keeps us from writing is said."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        try:
            yield
        finally:
            for half in halves:
                half.unlink(missing_ok=True)
    except (RasterioError, OSError) as error:
        said = error.__cause__ or error
        raise StoreUnavailable(f"{place}: the raster cannot be written there: {said}; is the disk full?") from error


def _write_cells(
    layer: Raster, renamed: Mapping[float, float], band: Band, half: Path, tally: Tally
) -> tuple[str, float]:
    with rasterio.open(band.path) as file:
        dtype, nodata = _stored_as(layer, file.dtypes[band.number - 1], file.scales[band.number - 1])
        shape = {"width": file.width, "height": file.height, "transform": file.transform}
    profile = {**shape, "count": 1, "dtype": dtype, "nodata": nodata, "crs": band.wkt}
    options = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "deflate", "zlevel": 1}
    big = {"bigtiff": "if_safer", "sparse_ok": True}
    with (
        rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES),
        rasterio.open(half, "w", driver="GTiff", **profile, **options, **big) as made,
    ):
        made.set_band_description(1, layer.id)
        made.set_band_unit(1, layer.unit)
        for window, values in cleaned(layer, renamed, band, tally):
            filled = values if np.isnan(nodata) else np.where(np.isnan(values), nodata, values)
            made.write(filled.astype(dtype), 1, window=window)
    return dtype, nodata


def _stored_as(layer: Raster, dtype: str, scale: float) -> tuple[str, float]:
    if layer.meaning is Meaning.CLASS:
        return ("uint8", 255.0) if max(layer.choices) < 255 else ("uint16", 65535.0)
    return ("float32" if dtype in SMALL and scale == 1 else "float64"), np.nan


def _as_cog(half: Path, whole: Path, layer: Raster) -> None:
    options = {"compress": "deflate", "predictor": "yes", "blocksize": BLOCK, "bigtiff": "if_safer"}
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        rasterio.shutil.copy(half, whole, driver="COG", overview_resampling=OVERVIEWS[layer.meaning], **options)


def _hash(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
