"""One wall for every door: a load and an edit say the same of the same row, word for word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from layers.schema import Field, Kind, Layer
from pipelines.clean import clean
from pipelines.crs import Projection
from pipelines.readers.reader import Chunk
from pipelines.recipe import Source
from tests.conftest import empty_store
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.sources import StoredCity, fix_city
from twin.database.tables import make_tables
from twin.discover import discover

LAYERS = discover("layers", Layer)
EXTENT = (0.0, 0.0, 1000.0, 1000.0)
FLAT = shapely.from_wkt("POLYGON ((1 1, 2 2, 3 3, 1 1))")


@pytest.fixture(scope="module")
def door(private_cluster: Cluster) -> Iterator[Connection]:
    """A connection of an editor to a store with every layer."""
    from twin.settings import settings as read_settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(private_cluster.home))
        patch.delenv("TWIN_DSN", raising=False)
        read_settings.cache_clear()
        empty_store()
        with connect(autocommit=True) as connection:
            fix_city(connection, StoredCity("Ruleville", 4547, None, "xiongan_2035", list(EXTENT)))
            make_tables(connection, LAYERS, 4547)
            yield connection
    read_settings.cache_clear()


def value_of(each: Field) -> st.SearchStrategy[Any]:
    if each.kind is Kind.TEXT:
        known = st.sampled_from(each.choices) if each.choices else st.text("abc公园", min_size=1, max_size=5)
        return st.none() | known | st.just("zzz")
    if each.kind is Kind.INTEGER:
        return st.none() | st.integers(-3, 3000)
    if each.kind is Kind.NUMBER:
        return st.none() | st.integers(-3, 99999).map(float) | st.floats(-10, 10, width=32)
    if each.kind is Kind.BOOLEAN:
        return st.none() | st.booleans()
    return st.none() | st.dates()


def geometry_of(layer: Layer) -> st.SearchStrategy[Any]:
    near = st.integers(-50, 1050)
    made: dict[str, Callable[[int, int], Any]] = {
        "Point": lambda x, y: shapely.Point(x, y),
        "LineString": lambda x, y: shapely.LineString([(x, y), (x + 7, y + 7)]),
        "MultiLineString": lambda x, y: shapely.MultiLineString([[(x, y), (x + 7, y + 7)]]),
        "MultiPolygon": lambda x, y: shapely.MultiPolygon([shapely.box(x, y, x + 9, y + 9)]),
    }
    kinds = [st.builds(made[name], near, near) for name in layer.geometry.accepted]
    if "MultiPolygon" in layer.geometry.accepted:
        kinds.append(st.just(shapely.MultiPolygon([FLAT])))
    if not kinds:
        return st.none()
    empty = shapely.from_wkt(f"{layer.geometry.accepted[0].upper()} EMPTY")
    return st.none() | st.one_of(kinds) | st.just(empty)


def rows_of(layer: Layer) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: value_of(each) for name, each in layer.fields.items()}
    return st.fixed_dictionaries({**fields, "geom": geometry_of(layer)})


def by_load(layer: Layer, row: dict[str, Any]) -> tuple[str, str, str] | None:
    """What a load says of the row: rule, message, hint."""
    columns = pd.DataFrame({name: pd.Series([row[name]], dtype=object) for name in layer.fields})
    geometry = np.array([row["geom"], None], dtype=object)[:1]
    chunk = Chunk(np.array([1]), columns, geometry)
    way = Projection("CGCS2000", None, EXTENT) if layer.has_geometry else None
    source = Source(layer=layer.id, path="x")
    cleaned = clean(layer, source, chunk, {name: name for name in layer.fields}, way)
    if not cleaned.rejects:
        return None
    (reject,) = cleaned.rejects
    return reject.rule, reject.reason, reject.hint


def by_edit(connection: Connection, layer: Layer, row: dict[str, Any]) -> tuple[str, str, str] | None:
    """What an edit says of the row."""
    names = [name for name in row if layer.has_geometry or name != "geom"]
    values = {name: row[name] for name in names}
    if layer.has_geometry and row["geom"] is not None:
        values["geom"] = shapely.to_wkb(shapely.set_srid(row["geom"], 4547), hex=True, include_srid=True)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier("layer", layer.id),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(map(sql.Placeholder, names)),
    )
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, values)
    except psycopg.errors.CheckViolation as error:
        said = error.diag
        rule = str(said.constraint_name).removeprefix(f"{layer.id}_")
        return rule, str(said.message_primary), str(said.message_hint)
    return None


def same(said: tuple[str, str, str] | None) -> tuple[str, str, str] | None:
    """Coordinates of a fault are GEOS's own, and its versions write them differently."""
    return said if said is None else (said[0], said[1].partition("[")[0], said[2])


@pytest.mark.parametrize("layer", LAYERS.values(), ids=list(LAYERS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_load_and_an_edit_say_the_same(layer: Layer, door: Connection, data: st.DataObject) -> None:
    row = data.draw(rows_of(layer))
    if row[layer.key] is None and not layer.key_of:
        row[layer.key] = "k"  # a load makes keys that are missing everywhere
    assert same(by_load(layer, row)) == same(by_edit(door, layer, row))


def test_an_edit_that_breaks_a_rule_is_told_what_to_do(door: Connection) -> None:
    row = {**dict.fromkeys(LAYERS["building"].fields), "building_id": "B", "floors": 500}
    row["geom"] = shapely.MultiPolygon([shapely.box(1, 1, 9, 9)])
    assert by_edit(door, LAYERS["building"], row) == (
        "floors_maximum",
        "floors is 500, more than 200",
        "Use at most 200.",
    )


def test_edits_keep_the_former_state_version_and_author(door: Connection) -> None:
    with door.transaction(force_rollback=True):
        door.execute("SELECT set_config('twin.user', 'wang', true)")
        square = "ST_GeomFromText('MULTIPOLYGON(((1 1, 9 1, 9 9, 1 9, 1 1)))', 4547)"
        door.execute(f"INSERT INTO layer.building (building_id, floors, geom) VALUES ('B', 2, {square})")
        door.execute("UPDATE layer.building SET floors = 3, version = 77 WHERE building_id = 'B'")
        now = door.execute("SELECT floors, version, edited_by FROM layer.building").fetchone()
        door.execute("DELETE FROM layer.building")
        former = door.execute(
            "SELECT floors, version, operation, closed_by FROM history.building ORDER BY version"
        ).fetchall()
    assert now == {"floors": 3, "version": 2, "edited_by": "wang"}
    assert [tuple(row.values()) for row in former] == [(2, 1, "update", "wang"), (3, 2, "delete", "wang")]
