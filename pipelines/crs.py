"""From a file's CRS to the city's: which one holds, the way between them, and where the city can lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from pipelines.offset_datums import TO_WGS84
from pipelines.recipe import City, Source
from twin.errors import RecipeError, SourceWithoutCrs

WGS84 = "EPSG:4326"

AREA_MARGIN = 0.05
"""How far, as a share of its size, a CRS may be used outside its published area before rows are refused."""


@dataclass(frozen=True)
class Projection:
    """A way from a file's coordinates to the city's metric CRS.

    ``extent`` (xmin, ymin, xmax, ymax) in metres bounds where a row may lie; ``source_crs`` names where it came from.
    ``unshift`` undoes a datum that is shifted on purpose, before all else.
    """

    source_crs: str
    transformer: pyproj.Transformer | None
    extent: tuple[float, float, float, float]
    unshift: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None

    def __call__(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """The geometries in the city's CRS, Z and M dropped; what cannot be projected gets infinite coordinates."""
        flat: NDArray[np.object_] = shapely.force_2d(geometry) if shapely.has_z(geometry).any() else geometry
        if self.transformer is None:
            return flat
        projected: NDArray[np.object_] = shapely.transform(flat, self.move)
        return projected

    def move(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coordinates (N, 2) in the city's CRS, infinite where they cannot be projected."""
        assert self.transformer is not None
        if self.unshift is not None:
            xy = self.unshift(xy)
        return np.column_stack(self.transformer.transform(xy[:, 0], xy[:, 1]))

    def holds(self, box: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which boxes (N, 4) in the city's CRS lie inside the extent."""
        xmin, ymin, xmax, ymax = self.extent
        with np.errstate(invalid="ignore"):
            inside: NDArray[np.bool_] = (
                (box[:, 0] >= xmin) & (box[:, 1] >= ymin) & (box[:, 2] <= xmax) & (box[:, 3] <= ymax)
            )
        return inside

    def outside(self, geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Which geometries lie, wholly or in part, outside the extent (missing ones do not)."""
        found = ~self.holds(shapely.bounds(geometry))
        found[found] = ~(shapely.is_missing(geometry[found]) | shapely.is_empty(geometry[found]))
        return found


def projection(path: Path, source: Source, file_crs: pyproj.CRS | None, city: City) -> Projection:
    """The projection of one source.

    Raises:
        SourceWithoutCrs: neither the file nor the recipe says.
        RecipeError: the recipe's CRS is unknown, or contradicts the file's without ``crs_override``.
    """
    target = pyproj.CRS.from_user_input(city.crs)
    if source.crs.upper() in TO_WGS84:
        return _shifted(path, source.crs.upper(), file_crs, target, city)
    own = _own_crs(path, source, file_crs)
    transformer = None if own.equals(target) else pyproj.Transformer.from_crs(own, target, always_xy=True)
    return Projection(own.name, transformer, city.extent or area_of_use(target))


def _shifted(path: Path, datum: str, file_crs: pyproj.CRS | None, target: pyproj.CRS, city: City) -> Projection:
    """No format has a name for these datums: their files say WGS 84, or nothing."""
    if file_crs is not None and not file_crs.is_geographic:
        raise RecipeError(f"{path}: the file says {file_crs.name}; {datum} has longitudes and latitudes. Drop the crs")
    transformer = pyproj.Transformer.from_crs(WGS84, target, always_xy=True)
    return Projection(datum, transformer, city.extent or area_of_use(target), TO_WGS84[datum])


def _own_crs(path: Path, source: Source, file_crs: pyproj.CRS | None) -> pyproj.CRS:
    if not source.crs:
        if file_crs is None:
            raise SourceWithoutCrs(
                f'{path}: nothing says in which CRS its coordinates are; add crs = "EPSG:…" to the source'
            )
        return file_crs
    try:
        said = pyproj.CRS.from_user_input(source.crs)
    except pyproj.exceptions.CRSError as error:
        raise RecipeError(f"{path}: crs = {source.crs!r} is not a known CRS: {error}") from error
    if file_crs is not None and not source.crs_override and not said.equals(file_crs, ignore_axis_order=True):
        raise RecipeError(
            f"{path}: the file says {file_crs.name}, the recipe {said.name}; "
            "add crs_override = true if the file is wrong, or drop crs from the source"
        )
    return said


def area_of_use(crs: pyproj.CRS) -> tuple[float, float, float, float]:
    """The CRS's published area of use, projected and grown by a margin, in metres."""
    area = crs.area_of_use
    if area is None:
        raise RecipeError(
            f"{crs.name} has no published area of use; give the city an extent = [xmin, ymin, xmax, ymax]"
        )
    there = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    xmin, ymin, xmax, ymax = there.transform_bounds(area.west, area.south, area.east, area.north, densify_pts=21)
    dx, dy = AREA_MARGIN * (xmax - xmin), AREA_MARGIN * (ymax - ymin)
    return xmin - dx, ymin - dy, xmax + dx, ymax + dy
