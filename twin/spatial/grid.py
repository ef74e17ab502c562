"""Square cells over a city, for zones where a city has none or only large ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.batch import Geometries
from twin.spatial.membership import HALF_OPEN_M, representative_points


@dataclass(frozen=True)
class Cells:
    """Cells of a grid, arrays of one length, in the order of columns and then rows.

    ``code`` names column and row from the origin of the CRS, in ``shape`` are squares in the CRS's metres.
    """

    code: NDArray[np.object_]
    shape: Geometries

    def __len__(self) -> int:
        """Count of cells."""
        return len(self.code)


def cells(geometry: Geometries, size_m: float) -> Cells:
    """The cells of a square grid that hold any of the geometries, by one point a geometry, as zones hold buildings.

    Columns and rows count from the origin of the CRS: a cell has the same place and code whatever else there is, and
    grids of cities in one CRS fit together. East and north of the origin are E and N, west and south of it W and S:
    with 300 m, ``E0123N0456`` begins at x = 36,900 m and y = 136,800 m. Missing and empty geometries are in no cell.
    """
    points = representative_points(geometry)
    placed = points[~(shapely.is_missing(points) | shapely.is_empty(points))]
    xy = shapely.get_coordinates(placed) + HALF_OPEN_M
    at = np.unique(np.floor(xy / size_m).astype(np.int64), axis=0)
    (left, low), (right, high) = (at * size_m).T, ((at + 1) * size_m).T
    names = [f"{_step(column, 'EW')}{_step(row, 'NS')}" for column, row in at.tolist()]
    return Cells(np.array(names, dtype=object), np.asarray(shapely.box(left, low, right, high)))


def _step(count: int, sides: str) -> str:
    return f"{sides[count < 0]}{abs(count):04d}"
