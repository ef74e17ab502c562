"""Rasters made by hand for the small city: cells of 10 m, north up, from its origin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

from tests.pipelines.conftest import CRS, EAST, NORTH

HERE = Affine(10, 0, EAST, 0, -10, NORTH + 200)
"""A grid whose upper left corner lies 200 m north of the city's origin."""


def write_raster(
    path: Path, values: Any, *, crs: str | None = CRS, transform: Affine | None = HERE, nodata: Any = None, **more: Any
) -> Path:
    """Write bands (or one) as a GeoTIFF."""
    bands = np.atleast_3d(np.moveaxis(values, 0, -1)) if np.ndim(values) == 3 else np.array(values)[:, :, None]
    height, width, count = bands.shape
    shape = {"width": width, "height": height, "count": count, "dtype": bands.dtype, "nodata": nodata, **more}
    given = {} if transform is None else {"transform": transform}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, **given, **shape) as file:
        for number in range(count):
            file.write(bands[:, :, number], number + 1)
    return path
