"""Tables for export: scores of a run, and layers as they are now or stood at a moment."""

from __future__ import annotations

import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.schema import Kind, Layer
from twin.database import causes, results
from twin.database.as_of import layer_rows_at
from twin.database.connect import Connection, Row
from twin.database.features import layer_rows
from twin.database.sources import attributions, city_of
from twin.discover import discover
from twin.errors import UnknownName, UsageError
from twin.exporters.exporter import Table
from twin.goals import Profile
from twin.messiness.measure import METRICS
from twin.messiness.metric import Metric
from twin.scoring.attainment import held_against

FLAG_COLUMNS = (
    "zone",
    "goal",
    "cause",
    "confidence",
    "second_cause",
    "value",
    "target",
    "shortfall",
    "gain_if_tidy",
    "gain_if_supplied",
    "people_affected",
    "evidence",
    "run",
)
SCORE_COLUMNS = ("zone", "goal", "value", "target", "attainment", "n", "quality", "run")


def table_of(
    connection: Connection, what: str, run: int | None = None, as_of: datetime.datetime | None = None
) -> Table:
    """The table that is called ``scores``, ``flags`` or ``messiness``, or that of a layer, today or ``as_of`` a moment.

    Raises:
        UnknownName: there is no such table or layer.
        UsageError: results of runs have no other state than that of their run.
        StoreNotReady: nothing is loaded, or no run is finished.
    """
    layers = discover("layers", Layer)
    tables = {"scores": scores_table, "flags": flags_table, "messiness": messiness_table}
    if what in tables:
        if as_of is not None:
            raise UsageError(f"{what} are of a run, named by --run; --as-of is for layers")
        return tables[what](connection, run)
    if what in layers:
        return layer_table(connection, layers[what], as_of)
    raise UnknownName("export", what, (*tables, *layers))


def scores_table(connection: Connection, run: int | None = None) -> Table:
    """One row a zone × goal that applies, with the zone's polygon: columns as in ``SCORE_COLUMNS``."""
    found = results.run_to_show(connection, run)
    profile = Profile.model_validate(found["profile"])
    goals = {goal.index: goal for goal in profile.goal}
    rows = results.scores(connection, found["id"])
    columns: dict[str, Any] = {
        "zone": _texts(rows, "zone"),
        "goal": _texts(rows, "goal"),
        "value": _numbers(rows, "value"),
        "target": np.array([held_against(goals[row["goal"]], row["value"]) for row in rows], dtype=float),
        "attainment": _numbers(rows, "attainment"),
        "n": np.array([row["n"] for row in rows], dtype=np.int64),
        "quality": _numbers(rows, "quality"),
        "run": np.full(len(rows), found["id"], dtype=np.int64),
    }
    return Table("scores", _with_places(connection, columns, rows), tuple(attributions(connection)))


def flags_table(connection: Connection, run: int | None = None) -> Table:
    """One row a zone × goal that falls short, with the zone's polygon: columns as in ``FLAG_COLUMNS``."""
    found = causes.run_with_causes(connection, run)
    rows = sorted(causes.flags(connection, found["id"]), key=lambda row: (row["goal"], row["zone"]))
    texts = ("zone", "goal", "cause", "second_cause", "evidence")
    columns: dict[str, Any] = {
        name: _texts(rows, name) if name in texts else _numbers(rows, name) for name in FLAG_COLUMNS if name != "run"
    }
    columns["run"] = np.full(len(rows), found["id"], dtype=np.int64)
    return Table("flags", _with_places(connection, columns, rows), tuple(attributions(connection)))


def messiness_table(connection: Connection, run: int | None = None) -> Table:
    """One row a zone: ``zone, value, low, high, n, run`` and one column a metric, empty where it is not measured."""
    found = causes.run_with_causes(connection, run)
    rows = causes.forms(connection, found["id"])
    columns: dict[str, Any] = {
        "zone": _texts(rows, "zone"),
        "value": _numbers(rows, "value"),
        "low": _numbers(rows, "low"),
        "high": _numbers(rows, "high"),
        "n": np.array([row["n"] for row in rows], dtype=np.int64),
        "run": np.full(len(rows), found["id"], dtype=np.int64),
    }
    for name in discover(METRICS, Metric):
        columns[name] = np.array([row["metrics"].get(name) for row in rows], dtype=float)
    return Table("messiness", _with_places(connection, columns, rows), tuple(attributions(connection)))


def layer_table(connection: Connection, layer: Layer, as_of: datetime.datetime | None = None) -> Table:
    """A layer's rows with version, source row and place, as they are or as they stood at a moment."""
    rows = layer_rows(connection, layer) if as_of is None else layer_rows_at(connection, layer, as_of)
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


def _texts(rows: list[Row], name: str) -> pd.Series[Any]:
    return _typed([row[name] for row in rows], Kind.TEXT)


def _typed(values: list[Any], kind: Kind) -> pd.Series[Any]:
    kinds = {Kind.INTEGER: "Int64", Kind.NUMBER: "float64", Kind.BOOLEAN: "boolean", Kind.TEXT: "str"}
    if kind is Kind.DATE:
        return pd.to_datetime(pd.Series(values, dtype=object))
    return pd.Series(values, dtype=kinds[kind])
