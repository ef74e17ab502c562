"""QGIS's ``Option`` elements: settings of widgets and symbols as nested maps and lists with types of Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

Value = str | bool | int | float | Mapping[str, "Value"] | Sequence["Value"]


def options(values: Mapping[str, Value]) -> Element:
    """A map of settings, with the types that QGIS reads them back with."""
    found = Element("Option", type="Map")
    for name, value in values.items():
        found.append(_option(value, name))
    return found


def _option(value: Value, name: str = "") -> Element:
    named = {"name": name} if name else {}
    if isinstance(value, str):
        return Element("Option", {**named, "type": "QString", "value": value})
    if isinstance(value, bool):
        return Element("Option", {**named, "type": "bool", "value": str(value).lower()})
    if isinstance(value, int | float):
        kind = "int" if isinstance(value, int) else "double"
        return Element("Option", {**named, "type": kind, "value": f"{value:.15g}" if kind == "double" else str(value)})
    if isinstance(value, Mapping):
        found = options(value)
        found.attrib.update(named)
        return found
    many = Element("Option", {**named, "type": "List"})
    many.extend([_option(each) for each in value])
    return many


def text_element(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    """An element with nothing but text in it."""
    found = SubElement(parent, tag, attributes)
    found.text = text
    return found
