"""A project as a file: ``.qgz``, a zip with the project's XML in it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from twin.errors import ExportError
from twin.qgis.maplayers import MapLayer, Told
from twin.qgis.options import text_element
from twin.qgis.palette import rgba
from twin.qgis.reference import Reference

VERSION = "3.22.0"
"""The release of QGIS whose way of writing this is; later ones read it."""

Groups = Mapping[str, Sequence[MapLayer]]
"""Layers by the title of their group, from top to bottom as they are drawn."""


@dataclass(frozen=True)
class Project:
    """What a project holds."""

    title: str
    reference: Reference
    groups: Groups
    relations: Sequence[Told]

    def element(self) -> Element:
        """The project as XML."""
        layers = [each for group in self.groups.values() for each in group]
        found = Element("qgis", version=VERSION, projectname=self.title)
        text_element(found, "title", self.title)
        SubElement(found, "projectCrs").append(self.reference.element())
        found.append(_tree(self.groups))
        found.append(_canvas(self.reference))
        _relations(found, self.relations)
        SubElement(found, "projectlayers").extend([each.element for each in layers])
        _properties(found)
        return found

    def write(self, path: Path) -> None:
        """Write the project as ``.qgz``.

        Raises:
            ExportError: the file cannot be written there.
        """
        root = self.element()
        indent(root)
        text = BytesIO()
        text.write(b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n")
        ElementTree(root).write(text, encoding="utf-8")
        try:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(path.with_suffix(".qgs").name, text.getvalue())
        except OSError as error:
            raise ExportError(f"{path} cannot be written: {error.strerror}") from error


def _tree(groups: Groups) -> Element:
    root = Element("layer-tree-group")
    for title, layers in groups.items():
        group = SubElement(root, "layer-tree-group", name=title, expanded="1", checked="Qt::Checked")
        for each in layers:
            checked = "Qt::Checked" if each.is_shown else "Qt::Unchecked"
            named = {"id": each.id, "name": each.title, "checked": checked, "expanded": "0"}
            SubElement(group, "layer-tree-layer", {**named, "providerKey": "postgres", "source": each.source.uri()})
    return root


def _canvas(reference: Reference) -> Element:
    found = Element("mapcanvas", name="theMapCanvas", annotationsVisible="1")
    text_element(found, "units", "meters")
    extent = SubElement(found, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), reference.extent, strict=True):
        text_element(extent, name, f"{value:.3f}")
    SubElement(found, "destinationsrs").append(reference.element())
    return found


def _relations(root: Element, relations: Sequence[Told]) -> None:
    found = SubElement(root, "relations")
    for each in relations:
        ends = {"referencingLayer": each.states, "referencedLayer": each.rows}
        relation = SubElement(found, "relation", {"id": each.id, "name": "History", "strength": "Association", **ends})
        SubElement(relation, "fieldRef", referencingField="id", referencedField="id")


def _properties(root: Element) -> None:
    properties = SubElement(root, "properties")
    gui = SubElement(properties, "Gui")
    for part, value in zip(("Red", "Green", "Blue"), rgba("land").split(","), strict=False):
        text_element(gui, f"CanvasColor{part}Part", value, type="int")
    text_element(SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    paths = SubElement(properties, "Paths")
    text_element(paths, "Absolute", "false", type="bool")
