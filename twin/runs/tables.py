"""Tables for export: scores of a run, and layers as they are now."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.schema import Kind, Layer
from twin.database import results
from twin.database.connect import Connection, Row
from twin.database.features import layer_rows
from twin.database.sources import attributions, city_of
from twin.discover import discover
from twin.errors import UnknownName
from twin.exporters.exporter import Table
from twin.goals import Goal, Profile

SCORE_COLUMNS = ("zone", "goal", "value", "target", "attainment", "n", "quality", "run")


def table_of(connection: Connection, what: str, run: int | None = None) -> Table:
    """The table that is called ``scores``, or that of a layer.

    Raises:
        UnknownName: there is no such table or layer.
        StoreNotReady: nothing is loaded, or no run is finished.
    """
    layers = discover("layers", Layer)
    if what == "scores":
        return scores_table(connection, run)
    if what in layers:
        return layer_table(connection, layers[what])
    raise UnknownName("export", what, ("scores", *layers))


def scores_table(connection: Connection, run: int | None = None) -> Table:
    """One row a zone × goal that applies, with the zone's polygon: columns as in ``SCORE_COLUMNS``."""
    found = results.run_to_show(connection, run)
    profile = Profile.model_validate(found["profile"])
    goals = {goal.index: goal for goal in profile.goal}
    rows = results.scores(connection, found["id"])
    columns: dict[str, Any] = {
        "zone": [row["zone"] for row in rows],
        "goal": [row["goal"] for row in rows],
        "value": _numbers(rows, "value"),
        "target": np.array([held_against(goals[row["goal"]], row["value"]) for row in rows], dtype=float),
        "attainment": _numbers(rows, "attainment"),
        "n": np.array([row["n"] for row in rows], dtype=np.int64),
        "quality": _numbers(rows, "quality"),
        "run": np.full(len(rows), found["id"], dtype=np.int64),
    }
    return Table("scores", _with_places(connection, columns, rows), tuple(attributions(connection)))


def held_against(goal: Goal, value: float | None) -> float:
    """The one number that a value is held against: for ``within``, the end of the range that it lies nearer to."""
    low, high = goal.bounds
    if goal.direction != "within":
        return low if goal.direction == "at_least" else high
    return low if value is None or abs(value - low) <= abs(value - high) else high


def layer_table(connection: Connection, layer: Layer) -> Table:
    """A layer's rows with version, source row and place."""
    rows = layer_rows(connection, layer)
    columns: dict[str, Any] = {name: _typed([r[name] for r in rows], each.kind) for name, each in layer.fields.items()}
    columns["version"] = [row["version"] for row in rows]
    columns["source"] = [row["source"] for row in rows]
    columns["source_row"] = _typed([row["source_row"] for row in rows], Kind.INTEGER)
    table = _with_places(connection, columns, rows) if layer.has_geometry else pd.DataFrame(columns)
    return Table(layer.id, table, tuple(attributions(connection, layer.id)))


def _with_places(connection: Connection, columns: dict[str, Any], rows: list[Row]) -> gpd.GeoDataFrame:
    places = np.empty(len(rows), dtype=object)
    places[:] = shapely.from_wkb(np.array([row["geom"] for row in rows], dtype=object)) if rows else []
    return gpd.GeoDataFrame(columns, geometry=places, crs=city_of(connection).srid)


def _numbers(rows: list[Row], name: str) -> Any:
    return np.array([row[name] for row in rows], dtype=float)


def _typed(values: list[Any], kind: Kind) -> pd.Series[Any]:
    kinds = {Kind.INTEGER: "Int64", Kind.NUMBER: "float64", Kind.BOOLEAN: "boolean", Kind.TEXT: "str"}
    if kind is Kind.DATE:
        return pd.to_datetime(pd.Series(values, dtype=object))
    return pd.Series(values, dtype=kinds[kind])
