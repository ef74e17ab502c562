"""Symbols and renderers: how QGIS draws what a style declares. Widths and radii are pixels, as on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from layers.schema import Style
from twin.qgis.options import Value, options
from twin.qgis.palette import rgba

CLEAR = "0,0,0,0"
LARGEST_SCALE = 559_082_264.0
"""Denominator of the scale of zoom level 0 at the equator, 256 pixels of 0.28 mm for the whole earth."""

ZONE_LINE = Style(line="zone-line", width=0.8)


@dataclass(frozen=True)
class Category:
    """Rows whose text is ``value``: their colour's token, and their words in the legend."""

    value: str
    fill: str
    label: str


def scale_of(zoom: int) -> float:
    """Denominator of the smallest scale at which something that a map shows from ``zoom`` on is seen."""
    return LARGEST_SCALE / float(2**zoom)


def single(shape: str, style: Style) -> Element:
    """Every row by one symbol; ``shape`` is ``Point``, ``Line`` or ``Polygon``."""
    found = _renderer("singleSymbol")
    SubElement(found, "symbols").append(_symbol(shape, style, "0"))
    return found


def categorized(field: str, categories: Sequence[Category]) -> Element:
    """Polygons by what stands in a field."""
    found = _renderer("categorizedSymbol", field)
    listed, symbols = SubElement(found, "categories"), SubElement(found, "symbols")
    for number, each in enumerate(categories):
        SubElement(listed, "category", value=each.value, symbol=str(number), label=each.label, render="true")
        style = Style(fill=each.fill, line=ZONE_LINE.line, width=ZONE_LINE.width)
        symbols.append(_symbol("Polygon", style, str(number)))
    return found


def _renderer(kind: str, field: str = "") -> Element:
    found = Element("renderer-v2", type=kind, symbollevels="0", enableorderby="0", forceraster="0")
    if field:
        found.set("attr", field)
    return found


def _symbol(shape: str, style: Style, name: str) -> Element:
    kind = {"Point": "marker", "Line": "line", "Polygon": "fill"}[shape]
    found = Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    drawn = {"marker": _marker, "line": _line, "fill": _fill}[kind](style)
    name = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}[kind]
    layer = SubElement(found, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"})
    layer.append(options(drawn))
    return found


def _fill(style: Style) -> dict[str, Value]:
    return {
        "color": rgba(style.fill) if style.fill else CLEAR,
        "style": "solid" if style.fill else "no",
        "outline_color": rgba(style.line) if style.line else CLEAR,
        "outline_style": "solid" if style.line else "no",
        "outline_width": f"{style.width:g}",
        "outline_width_unit": "Pixel",
        "joinstyle": "round",
    }


def _line(style: Style) -> dict[str, Value]:
    return {
        "line_color": rgba(style.line or style.fill),
        "line_style": "solid",
        "line_width": f"{style.width:g}",
        "line_width_unit": "Pixel",
        "capstyle": "round",
        "joinstyle": "round",
    }


def _marker(style: Style) -> dict[str, Value]:
    return {
        "name": "circle",
        "color": rgba(style.fill or style.line),
        "outline_color": rgba(style.line) if style.line else CLEAR,
        "outline_style": "solid" if style.line else "no",
        "outline_width": "1",
        "outline_width_unit": "Pixel",
        "size": f"{2 * style.radius:g}",
        "size_unit": "Pixel",
    }
