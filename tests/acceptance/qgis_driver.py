"""QGIS without a screen, driven by lines of JSON; run by the system's Python, for which QGIS is installed.

Each line names a command and what it takes; each answer is one line. A command that fails ends the process, and its
traceback is on standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from qgis.core import (
    NULL,
    QgsApplication,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerTools,
    QgsWkbTypes,
)
from qgis.gui import QgsAttributeEditorContext, QgsAttributeForm, QgsGui, QgsMapCanvas
from qgis.PyQt.QtWidgets import QDialogButtonBox

Answer = Any


class Tools(QgsVectorLayerTools):
    """What a form's table of former states asks of its window."""


class Driver:
    """QGIS with one project."""

    def __init__(self) -> None:
        self.canvas = QgsMapCanvas()
        self.canvas.setObjectName("theMapCanvas")
        self.tools = Tools()
        self.context = QgsAttributeEditorContext()
        self.context.setMapCanvas(self.canvas)
        self.context.setVectorLayerTools(self.tools)
        self.project = QgsProject.instance()

    def open(self, path: str) -> Answer:
        """Read a project: its CRS, its layers by id, and whether its relations are sound."""
        is_read = self.project.read(path)
        relations = self.project.relationManager().relations()
        return {
            "read": is_read,
            "error": self.project.error(),
            "crs": self.project.crs().authid(),
            "middle": [self.canvas.extent().center().x(), self.canvas.extent().center().y()],
            "layers": {id: self._layer(layer) for id, layer in self.project.mapLayers().items()},
            "relations": {id: relation.isValid() for id, relation in relations.items()},
        }

    def _layer(self, layer: QgsVectorLayer) -> Answer:
        provider = layer.dataProvider()
        return {
            "valid": layer.isValid(),
            "name": layer.name(),
            "crs": layer.crs().authid(),
            "geometry": QgsWkbTypes.displayString(layer.wkbType()),
            "read_only": layer.readOnly(),
            "editable": bool(provider.capabilities() & provider.EditingCapabilities),
            "source": layer.source(),
            "scale": layer.minimumScale() if layer.hasScaleBasedVisibility() else None,
        }

    def form(self, layer: str) -> Answer:
        """A layer's fields as its form has them."""
        found = self._of(layer)
        config, fields = found.editFormConfig(), {}
        for index, field in enumerate(found.fields()):
            setup = found.editorWidgetSetup(index)
            fields[field.name()] = {
                "widget": setup.type(),
                "config": setup.config(),
                "alias": field.alias(),
                "read_only": config.readOnly(index),
                "constraint": found.constraintExpression(index),
                "words": found.constraintDescription(index),
            }
        return {"tabs": [tab.name() for tab in config.tabs()], "fields": fields}

    def drawn(self, layer: str) -> Answer:
        """How a layer is drawn: colours by label; of one symbol, under an empty label."""
        renderer = self._of(layer).renderer()
        if renderer.type() == "singleSymbol":
            return {"": renderer.symbol().color().name()}
        return {each.label(): each.symbol().color().name() for each in renderer.categories()}

    def rows(self, layer: str, where: str = "") -> Answer:
        """Rows as they are in the store now."""
        found = self._of(layer)
        request = QgsFeatureRequest().setFilterExpression(where) if where else QgsFeatureRequest()
        return [self._row(found, each) for each in found.getFeatures(request)]

    def begin(self, layer: str) -> Answer:
        """Start editing."""
        return self._of(layer).startEditing()

    def change(self, layer: str, where: str, values: Mapping[str, Any], wkt: str = "") -> Answer:
        """Change a row in the buffer."""
        found, row = self._of(layer), self._one(layer, where)
        done = [found.changeAttributeValue(row.id(), self._index(layer, name), value) for name, value in values.items()]
        return all([*done, found.changeGeometry(row.id(), QgsGeometry.fromWkt(wkt)) if wkt else True])

    def add(self, layer: str, values: Mapping[str, Any], wkt: str = "") -> Answer:
        """Draw a row in the buffer."""
        found = self._of(layer)
        row = QgsFeature(found.fields())
        if wkt:
            row.setGeometry(QgsGeometry.fromWkt(wkt))
        for name, value in values.items():
            row[name] = value
        return found.addFeature(row)

    def delete(self, layer: str, where: str) -> Answer:
        """Delete a row in the buffer."""
        return self._of(layer).deleteFeature(self._one(layer, where).id())

    def save(self, layer: str) -> Answer:
        """Commit the buffer: what QGIS says, and whether the buffer is still there to be mended."""
        found = self._of(layer)
        is_saved = found.commitChanges()
        return {"saved": is_saved, "said": found.commitErrors(), "in_buffer": found.isEditable() and found.isModified()}

    def roll_back(self, layer: str) -> Answer:
        """Give the buffer up."""
        return self._of(layer).rollBack()

    def through_form(self, layer: str, where: str, values: Mapping[str, Any]) -> Answer:
        """Change fields in a row's form and press OK, if it can be: what stands in the buffer then; none is saved."""
        found = self._of(layer)
        found.startEditing()
        form = QgsAttributeForm(found, self._one(layer, where), self.context)
        for name, value in values.items():
            form.changeAttribute(name, value)
        button = form.findChild(QDialogButtonBox).button(QDialogButtonBox.Ok)
        is_taken = button.isEnabled() and form.save()
        changed = [name for each in found.editBuffer().changedAttributeValues().values() for name in each]
        found.rollBack()
        return {"taken": is_taken, "changed": sorted(found.fields()[index].name() for index in changed)}

    def related(self, relation: str, layer: str, where: str) -> Answer:
        """Rows that a form shows beside a row."""
        found = self.project.relationManager().relation(relation)
        states = found.referencingLayer()
        return [self._row(states, each) for each in found.getRelatedFeatures(self._one(layer, where))]

    def _of(self, layer: str) -> QgsVectorLayer:
        return self.project.mapLayers()[layer]

    def _index(self, layer: str, name: str) -> int:
        return self._of(layer).fields().indexOf(name)

    def _one(self, layer: str, where: str) -> QgsFeature:
        (row,) = self._of(layer).getFeatures(QgsFeatureRequest().setFilterExpression(where))
        return row

    @staticmethod
    def _row(layer: QgsVectorLayer, row: QgsFeature) -> Answer:
        values = dict(zip(layer.fields().names(), row.attributes(), strict=True))
        told = {name: None if value == NULL else value for name, value in values.items()}
        return {**told, "geom": row.geometry().asWkt(2) if row.hasGeometry() else None}


def main() -> None:
    """Answer until standard input ends."""
    # Whatever QGIS says goes to standard error, so that answers stand alone.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        application = QgsApplication([], True)
        application.initQgis()
        QgsGui.editorWidgetRegistry().initEditors()
        driver = Driver()
        for line in sys.stdin:
            asked = json.loads(line)
            answer = getattr(driver, asked.pop("do"))(**asked)
            answers.write(json.dumps(answer, default=str) + "\n")
            answers.flush()
    # QGIS is known to crash while Python takes it down.
    os._exit(0)


if __name__ == "__main__":
    main()
