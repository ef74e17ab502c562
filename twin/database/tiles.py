"""Vector tiles: what of a layer lies in one tile of the web's grid, as MVT (EPSG:3857, extent 4096).

A tile of 512 px is meant: zoom ``z`` is drawn at ``z + 1`` of a map that counts in 256 px. Geometries are not kept in a
second projection: over a tile the projection is a straight one, to half a pixel at zoom 10 and the better the nearer.
"""

from __future__ import annotations

import functools
import gzip
import time
from dataclasses import dataclass

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.queries import query
from twin.database.tile_frame import EQUATOR_M, Frame, Frames, Place, lies_in_use, tile_bounds
from twin.database.tile_parts import STEPS, Recipe, cell_side, form_of, has_cells, recipe_of, tile_fields

__all__ = [
    "EQUATOR_M", "Frames", "Kept", "Made", "Place", "has_cells", "keep_tile", "layer_version", "make_tile",
    "may_hold_rows", "tile_bounds", "tile_fields", "tile_kept",
]  # fmt: skip

LIMIT_BYTES = 200_000
FIRST_ZOOM = 6
ATTEMPTS = 3
LIVE_LEVEL, KEPT_LEVEL = 1, 6
"""Of gzip, for tiles that someone waits for and for those that are kept."""


@dataclass(frozen=True)
class Kept:
    """What the store knows of a tile: the city's CRS, the layer's version, the tile where one is kept, gzipped."""

    srid: int | None
    version: str
    body: bytes | None


@dataclass(frozen=True)
class Made:
    """A tile, gzipped, empty where nothing lies in it; with its version, and the snapshot that it was made of."""

    body: bytes
    version: str
    seen: str
    changes: int
    seconds: float


def layer_version(connection: Connection, layer: str) -> str:
    """The version of a layer's rows: another one after each statement that changed them."""
    row = connection.execute(query("layer_version"), {"layer": layer}).fetchone()
    assert row is not None
    return str(row["version"])


def may_hold_rows(layer: Layer, srid: int, place: Place) -> bool:
    """Whether a layer is drawn at a tile's zoom, and its tile lies where the CRS is used."""
    return place[0] >= FIRST_ZOOM and place[0] + 1 >= layer.style.min_zoom and lies_in_use(srid, place)


def tile_kept(connection: Connection, layer: Layer, srid: int, place: Place, frame: Frame) -> Kept:
    """The layer's version, and a tile that was made before where no change since touched its place."""
    west, south, east, north = frame.box
    wider = cell_side(place[0])
    row = connection.execute(
        _state(),
        {
            **_named(layer, srid, place),
            **{"west": west - wider, "south": south - wider, "east": east + wider, "north": north + wider},
        },
        binary=True,
    ).fetchone()
    assert row is not None
    body = None if row["kept"] is None else bytes(row["kept"])
    return Kept(row["srid"], str(row["version"]), body)


@functools.cache
def _state() -> bytes:
    untouched = query("untouched", touching=query("touching_tile"))
    return bytes(query("tile_state", version=query("layer_version"), untouched=untouched).as_bytes(None))


def make_tile(
    connection: Connection, layer: Layer, srid: int, place: Place, frame: Frame, *, whole: bool = False
) -> Made:
    """Make a tile of the rows as they are now. ``whole`` keeps every row, with its key."""
    started = time.perf_counter()
    for step in range(STEPS):
        made = _made(connection, layer, srid, place, frame, step, whole)
        packed = gzip.compress(made.body, LIVE_LEVEL) if made.body else b""
        if len(packed) <= LIMIT_BYTES:
            break
    return Made(packed, made.version, made.seen, made.changes, time.perf_counter() - started)


def _made(connection: Connection, layer: Layer, srid: int, place: Place, frame: Frame, step: int, whole: bool) -> Made:
    for attempt in range(ATTEMPTS + 1):
        recipe = recipe_of(layer, place, frame, step, whole=whole, live=attempt == ATTEMPTS)
        made = _read(connection, layer, srid, place, recipe)
        if made is not None:
            break
        # Edits may come faster than their cells are counted: at last they are counted within the tile's own look.
        connection.execute(query("renew_cells"), _named(layer, srid, place))
    assert made is not None
    return made


def _read(connection: Connection, layer: Layer, srid: int, place: Place, recipe: Recipe) -> Made | None:
    row = connection.execute(recipe.statement, {**_named(layer, srid, place), **recipe.values}, binary=True).fetchone()
    assert row is not None
    if not row["true"]:
        return None
    return Made(bytes(row["tile"] or b""), str(row["version"]), row["seen"], row["changes"], 0.0)


def keep_tile(connection: Connection, layer: Layer, srid: int, place: Place, made: Made) -> None:
    """Keep a tile for all servers, in the slot that is its own, where another one may have been."""
    body = gzip.compress(gzip.decompress(made.body), KEPT_LEVEL) if made.body else b""
    chosen = {"seen": made.seen, "changes": made.changes, "body": body}
    connection.execute(query("keep_tile"), {**_named(layer, srid, place), **chosen})


def _named(layer: Layer, srid: int, place: Place) -> dict[str, object]:
    z, x, y = place
    return {"layer": layer.id, "srid": srid, "z": z, "x": x, "y": y, "recipe": form_of(layer, srid)}
