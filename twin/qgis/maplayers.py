"""The layers of a project: rows to edit as they were declared, their former states, and scores to read."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from layers.schema import Geometry, Layer
from twin.qgis.forms import KEPT, add_form, add_reading, title_of
from twin.qgis.options import text_element
from twin.qgis.reference import Reference
from twin.qgis.source import Source, equal
from twin.qgis.symbols import Category, categorized, scale_of, single

SHAPES = {"Point": "Point", "LineString": "Line", "MultiLineString": "Line", "MultiPolygon": "Polygon"}
"""By OGC name, what QGIS draws it as."""

ATTAINMENT = (
    Category("missed by far", "att-1", "missed by far"),
    Category("missed widely", "att-2", "missed widely"),
    Category("missed", "att-3", "missed"),
    Category("nearly reached", "att-4", "nearly reached"),
    Category("reached", "att-5", "reached"),
    Category("more than reached", "att-6", "more than reached"),
    Category("no data", "nodata-fg", "no data"),
)
CAUSES = (
    Category("messy development", "messy", "messy development"),
    Category("missing technology", "technology", "missing technology"),
    Category("missing data", "data", "missing data"),
    Category("something else", "other", "something else"),
    Category("undetermined", "und-bg", "undetermined"),
)
"""Words of the views ``plain.scores_on_map`` and ``plain.flags_on_map`` with their colours."""

SCORE_TITLES = {
    "zone": "Zone",
    "name": "Name",
    "value": "Value",
    "target": "Target",
    "attained_percent": "Attained (%)",
    "goal_is": "The goal is",
    "counted": "Counted",
    "people_affected": "People affected",
    "why_no_value": "Why there is no value",
    "run": "Run",
    "computed": "Computed",
}
FLAG_TITLES = {
    "zone": "Zone",
    "name": "Name",
    "cause": "Cause",
    "likeliest_cause": "Likeliest cause",
    "confidence_percent": "Confidence (%)",
    "value": "Value",
    "target": "Target",
    "shortfall": "Shortfall",
    "people_affected": "People affected",
    "evidence": "Evidence",
    "run": "Run",
    "computed": "Computed",
}
STATE_TITLES = {
    "key": "Key",
    "version": "Version",
    "since": "Since",
    "until": "Until",
    "made_by": "Made by",
    "made_with": "Made with",
    "load": "Load",
    "then_it": "Then it",
    "ended_by": "Ended by",
    "ended_with": "Ended with",
}


@dataclass(frozen=True)
class MapLayer:
    """One layer of a project: its element, its name and whether it is drawn when the project is opened."""

    id: str
    title: str
    source: Source
    element: Element
    is_shown: bool = False


@dataclass(frozen=True)
class Told:
    """The relation from rows to their former states: ids of itself and of both layers."""

    id: str
    states: str
    rows: str


def rows(layer: Layer, shape: str, reference: Reference, *, for_editors: bool) -> tuple[MapLayer, Told]:
    """The rows of a declared layer whose geometry is of one OGC type (empty: none); editors may change them."""
    kind = {"Point": "points", "MultiPolygon": "areas"}[shape] if _is_mixed(layer) else ""
    id, title = (f"twin_rows_{layer.id}_{kind}", f"{layer.title} ({kind})") if kind else (_rows_id(layer), layer.title)
    source = Source("layer", layer.id, ("id",), shape, reference.srid if shape else 0)
    told = Told(f"states_of_{id}", _states_id(layer), id)
    element = _element(id, title, source, reference, is_read_only=not for_editors)
    if shape:
        zoom = layer.style.min_zoom
        if zoom:
            element.attrib |= {"hasScaleBasedVisibilityFlag": "1", "minScale": f"{scale_of(zoom):.0f}", "maxScale": "0"}
        element.append(single(SHAPES[shape], layer.style))
    add_form(element, layer, shape, told.id if for_editors else "")
    label = next(iter(layer.style.label), layer.key)
    text_element(element, "previewExpression", f'coalesce("{label}", "{layer.key}")')
    return MapLayer(id, title, source, element, layer.style.shown or layer.id == "zone"), told


def _is_mixed(layer: Layer) -> bool:
    return layer.geometry is Geometry.POINT_OR_MULTI_POLYGON


# QGIS gives another id to a layer whose own has no more than ten characters.
def _rows_id(layer: Layer) -> str:
    return f"twin_rows_{layer.id}"


def _states_id(layer: Layer) -> str:
    return f"twin_history_{layer.id}"


def states(layer: Layer, reference: Reference) -> MapLayer:
    """Every state of every row of a layer, as a table to be read."""
    id, title = _states_id(layer), f"{layer.title}: history"
    source = Source("plain", f"{layer.id}_history", ("id", "version"))
    element = _element(id, title, source, reference, is_read_only=True)
    add_reading(element, {"id": KEPT["id"], **STATE_TITLES, **{n: title_of(n, f) for n, f in layer.fields.items()}})
    return MapLayer(id, title, source, element)


def scores(goal: str, title: str, reference: Reference, is_shown: bool) -> MapLayer:
    """Zones by how far they have reached a goal."""
    return _computed(f"twin_score_{goal}", title, "scores_on_map", goal, reference, is_shown)


def flags(goal: str, title: str, reference: Reference) -> MapLayer:
    """Zones that miss a goal, by cause."""
    return _computed(f"twin_flag_{goal}", title, "flags_on_map", goal, reference, False)


def _computed(id: str, title: str, view: str, goal: str, reference: Reference, is_shown: bool) -> MapLayer:
    source = Source("plain", view, ("id",), "MultiPolygon", reference.srid, equal("goal", goal))
    element = _element(id, title, source, reference, is_read_only=True)
    is_score = view == "scores_on_map"
    element.append(categorized("goal_is", ATTAINMENT) if is_score else categorized("cause", CAUSES))
    add_reading(element, SCORE_TITLES if is_score else FLAG_TITLES)
    text_element(element, "previewExpression", '"zone"')
    return MapLayer(id, title, source, element, is_shown)


def _element(id: str, title: str, source: Source, reference: Reference, is_read_only: bool = False) -> Element:
    shape = SHAPES.get(source.shape, "No geometry")
    found = Element("maplayer", type="vector", geometry=shape, hasScaleBasedVisibilityFlag="0", labelsEnabled="0")
    found.set("styleCategories", "AllStyleCategories")
    found.set("readOnly", "1" if is_read_only else "0")
    text_element(found, "id", id)
    text_element(found, "datasource", source.uri())
    text_element(found, "layername", title)
    text_element(found, "provider", "postgres", encoding="UTF-8")
    if source.shape:
        SubElement(found, "srs").append(reference.element())
    return found
