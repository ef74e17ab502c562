"""The rules of a layer hold alike, word for word, for rows of files and for rows written into its table."""

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
from tests.conftest import store_with_tables
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.queries import layer_table
from twin.discover import discover

SRID = 4547
LAYERS = discover("layers", Layer)
HERE = Projection("the city's", None, (0.0, 0.0, 1000.0, 1000.0))
LETTERS = st.characters(exclude_categories=("C", "Z"))
WORDS = st.text(LETTERS, min_size=1, max_size=8).filter(lambda text: text.lower() not in NOTHING)

ABOUT_SHAPES = ("geometry_type", "geometry_invalid", "geometry_extent")
"""Rules that depend on the city, or that a load mends where it can."""

Row = dict[str, Any]
Refusal = tuple[str, str, str]
"""Id of the rule, its words, what to do."""

SHAPES = {
    "Point": shapely.Point(5, 5),
    "MultiPolygon": shapely.MultiPolygon([shapely.box(1, 1, 9, 9)]),
    "MultiLineString": shapely.MultiLineString([[(1, 1), (9, 9)]]),
    "LineString": shapely.LineString([(1, 1), (9, 9)]),
}

every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())


@pytest.fixture
def tables(home: Cluster) -> Iterator[Connection]:  # noqa: ARG001
    """A connection as the owner of the tables of every layer."""
    store_with_tables()
    with connect() as connection:
        yield connection


def values_of(each: Field) -> st.SearchStrategy[Any]:
    """Values of a field's kind: missing ones, fitting ones, ones at and beyond its bounds."""
    kinds: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: st.one_of(st.sampled_from(each.choices), WORDS) if each.choices else WORDS,
        Kind.INTEGER: st.integers(-(2**40), 2**40) | st.integers(-3, 3000),
        # Beyond 2**53 PostgreSQL and Python may write the last digit of a number differently.
        Kind.NUMBER: st.floats(-(2.0**53), 2.0**53) | st.floats(-2, 2000),
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31)),
    }
    step: float = 1 if each.kind is Kind.INTEGER else 0.5
    as_kind = int if each.kind is Kind.INTEGER else float
    near = [bound + way * step for bound in (each.minimum, each.maximum) if bound is not None for way in (-1, 0, 1)]
    edges = [st.sampled_from([as_kind(number) for number in near])] if near else []
    return st.one_of(st.none(), *edges, kinds[each.kind])


def rows_of(layer: Layer) -> st.SearchStrategy[list[Row]]:
    """Some rows with keys of their own, each with or without a place."""
    fields = {name: values_of(each) for name, each in layer.fields.items() if name != layer.key}
    wrong = [SHAPES["LineString"]] if layer.geometry is Geometry.POINT_OR_MULTI_POLYGON else []
    shapes = st.sampled_from([None, *(SHAPES[name] for name in layer.geometry.accepted), *wrong])
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


def written(connection: Connection, layer: Layer, row: Row) -> Refusal | None:
    """Write a row into the table as its owner: what refuses it, if anything does."""
    values: dict[str, sql.Composable] = {name: sql.Literal(row[name]) for name in layer.fields}
    if layer.has_geometry:
        wkb = None if row["geom"] is None else shapely.to_wkb(row["geom"])
        values["geom"] = sql.SQL("ST_GeomFromWKB({}, {})").format(sql.Literal(wkb), sql.Literal(SRID))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        layer_table(layer.id),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(values.values()),
    )
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.errors.CheckViolation as error:
        said = error.diag
        rule = str(said.constraint_name).removeprefix(f"{layer.id}_")
        return rule, str(said.message_primary), str(said.message_hint)
    except psycopg.errors.NumericValueOutOfRange:
        return "kind", "", ""
    return None


