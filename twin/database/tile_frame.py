"""Where a tile lies in the city's CRS, and the straight projection that holds over it."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import pyproj

from twin.database.connect import Connection
from twin.database.queries import query

EXTENT = 4096
BUFFER = 64
EQUATOR_M = 40_075_016.68
SHARES = (-BUFFER / EXTENT, 0.25, 0.5, 0.75, 1 + BUFFER / EXTENT)
"""Places along a side of a tile where its projection is asked for; the first and last lie in its margin."""

BENT_UNITS = 5.0
"""How far a straight projection may be off, in units of the tile: five eighths of a pixel of 512."""

BULGE = 2.0
"""By how often what is bent over a whole tile the box around those places is widened, for what bulges between them."""

KNOWN_FRAMES = 20_000

Place = tuple[int, int, int]
"""Zoom, column and row of a tile."""

Affine = tuple[float, float, float, float, float, float]
"""Coefficients in the order of ``ST_Affine``: a, b, d, e, offset to the right, offset up."""


@dataclass(frozen=True)
class Frame:
    """A tile in the city's CRS: its box (west, south, east, north, in metres), and how to reach units of the tile.

    ``affine`` goes from the city's CRS where ``straight``, else from the web's (EPSG:3857); upwards from the tile's
    south-west corner.
    """

    box: tuple[float, float, float, float]
    affine: Affine
    straight: bool


def tile_bounds(place: Place) -> tuple[float, float, float, float]:
    """West, south, east and north of a tile, in degrees."""
    z, x, y = place
    west, east = (360.0 * column / 2**z - 180.0 for column in (x, x + 1))
    north, south = (_latitude(row / 2**z) for row in (y, y + 1))
    return west, south, east, north


def _latitude(share: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def lies_in_use(srid: int, place: Place) -> bool:
    """Whether a tile meets the CRS's area of use, outside of which a projection may have no answer."""
    west, south, east, north = tile_bounds(place)
    left, bottom, right, top = _area_of_use(srid)
    crosses = left > right and (east >= left or west <= right)
    return south <= top and north >= bottom and (crosses or (west <= right and east >= left))


@functools.cache
def _area_of_use(srid: int) -> tuple[float, float, float, float]:
    area = pyproj.CRS.from_epsg(srid).area_of_use
    return area.bounds if area else (-180.0, -90.0, 180.0, 90.0)


class Frames:
    """Frames of tiles as PostGIS projects them, asked once each."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[tuple[int, Place], Frame] = {}

    def of(self, connection: Connection, srid: int, place: Place) -> Frame:
        """The frame of a tile that meets the CRS's area of use."""
        found = self._known.get((srid, place))
        if found is None:
            z, x, y = place
            asked = {"z": z, "x": x, "y": y, "srid": srid, "shares": list(SHARES)}
            rows = connection.execute(query("tile_frame"), asked).fetchall()
            found = fitted(place, np.array([(row["x"], row["y"]) for row in rows]))
            if len(self._known) >= KNOWN_FRAMES:
                self._known.clear()
            self._known[srid, place] = found
        return found


def fitted(place: Place, projected: np.ndarray) -> Frame:
    """The frame of a tile from places of its grid (``SHARES`` by ``SHARES``) in the city's CRS, ``(25, 2)`` metres.

    The straight projection is that of least squares, moved to where its largest error is least.
    """
    shares = np.array(SHARES)
    units = np.stack(np.meshgrid(shares, shares), axis=-1).reshape(-1, 2) * EXTENT
    middle = projected.mean(axis=0)
    known = np.column_stack([projected - middle, np.ones(len(projected))])
    solved, *_ = np.linalg.lstsq(known, units, rcond=None)
    errors = known @ solved - units
    # Least squares leave more to one side than to the other; in the middle between both the largest is least.
    solved[2] -= (errors.max(axis=0) + errors.min(axis=0)) / 2
    off = float(np.ptp(errors, axis=0).max() / 2)
    (a, d), (b, e), (right, up) = solved
    bent: Affine = (a, b, d, e, right - a * middle[0] - b * middle[1], up - d * middle[0] - e * middle[1])
    low, high = projected.min(axis=0), projected.max(axis=0)
    wider = BULGE * off / EXTENT * (high - low)
    box = (*(low - wider), *(high + wider))
    straight = off <= BENT_UNITS
    affine = tuple(float(number) for number in bent) if straight else _of_web(place)
    return Frame(tuple(float(side) for side in box), affine, straight)  # type: ignore[arg-type]


def _of_web(place: Place) -> Affine:
    z, x, y = place
    scale = EXTENT * 2**z / EQUATOR_WEB_M
    return scale, 0.0, 0.0, scale, EXTENT * (2**z / 2 - x), EXTENT * (y + 1 - 2**z / 2)


EQUATOR_WEB_M = 2 * math.pi * 6_378_137.0
"""Width of the world in EPSG:3857."""
