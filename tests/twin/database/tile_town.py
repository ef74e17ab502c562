"""A town for the tests of tiles: how to fill it, find its tiles, make and keep them."""

from __future__ import annotations

import gzip
import math

import numpy as np

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.tile_frame import Frames
from twin.database.tiles import LIMIT_BYTES, Place, keep_tile, make_tile, tile_kept
from twin.discover import discover

SRID = 4547
EAST, NORTH = 480_000.0, 4_310_000.0
SIDE_M = 2_400.0
LAYERS = {name: layer for name, layer in discover("layers", Layer).items() if layer.has_geometry}
BUILDING = LAYERS["building"]


def put(connection: Connection, key: str, x: float, y: float, side: float) -> None:
    """A square building."""
    connection.execute(
        "INSERT INTO layer.building (building_id, geom) VALUES (%s, ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4547)))",
        (key, EAST + x, NORTH + y, EAST + x + side, NORTH + y + side),
    )


def place_of(connection: Connection, z: int, x: float = SIDE_M / 2, y: float = SIDE_M / 2) -> Place:
    """The tile that a place of the town lies in."""
    row = connection.execute(
        "SELECT ST_X(p) AS lon, ST_Y(p) AS lat FROM ST_Transform(ST_Point(%s, %s, 4547), 4326) AS p",
        (EAST + x, NORTH + y),
    ).fetchone()
    north = (1 - math.asinh(math.tan(math.radians(row["lat"]))) / math.pi) / 2
    return z, int((row["lon"] + 180) / 360 * 2**z), int(north * 2**z)


def around(connection: Connection, z: int) -> list[Place]:
    """All tiles over the town."""
    step = SIDE_M / max(1, 2 ** (z - 11))
    places = np.arange(-step, SIDE_M + 2 * step, step)
    return sorted({place_of(connection, z, float(x), float(y)) for x in places for y in places})


def made(connection: Connection, place: Place, layer: Layer = BUILDING, whole: bool = False) -> bytes:
    """A tile made now, unpacked."""
    frame = Frames().of(connection, SRID, place)
    body = make_tile(connection, layer, SRID, place, frame, whole=whole).body
    assert len(body) <= LIMIT_BYTES
    return gzip.decompress(body) if body else b""


def kept(connection: Connection, place: Place) -> bytes | None:
    """A tile that is kept and true, unpacked."""
    body = tile_kept(connection, BUILDING, SRID, place, Frames().of(connection, SRID, place)).body
    return body if not body else gzip.decompress(body)


def keep(connection: Connection, place: Place) -> None:
    """Make a tile and keep it."""
    frame = Frames().of(connection, SRID, place)
    keep_tile(connection, BUILDING, SRID, place, make_tile(connection, BUILDING, SRID, place, frame))


def cells(connection: Connection, level: int) -> set[tuple[int, ...]]:
    """Cells as they were counted before."""
    rows = connection.execute(
        "SELECT i, j, grade, n, round(area) AS area FROM twin.tile_cell WHERE level = %s", [level]
    )
    return {tuple(int(value) for value in row.values()) for row in rows}


def counted(connection: Connection, level: int) -> set[tuple[int, ...]]:
    """Cells as plain SQL counts them."""
    rows = connection.execute(
        "SELECT floor(ST_X(c) / s)::int, floor(ST_Y(c) / s)::int AS j,"
        " CASE WHEN w < 100 THEN 0 WHEN w < 200 THEN 1 ELSE 2 END AS grade, count(*) AS n, round(sum(area)) AS area"
        " FROM (SELECT ST_Centroid(ST_Envelope(geom)) AS c, ST_XMax(geom) - ST_XMin(geom) AS w, ST_Area(geom) AS area,"
        " 100 * 2 ^ %s AS s FROM layer.building) AS b GROUP BY 1, 2, 3",
        [level],
    )
    return {tuple(int(value) for value in row.values()) for row in rows}
