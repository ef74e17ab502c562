"""What a tile is made of: features as they are, lines joined, cells that stand for what is too small to be seen.

Nothing is left out: below zoom 14 what is smaller than a cell is in a cell, a square of the city's CRS that is
drawn the darker the more of it is built up (areas) or the more points stand in it. A tile that would be over 200 kB has
more in its cells, step by step; lines lose their shortest pieces, whole layers some of their precision.
"""

from __future__ import annotations

import functools
import hashlib
import math
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from layers.schema import Geometry, Kind, Layer
from twin.database.queries import layer_table, query
from twin.database.tile_frame import BUFFER, EXTENT, Frame, Place

STEPS = 6
CELLS_BELOW = 14
"""The first zoom at which every feature is drawn as itself."""

JOINED_BELOW = 13
"""The first zoom at which every line is."""

LABELS_FROM = 15
CELL_M = 100.0
"""Side of the cells of zooms 12 and 13; four times that at 10 and 11, and again at 9 and below."""

CELL_ZOOM = 12
COARSEST = 4
LARGEST_GRADE = 5
CROWD = 4
"""Points in a cell from which they are drawn as a cell."""

FULL = 40
"""Points in 100 m × 100 m that are drawn darkest."""

BEND_UNITS = 4
"""How far a joined line may leave its course: half a pixel."""

BOUNDS = (0.03, 0.08, 0.15, 0.25, 0.4)
SHADES = (0.15, 0.3, 0.45, 0.62, 0.8, 1.0)
"""How dark a cell is drawn whose built-up share lies below the first of ``BOUNDS``, between the first two, …"""

FORM = 2
"""Raise it when tiles are made in another way, so that no kept one is shown."""

DRAWN = ("width_m", "road_class")
"""Fields that decide how a row is drawn, wherever a layer has them."""


@dataclass(frozen=True)
class Recipe:
    """A statement that makes one tile, with its values; ``counted`` says that it reads cells counted before."""

    statement: bytes
    values: dict[str, Any]
    counted: bool


def cell_side(z: int) -> float:
    """Side of a cell at a zoom, in metres: some seven to fourteen pixels."""
    return CELL_M * 2.0 ** (CELL_ZOOM - z if z >= CELLS_BELOW else _level(z))


def _level(z: int) -> int:
    return min(2 * math.ceil(max(CELL_ZOOM - z, 0) / 2), COARSEST)


_FORMS: dict[tuple[int, int], tuple[Layer, str]] = {}


def form_of(layer: Layer, srid: int) -> str:
    """Hash of all that decides how a layer's tiles are made of its rows."""
    known = _FORMS.get((id(layer), srid))
    if known is not None and known[0] is layer:
        return known[1]
    kinds = {name: each.kind for name, each in layer.fields.items()}
    style = (layer.style.label, layer.style.min_zoom)
    text = repr((FORM, layer.id, layer.geometry, layer.key, kinds, style, srid))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    _FORMS[id(layer), srid] = (layer, digest)
    return digest


def tile_fields(layer: Layer, z: int, whole: bool = False) -> tuple[str, ...]:
    """Fields that a tile of that zoom carries: what decides the drawing, the key of whole layers, near labels."""
    wanted = [name for name in DRAWN if name in layer.fields]
    if whole:
        wanted.append(layer.key)
    if z >= LABELS_FROM:
        wanted += layer.style.label
    if _are_lines(layer) and z < JOINED_BELOW:
        wanted = [name for name in wanted if layer.fields[name].kind is Kind.TEXT]
    return tuple(dict.fromkeys(wanted))


def _are_lines(layer: Layer) -> bool:
    return layer.geometry in (Geometry.LINE_STRING, Geometry.MULTI_LINE_STRING)


def has_cells(layer: Layer) -> bool:
    """Whether cells may stand for features of a layer."""
    return layer.has_geometry and not _are_lines(layer)