@every_layer
def test_both_doors_accept_the_same_rows_and_refuse_the_others_in_the_same_words(
    tables: Connection, layer: Layer
) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(rows=rows_of(layer))
    def compare(rows: list[Row]) -> None:
        came = loaded(layer, rows)
        said = {reject.row: (reject.rule, reject.reason, reject.hint) for reject in came.rejects}
        assert sorted([*said, *came.rows.tolist()]) == list(range(len(rows)))
        for number, row in enumerate(rows):
            refusal = written(tables, layer, row)
            if refusal and refusal[0] == "kind":
                assert said[number][0].endswith("_kind")
            elif number not in said or not said[number][0].endswith("_kind"):
                assert refusal == said.get(number)
        assert_kept(layer, came, rows)

    compare()


def assert_kept(layer: Layer, came: Clean, rows: list[Row]) -> None:
    """Rows that were accepted hold what they held before."""
    names = [name for name in layer.fields if not (layer.key_of and name == layer.key)]
    for position, number in enumerate(came.rows.tolist()):
        kept = came.fields.iloc[position]
        now = {name: None if pd.isna(kept[name]) else plain(kept[name]) for name in names}
        assert now == {name: rows[number][name] for name in names}


def plain(value: Any) -> Any:
    """A value as files have it: days without a time."""
    return value.date() if isinstance(value, pd.Timestamp) else value


def good_row(layer: Layer, shape: str = "") -> Row:
    """A row in which everything is as it should be."""
    fitting = {Kind.TEXT: "word", Kind.BOOLEAN: True, Kind.DATE: datetime.date(2025, 3, 1)}
    row: Row = {"geom": SHAPES[shape or layer.geometry.accepted[-1]] if layer.has_geometry else None}
    for name, each in layer.fields.items():
        number = next((bound for bound in (each.minimum, each.maximum) if bound is not None), 1)
        row[name] = each.choices[0] if each.choices else fitting.get(each.kind, number)
    return row


def broken_row(layer: Layer, rule: Rule) -> Row:
    """A row that breaks that rule and no other."""
    row = good_row(layer, str(rule.bound[0]) if rule.check == "required_on" and isinstance(rule.bound, tuple) else "")
    beyond = {"minimum": -1, "maximum": 1}.get(rule.check)
    if beyond is None:
        row[rule.field] = "no such choice" if rule.check == "choices" else None
    else:
        assert isinstance(rule.bound, int | float)
        row[rule.field] = rule.bound + beyond
    return row


@every_layer
def test_a_row_that_breaks_one_rule_is_refused_by_the_constraint_of_that_name(tables: Connection, layer: Layer) -> None:
    for rule in layer.rules():
        # A key that is made of other fields is never missing.
        if rule.id in ABOUT_SHAPES or (layer.key_of and rule.field == layer.key):
            continue
        row, neighbour = broken_row(layer, rule), {**good_row(layer), layer.key: "neighbour"}
        came = loaded(layer, [row, neighbour])
        assert [(reject.row, reject.rule) for reject in came.rejects] == [(0, rule.id)]
        refusal = written(tables, layer, row)
        assert refusal is not None
        assert refusal[0] == rule.id
        assert written(tables, layer, neighbour) is None


@every_layer
def test_the_table_itself_keeps_the_rules_about_fields_for_those_who_load(tables: Connection, layer: Layer) -> None:
    rows = tables.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'c'", [f"layer.{layer.id}"]
    ).fetchall()
    names = {row["conname"] for row in rows}
    assert {f"{layer.id}_{rule.id}" for rule in layer.rules() if rule.id not in ABOUT_SHAPES} <= names


ONE_TYPE = {name: layer for name, layer in LAYERS.items() if len(layer.geometry.accepted) == 1}


@pytest.mark.parametrize("layer", ONE_TYPE.values(), ids=ONE_TYPE.keys())
def test_a_shape_of_another_type_is_refused_by_both_doors(tables: Connection, layer: Layer) -> None:
    (own,) = layer.geometry.accepted
    # Files may bring single parts where the layer has multi, and one part where it has single.
    for name in SHAPES.keys() - {own, own.removeprefix("Multi"), f"Multi{own}"}:
        row = {**good_row(layer), "geom": SHAPES[name]}
        assert [reject.rule for reject in loaded(layer, [row]).rejects] == ["geometry_type"]
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="Geometry type"):
            written(tables, layer, row)
