"""Zones whose scores are behind the data: marked by edits and loads, taken up by runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.queries import layer_table, query


@dataclass(frozen=True)
class Marks:
    """``zones`` that were touched, by layer, and ``layers`` that were changed anywhere at all, with the marks' ids.

    ``valued``: those of the zones whose values may change, and not only what is said of their causes.
    """

    zones: Mapping[str, frozenset[str]]
    valued: Mapping[str, frozenset[str]]
    layers: Mapping[str, tuple[int, ...]]


def watch(connection: Connection, layer: Layer) -> None:
    """Let edits of a layer mark the zones around them."""
    connection.execute(query("watch_places" if layer.has_geometry else "watch_table", table=layer_table(layer.id)))


def note_reaches(connection: Connection, reaches: Mapping[str, float], of_values: Mapping[str, float]) -> None:
    """Write down how far outside a zone features of each layer may change what is said of it, and its values (m)."""
    for layer, metres in reaches.items():
        values = {"layer": layer, "metres": metres, "value_metres": of_values.get(layer, 0.0)}
        connection.execute(query("note_reach"), values)


def mark_load(connection: Connection, layer: Layer, load: int) -> None:
    """Mark the zones near the rows that a load brought, changed or closed; all of them in one statement."""
    connection.execute(query("mark_layer"), {"layer": layer.id})
    if layer.has_geometry:
        tables = {"table": layer_table(layer.id), "history": layer_table(layer.id, "history")}
        connection.execute(query("mark_load", **tables), {"layer": layer.id, "load": load})


def waiting(connection: Connection) -> Marks:
    """Marks that no run answers for yet; those of unfinished runs wait again."""
    zones: dict[str, set[str]] = {}
    valued: dict[str, set[str]] = {}
    layers: dict[str, tuple[int, ...]] = {}
    for row in connection.execute(query("dirty")):
        if row["zone"]:
            zones.setdefault(row["layer"], set()).add(row["zone"])
            if row["of_value"]:
                valued.setdefault(row["layer"], set()).add(row["zone"])
        else:
            layers[row["layer"]] = tuple(row["marks"])
    touched, of_value = ({name: frozenset(codes) for name, codes in each.items()} for each in (zones, valued))
    return Marks(touched, of_value, layers)


def drop_idle(connection: Connection, read: Iterable[str], whole: Iterable[str]) -> None:
    """Marks that no run will answer for go: all but of layers ``read``, and of a layer as such unless ``whole``.

    So do those of zones that are gone.
    """
    connection.execute(query("drop_idle_marks"), {"read": list(read), "whole": list(whole)})


def is_waiting(connection: Connection) -> bool:
    """Whether any zone waits to be computed again."""
    row = connection.execute(query("is_dirty")).fetchone()
    return bool(row and row["waiting"])


def take(connection: Connection, run: int, zones: Iterable[str] | None, marks: Iterable[int] | None = ()) -> None:
    """A run takes up the marks of these zones (None: of all), and ``marks`` of layers, by id, that it answers for.

    Not those of layers that came since what all zones share was made. ``marks`` None: it is not made yet, so that the
    run answers for all marks that there are.
    """
    chosen = {"run": run, "zones": list(zones or ()), "marks": list(marks or ())}
    chosen |= {"all": zones is None and marks is None, "every_zone": zones is None}
    connection.execute(query("take_marks"), chosen)


def drop(connection: Connection, run: int) -> None:
    """The zones of a run are as the data: its marks go."""
    connection.execute(query("drop_marks"), {"run": run})