def recipe_of(layer: Layer, place: Place, frame: Frame, step: int, *, whole: bool, live: bool) -> Recipe:
    """How to make a tile; ``step`` counts attempts that were too large, ``live`` counts cells now."""
    z = place[0]
    if whole:
        return _made(layer, z, frame, ("tile_features",), {}, whole=True, extent=EXTENT >> step)
    if _are_lines(layer):
        if z >= JOINED_BELOW and step == 0:
            return _made(layer, z, frame, ("tile_features",), {})
        bent = {"bend": BEND_UNITS * 2**step, "shortest": 16.0 * 2**step if step else 0.0}
        return _made(layer, z, frame, ("tile_lines",), bent)
    if z >= CELLS_BELOW and step == 0:
        return _made(layer, z, frame, ("tile_features",), {})
    return _with_cells(layer, z, frame, step, live or z >= CELLS_BELOW)


def _with_cells(layer: Layer, z: int, frame: Frame, step: int, live: bool) -> Recipe:
    side = cell_side(z)
    west, south, east, north = frame.box
    if z >= CELLS_BELOW:
        grade, smallest = 0, side * 2.0 ** (step - 1)
    else:
        grade = min(_level(z) + step, LARGEST_GRADE)
        smallest = CELL_M * 2.0**grade if grade < LARGEST_GRADE else math.inf
    values = {
        "side": side,
        "smallest": smallest,
        "grade": grade,
        "level": _level(z),
        "crowd": 1 if step else CROWD,
        "full": FULL * (side / CELL_M) ** 2,
        "bounds": list(BOUNDS),
        "shades": list(SHADES),
        "i0": math.floor(west / side),
        "i1": math.floor(east / side),
        "j0": math.floor(south / side),
        "j1": math.floor(north / side),
    }
    names = []
    if layer.geometry is not Geometry.POINT:
        names.append("tile_sieved" if live else "tile_larges")
    if layer.geometry is not Geometry.MULTI_POLYGON and not step:
        names.append("tile_points")
    cells = "live_cells" if live else "counted_cells"
    return _made(layer, z, frame, (*names, "tile_shades"), values, cells=cells)


def _made(
    layer: Layer,
    z: int,
    frame: Frame,
    names: tuple[str, ...],
    more: dict[str, Any],
    *,
    cells: str = "no_cells",
    whole: bool = False,
    extent: int = EXTENT,
) -> Recipe:
    text = _statement(layer.id, tile_fields(layer, z, whole), names, cells, "near" if frame.straight else "far")
    values = {**_numbers(frame, extent), **more}
    return Recipe(text, values, cells == "counted_cells")


@functools.cache
def _statement(layer: str, fields: tuple[str, ...], names: tuple[str, ...], cells: str, way: str) -> bytes:
    geom = sql.Identifier("feature", "geom")
    up, down = query(f"{way}_up", geom=geom), query(f"{way}_down", geom=geom)
    listed = sql.SQL(", ").join(sql.Identifier("feature", name) for name in fields)
    rows: dict[str, sql.Composable] = {
        "columns": sql.SQL(" ").join(query("tile_column", name=sql.Identifier(name)) for name in fields),
        "table": layer_table(layer),
        "shade": sql.SQL("") if cells == "no_cells" else query("tile_no_shade"),
        "up": up,
        "down": down,
        "shape": query("tile_shape", up=up),
        "group": query("tile_group", names=listed) if fields else sql.SQL(""),
    }
    shades: dict[str, sql.Composable] = {
        "columns": sql.SQL(" ").join([query("tile_no_column")] * len(fields)),
        "rectangle": query(f"{way}_rectangle"),
    }
    untouched = query("untouched", touching=sql.SQL("true"))
    true = query("cells_are_true", untouched=untouched) if cells == "counted_cells" else sql.SQL("true")
    statement = query(
        "make_tile",
        cells=query(cells, **rows),
        parts=sql.SQL(" UNION ALL ").join(query(name, **(shades if name == "tile_shades" else rows)) for name in names),
        version=query("layer_version"),
        true=true,
    )
    return bytes(statement.as_bytes(None))


def _numbers(frame: Frame, extent: int) -> dict[str, Any]:
    a, b, d, e, right, up = (number * extent / EXTENT for number in frame.affine)
    west, south, east, north = frame.box
    return {
        **{"west": west, "south": south, "east": east, "north": north},
        **{"a": a, "b": b, "d": d, "e": e, "right": right, "up": up},
        **{"ca": a, "cb": b, "cd": -d, "ce": -e, "cright": right, "cup": extent - up},
        **{"extent": extent, "buffer": BUFFER * extent // EXTENT},
    }
