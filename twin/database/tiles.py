"""Vector tiles: what of a layer lies in one tile of the web's grid, as MVT (EPSG:3857, extent 4096)."""

from __future__ import annotations

import functools
import gzip
import math
from dataclasses import dataclass

import pyproj
from psycopg import sql

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.queries import layer_table, query

EXTENT = 4096
BUFFER = 64
EQUATOR_M = 40_075_016.68
TILE_PIXELS = 512
LIMIT_BYTES = 200_000
COARSER = 5
FIRST_ZOOM = 6
LABELS_FROM = 14

DRAWN = ("width_m", "road_class")
"""Fields that decide how a row is drawn, wherever a layer has them."""

Place = tuple[int, int, int]
"""Zoom, column and row of a tile."""


def layer_version(connection: Connection, layer: str) -> str:
    """The version of a layer's rows: another one after each statement that changed them."""
    row = connection.execute(query("layer_version"), {"layer": layer}).fetchone()
    assert row is not None
    return str(row["version"])


def layer_tile(connection: Connection, layer: Layer, srid: int, place: Place, *, whole: bool = False) -> bytes:
    """One tile, gzipped; empty where nothing lies in it.

    Rows under half a pixel are left out, and larger ones, or all but some of the points, where the tile would
    be over 200 kB; ``whole`` keeps every row, with its key. A tile of 512 px is meant: zoom ``z`` is drawn
    at ``z + 1`` of a map that counts in 256 px.
    """
    if not _may_hold_rows(layer, srid, place):
        return b""
    smallest = 0.0 if whole else _half_pixel_m(place)
    packed = b""
    for step in range(COARSER):
        raw = _read(connection, layer, srid, place, _Sieve(smallest * 2**step, 1 if whole else 2**step, whole))
        packed = gzip.compress(raw, 6) if raw else b""
        if whole or len(packed) <= LIMIT_BYTES:
            break
    return packed


@dataclass(frozen=True)
class _Sieve:
    smallest_m: float
    every: int
    whole: bool


def _read(connection: Connection, layer: Layer, srid: int, place: Place, sieve: _Sieve) -> bytes:
    z, x, y = place
    columns = [query("tile_column", name=sql.Identifier(name)) for name in tile_fields(layer, z, sieve.whole)]
    statement = query("layer_tile", table=layer_table(layer.id), columns=sql.SQL(" ").join(columns))
    frame = {"z": z, "x": x, "y": y, "margin": BUFFER / EXTENT, "extent": EXTENT, "buffer": BUFFER}
    chosen = {"srid": srid, "layer": layer.id, "smallest": sieve.smallest_m, "every": sieve.every}
    row = connection.execute(statement, {**frame, **chosen}).fetchone()
    return bytes(row["tile"]) if row and row["tile"] else b""


def tile_fields(layer: Layer, z: int, whole: bool = False) -> tuple[str, ...]:
    """Fields that a tile of that zoom carries: what decides the drawing, the key of whole layers, near labels."""
    wanted = [name for name in DRAWN if name in layer.fields]
    if whole:
        wanted.append(layer.key)
    if z >= LABELS_FROM:
        wanted += layer.style.label
    return tuple(dict.fromkeys(wanted))


def _may_hold_rows(layer: Layer, srid: int, place: Place) -> bool:
    z, _, _ = place
    if z < FIRST_ZOOM or z + 1 < layer.style.min_zoom:
        return False
    west, south, east, north = tile_bounds(place)
    left, bottom, right, top = _area_of_use(srid)
    crosses = left > right and (east >= left or west <= right)
    return south <= top and north >= bottom and (crosses or (west <= right and east >= left))


def tile_bounds(place: Place) -> tuple[float, float, float, float]:
    """West, south, east and north of a tile, in degrees."""
    z, x, y = place
    west, east = (360.0 * column / 2**z - 180.0 for column in (x, x + 1))
    north, south = (_latitude(row / 2**z) for row in (y, y + 1))
    return west, south, east, north


def _latitude(share: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def _half_pixel_m(place: Place) -> float:
    _, south, _, north = tile_bounds(place)
    across = EQUATOR_M * math.cos(math.radians((south + north) / 2)) / 2 ** place[0]
    return float(across / TILE_PIXELS / 2)


@functools.cache
def _area_of_use(srid: int) -> tuple[float, float, float, float]:
    # Outside of it a projection may have no answer, and the database would refuse the whole tile.
    area = pyproj.CRS.from_epsg(srid).area_of_use
    return area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
