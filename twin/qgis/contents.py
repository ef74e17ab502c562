"""What stands in a city's project, and in which order it is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from layers.schema import Layer
from twin.qgis.maplayers import MapLayer, Told, flags, rows, scores, states
from twin.qgis.project import Project
from twin.qgis.reference import Reference


def project_of(
    city: str, layers: Mapping[str, Layer], goals: Mapping[str, str], reference: Reference, *, for_editors: bool
) -> Project:
    """The project of a city.

    Args:
        city: its name.
        layers: those with a table, by id.
        goals: titles of the goals that were computed, by index.
        reference: CRS and extent.
        for_editors: with history, which readers may not see.
    """
    shown: list[MapLayer] = []
    relations: list[Told] = []
    for layer in sorted(layers.values(), key=lambda each: -each.style.order):
        for shape in layer.geometry.accepted or ("",):
            made, told = rows(layer, shape, reference, for_editors=for_editors)
            shown.append(made)
            relations.append(told)
    first = next(iter(goals), None)
    attained = [scores(goal, title, reference, goal == first) for goal, title in goals.items()]
    groups = {
        "Layers": shown,
        "Causes": [flags(goal, title, reference) for goal, title in goals.items()],
        "Attainment": attained,
        "History": [states(layer, reference) for layer in layers.values()] if for_editors else [],
    }
    filled = {title: found for title, found in groups.items() if found}
    return Project(city, reference, filled, relations if for_editors else [])
