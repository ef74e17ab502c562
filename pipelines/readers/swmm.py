"""Models of the EPA Storm Water Management Model (``.inp``): nodes, conduits, pumps and other links, subcatchments."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from swmm_api.input_file import sections as swmm_sections

from pipelines.readers._inp import Inp, Item, read_inp
from pipelines.readers._where import filtered
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader
from pipelines.recipe import Source
from twin.errors import RecipeError, UnknownName

NODES = {
    "JUNCTIONS": (swmm_sections.Junction, "junction"),
    "OUTFALLS": (swmm_sections.Outfall, "outfall"),
    "STORAGE": (swmm_sections.Storage, "storage"),
    "DIVIDERS": (swmm_sections.Divider, "junction"),
}
LINKS = {
    "conduits": ("CONDUITS", swmm_sections.Conduit),
    "pumps": ("PUMPS", swmm_sections.Pump),
    "orifices": ("ORIFICES", swmm_sections.Orifice),
    "weirs": ("WEIRS", swmm_sections.Weir),
    "outlets": ("OUTLETS", swmm_sections.Outlet),
}
LINK_COLUMNS = ("pipe_id", "from_node", "to_node")
CONDUIT_COLUMNS = (*LINK_COLUMNS, "length_m", "diameter_mm", "roughness_n", "slope", "shape", "barrels")
NODE_COLUMNS = ("node_id", "kind", "invert_m", "ground_m")
AREA_COLUMNS = ("subcatchment_id", "outlet", "area_m2", "impervious_percent")

Made = tuple[int, dict[str, Any], Any, str]
"""Line, values by column, geometry, and the reason why it could not be made."""


def open_swmm(path: Path, source: Source) -> Contents:
    """Open one table of a model; rows are numbered by the lines of the file.

    Lengths, heights and inverts are in metres (feet where FLOW_UNITS is CFS, GPM or MGD); coordinates stay as they
    are, in the CRS that the recipe names.

    Raises:
        SourceUnreadable, SourceEncoding: it is no model, or its text or units cannot be known.
        RecipeError: the recipe names no ``sublayer``, or ``where`` is not a filter that can be run.
        UnknownName: there is no such ``sublayer``.
    """
    tables: dict[str, tuple[tuple[str, ...], Callable[[Inp], Iterator[Made]]]] = {
        "nodes": (NODE_COLUMNS, _nodes),
        "subcatchments": (AREA_COLUMNS, _subcatchments),
        **{name: (LINK_COLUMNS, functools.partial(_links, name=name)) for name in LINKS},
        "conduits": (CONDUIT_COLUMNS, functools.partial(_links, name="conduits")),
    }
    if not source.sublayer:
        raise RecipeError(f"{path}: name one of {', '.join(tables)} as sublayer")
    if source.sublayer not in tables:
        raise UnknownName("table", source.sublayer, tables, str(path))
    columns, make = tables[source.sublayer]
    made = list(make(read_inp(path, source.encoding)))
    notes = [] if made else [f"the model has no {source.sublayer}"]
    contents = Contents(None, columns, len(made), lambda: _chunks(made, columns), notes)
    return filtered(contents, path, source.where)


def tables_of(path: Path) -> list[str]:
    """Names of the tables that a model has sections for."""
    text = path.read_text(encoding="latin-1").upper()
    sections = {"nodes": tuple(NODES), **{name: (section,) for name, (section, _) in LINKS.items()}}
    sections |= {"subcatchments": ("POLYGONS",)}
    return [name for name, wanted in sections.items() if any(f"[{each}]" in text for each in wanted)]


def _chunks(made: list[Made], columns: tuple[str, ...]) -> Iterator[Chunk]:
    for start in range(0, len(made), CHUNK_ROWS):
        some = made[start : start + CHUNK_ROWS]
        geometry = np.empty(len(some), dtype=object)
        geometry[:] = [shape for _, _, shape, _ in some]
        broken = {at: reason for at, (_, _, _, reason) in enumerate(some) if reason}
        frame = pd.DataFrame([values for _, values, _, _ in some], columns=list(columns))
        yield Chunk(np.array([line for line, *_ in some], dtype=np.int64), frame, geometry, broken)


def _nodes(inp: Inp) -> Iterator[Made]:
    points = _points(inp)
    for section, (kind, word) in NODES.items():
        for item in inp.items(section, kind):
            values: dict[str, Any] = {"node_id": item.name, "kind": word}
            if item.content is not None:
                invert, depth = item.content.elevation, getattr(item.content, "depth_max", 0.0)
                values |= {"invert_m": invert * inp.metre}
                values |= {"ground_m": (invert + depth) * inp.metre} if depth > 0 else {}
            point = points.get(item.name)
            shape = shapely.Point(point) if isinstance(point, tuple) else None
            told = point if isinstance(point, str) else f"node '{item.name}' has no line in [COORDINATES]"
            yield item.line, values, shape, item.reason or ("" if shape else told)


def _points(inp: Inp) -> dict[str, tuple[float, float] | str]:
    """Coordinates by node, or why they cannot be used."""
    found: dict[str, tuple[float, float] | str] = {}
    for item in inp.items("COORDINATES", swmm_sections.Coordinate):
        place = item.content and (item.content.x, item.content.y)
        finite = place is not None and all(map(math.isfinite, place))
        found[item.name] = place if finite else item.reason or f"[COORDINATES] line {item.line} holds no numbers"
    return found


def _corners(inp: Inp, section: str) -> dict[str, list[tuple[float, float]]]:
    """Points by name, in the order of the file."""
    found: dict[str, list[tuple[float, float]]] = {}
    for item in inp.items(section, swmm_sections.Coordinate):
        if item.content is not None:
            found.setdefault(item.name, []).append((item.content.x, item.content.y))
    return found


def _links(inp: Inp, name: str) -> Iterator[Made]:
    section, kind = LINKS[name]
    points, vertices = _points(inp), _corners(inp, "VERTICES")
    sizes = {item.name: item for item in inp.items("XSECTIONS", swmm_sections.CrossSection)}
    inverts = {
        item.name: item.content.elevation
        for nodes, (node, _) in NODES.items()
        for item in inp.items(nodes, node)
        if item.content is not None
    }
    for item in inp.items(section, kind):
        if item.content is None:
            yield item.line, {"pipe_id": item.name}, None, item.reason
            continue
        ends = item.content.from_node, item.content.to_node
        values: dict[str, Any] = dict(zip(LINK_COLUMNS, (item.name, *ends), strict=True))
        if name == "conduits":
            values |= _conduit(inp, item, inverts) | _size(inp, sizes.get(item.name))
        lost = [end for end in ends if not isinstance(points.get(end), tuple)]
        if lost:
            yield item.line, values, None, f"its end at node '{lost[0]}' has no usable line in [COORDINATES]"
        else:
            shape = shapely.LineString([points[ends[0]], *vertices.get(item.name, ()), points[ends[1]]])
            yield item.line, values, shape, ""


def _conduit(inp: Inp, item: Item, inverts: dict[str, float]) -> dict[str, Any]:
    pipe, levels = item.content, []
    for node, offset in ((pipe.from_node, pipe.offset_upstream), (pipe.to_node, pipe.offset_downstream)):
        invert = inverts.get(node, math.nan)
        given = math.isfinite(offset)
        levels.append(offset if given and inp.offsets_are_elevations else invert + (offset if given else 0.0))
    slope = (levels[0] - levels[1]) / pipe.length if pipe.length > 0 else math.nan
    return {"length_m": pipe.length * inp.metre, "roughness_n": pipe.roughness, "slope": slope}


def _size(inp: Inp, item: Item | None) -> dict[str, Any]:
    if item is None or item.content is None:
        return {}
    size = item.content
    return {"shape": size.shape.lower(), "diameter_mm": size.height * inp.metre * 1000, "barrels": size.n_barrels}


def _subcatchments(inp: Inp) -> Iterator[Made]:
    corners = _corners(inp, "POLYGONS")
    for item in inp.items("SUBCATCHMENTS", swmm_sections.SubCatchment):
        values: dict[str, Any] = {"subcatchment_id": item.name}
        if item.content is not None:
            area, impervious = item.content.area * inp.area, item.content.imperviousness
            values |= {"outlet": item.content.outlet, "area_m2": area, "impervious_percent": impervious}
        ring = corners.get(item.name, [])
        shape = shapely.Polygon(ring) if len(ring) > 2 else None
        told = f"subcatchment '{item.name}' has {len(ring)} corners in [POLYGONS]"
        yield item.line, values, shape, item.reason or ("" if shape else told)


swmm = Reader(
    id="swmm",
    title="SWMM models (EPA Storm Water Management Model)",
    suffixes=(".inp",),
    open=open_swmm,
    doc=(
        "`sublayer` is nodes, conduits, pumps, orifices, weirs, outlets or subcatchments. Lengths and heights become "
        "metres; `slope` comes from inverts, offsets and length; a section that is not round gives its height. "
        "A model never says its CRS: name it as `crs`."
    ),
    tables=tables_of,
)
