"""The rules of a layer hold alike for rows that are loaded and for rows that are written into its table."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from layers.schema import Field, Geometry, Kind, Layer, Rule
from pipelines.clean import Clean, clean
from pipelines.columns import NOTHING
from pipelines.crs import Projection
from pipelines.readers.reader import Chunk
from pipelines.recipe import Source
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.queries import layer_table
from twin.database.tables import make_tables
from twin.discover import discover

SRID = 4547
LAYERS = discover("layers", Layer)
HERE = Projection("the city's", None, (0.0, 0.0, 1000.0, 1000.0))
LETTERS = st.characters(exclude_categories=("C", "Z"))
WORDS = st.text(LETTERS, min_size=1, max_size=8).filter(lambda text: text.lower() not in NOTHING)

ONLY_AT_THE_DOOR_OF_FILES = ("geometry_type", "geometry_invalid", "geometry_extent")
"""Rules about shapes that are no constraint of that name; the type of the column holds the first in most layers."""

Row = dict[str, Any]

SHAPES = {
    "Point": shapely.Point(5, 5),
    "MultiPolygon": shapely.MultiPolygon([shapely.box(1, 1, 9, 9)]),
    "MultiLineString": shapely.MultiLineString([[(1, 1), (9, 9)]]),
    "LineString": shapely.LineString([(1, 1), (9, 9)]),
}


@pytest.fixture
def tables(store: Cluster) -> Iterator[Connection]:  # noqa: ARG001
    """A connection as the owner of the tables of every layer."""
    with connect() as connection:
        make_tables(connection, LAYERS, SRID)
        yield connection


def values_of(each: Field) -> st.SearchStrategy[Any]:
    """Values of a field's kind: missing ones, fitting ones, ones beyond its bounds."""
    near = [bound for bound in (each.minimum, each.maximum) if bound is not None]
    kinds: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: st.one_of(st.sampled_from(each.choices), WORDS) if each.choices else WORDS,
        Kind.INTEGER: st.integers(-(2**40), 2**40) | st.integers(-3, 3000),
        Kind.NUMBER: st.floats(allow_nan=False, allow_infinity=False) | st.floats(-2, 2000),
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31)),
    }
    if near:
        step = 1 if each.kind is Kind.INTEGER else 0.5
        as_kind = int if each.kind is Kind.INTEGER else float
        edges = st.sampled_from([as_kind(bound + way * step) for bound in near for way in (-1, 0, 1)])
        return st.none() | edges | kinds[each.kind]
    return st.none() | kinds[each.kind]


def rows_of(layer: Layer) -> st.SearchStrategy[list[Row]]:
    """Some rows with keys of their own, each with or without a place."""
    fields = {name: values_of(each) for name, each in layer.fields.items() if name != layer.key}
    shapes = st.sampled_from([None, *(SHAPES[name] for name in layer.geometry.accepted)])
    one = st.fixed_dictionaries({**fields, "geom": shapes})
    return st.lists(one, min_size=1, max_size=6).map(
        lambda rows: [{layer.key: f"row {number}", **row} for number, row in enumerate(rows)]
    )


def loaded(layer: Layer, rows: list[Row]) -> Clean:
    """The rows as they come through the door of files."""
    columns = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in layer.fields})
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = [row["geom"] for row in rows]
    chunk = Chunk(np.arange(len(rows), dtype=np.int64), columns, geometry)
    return clean(layer, Source(layer=layer.id, path="rows"), chunk, {name: name for name in layer.fields}, HERE)


def written(connection: Connection, layer: Layer, row: Row) -> str:
    """Write a row into the table as its owner: the name of the constraint that refuses it, empty if none does."""
    names = [*layer.fields, "geom"]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}, ST_GeomFromWKB(%s, {}))").format(
        layer_table(layer.id),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join([sql.Placeholder()] * len(layer.fields)),
        sql.Literal(SRID),
    )
    place = None if row["geom"] is None else shapely.to_wkb(row["geom"])
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, [*(row[name] for name in layer.fields), place])
    except psycopg.errors.NotNullViolation as error:
        missing = "geometry_missing" if error.diag.column_name == "geom" else f"{error.diag.column_name}_required"
        return f"{layer.id}_{missing}"
    except psycopg.errors.CheckViolation as error:
        return str(error.diag.constraint_name)
    except psycopg.errors.NumericValueOutOfRange:
        return "the column's type"
    return ""


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())
def test_any_row_is_accepted_by_both_doors_or_by_none(tables: Connection, layer: Layer) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(rows=rows_of(layer))
    def compare(rows: list[Row]) -> None:
        came = loaded(layer, rows)
        refusals = {number: written(tables, layer, row) for number, row in enumerate(rows)}
        assert came.rows.tolist() == [number for number, refused_by in refusals.items() if not refused_by]
        for position, number in enumerate(came.rows.tolist()):
            kept = came.fields.iloc[position]
            assert {name: None if pd.isna(kept[name]) else kept[name] for name in layer.fields} == {
                name: rows[number][name] for name in layer.fields
            }

    compare()


def good_row(layer: Layer, shape: str) -> Row:
    """A row in which everything is as it should be."""
    fitting = {Kind.TEXT: "word", Kind.BOOLEAN: True, Kind.DATE: datetime.date(2025, 3, 1)}
    row: Row = {"geom": SHAPES[shape]}
    for name, each in layer.fields.items():
        number = next((bound for bound in (each.minimum, each.maximum) if bound is not None), 1)
        row[name] = each.choices[0] if each.choices else fitting.get(each.kind, int(number))
    return row


def broken_row(layer: Layer, rule: Rule) -> Row:
    """A row that breaks that rule and no other."""
    shape = str(rule.bound[0]) if rule.check == "required_on" and isinstance(rule.bound, tuple) else ""
    row = good_row(layer, shape or layer.geometry.accepted[-1])
    beyond = {"minimum": -1, "maximum": 1}.get(rule.check)
    if beyond is None:
        row[rule.field] = "no such choice" if rule.check == "choices" else None
    else:
        assert isinstance(rule.bound, int | float)
        row[rule.field] = int(rule.bound) + beyond
    return row


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())
def test_a_row_that_breaks_one_rule_is_refused_by_the_constraint_of_that_name(tables: Connection, layer: Layer) -> None:
    for rule in layer.rules():
        if rule.id in ONLY_AT_THE_DOOR_OF_FILES:
            continue
        row = broken_row(layer, rule)
        neighbour = {**good_row(layer, layer.geometry.accepted[-1]), layer.key: "neighbour"}
        came = loaded(layer, [row, neighbour])
        assert [(reject.row, reject.rule) for reject in came.rejects] == [(0, rule.id)]
        assert written(tables, layer, row) == f"{layer.id}_{rule.id}"
        assert written(tables, layer, neighbour) == ""


ONE_TYPE = {name: layer for name, layer in LAYERS.items() if layer.geometry is not Geometry.POINT_OR_MULTI_POLYGON}


@pytest.mark.parametrize("layer", ONE_TYPE.values(), ids=ONE_TYPE.keys())
def test_a_shape_of_another_type_is_refused_by_both_doors(tables: Connection, layer: Layer) -> None:
    (own,) = layer.geometry.accepted
    for name in SHAPES.keys() - {own, own.removeprefix("Multi")}:
        row = {**good_row(layer, own), "geom": SHAPES[name]}
        assert [reject.rule for reject in loaded(layer, [row]).rejects] == ["geometry_type"]
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="Geometry type"):
            written(tables, layer, row)
