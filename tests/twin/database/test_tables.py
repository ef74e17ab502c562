from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from layers.schema import Field, Geometry, Kind, Layer
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.tables import make_tables
from twin.discover import discover
from twin.errors import StoreMismatch

BENCH = Layer(
    id="bench",
    title="Benches",
    title_zh="长椅",
    doc="Benches that people can sit on.",
    geometry=Geometry.POINT,
    key="bench_id",
    fields={
        "bench_id": Field("Key.", required=True),
        "seats": Field("Seats.", Kind.INTEGER, minimum=1, maximum=9),
        "made_of": Field("Material.", choices=("wood", "stone")),
    },
)
SQUARE = "ST_GeomFromText('MULTIPOLYGON(((0 0, 0 9, 9 9, 9 0, 0 0)))', 4547)"


def make(connection: Connection, layer: Layer) -> list[str]:
    return make_tables(connection, {layer.id: layer}, 4547)


def test_every_layer_gets_a_table_its_history_and_a_spatial_index(any_store: str) -> None:  # noqa: ARG001
    layers = discover("layers", Layer)
    with connect() as connection:
        assert make_tables(connection, layers, 4547) == list(layers)
        assert make_tables(connection, layers, 4547) == []
        for name in layers:
            indexes = connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'layer' AND tablename = %s", [name]
            ).fetchall()
            placed = any("USING gist (geom)" in row["indexdef"] for row in indexes)
            assert placed == layers[name].has_geometry, name
            columns = connection.execute(
                "SELECT column_name AS c FROM information_schema.columns "
                "WHERE table_schema = 'history' AND table_name = %s",
                [name],
            ).fetchall()
            assert {"valid", "operation", "closed_by", "id", "version"} <= {row["c"] for row in columns}


@pytest.mark.parametrize(
    ("columns", "values", "constraint"),
    [
        ("bench_id, seats", "'a', 0", "bench_seats_minimum"),
        ("bench_id, seats", "'a', 10", "bench_seats_maximum"),
        ("bench_id, made_of", "'a', 'gold'", "bench_made_of_choices"),
    ],
)
def test_a_broken_rule_is_refused_by_its_constraint(
    store: Cluster,  # noqa: ARG001
    columns: str,
    values: str,
    constraint: str,
) -> None:
    with connect() as connection:
        make(connection, BENCH)
        with pytest.raises(psycopg.errors.CheckViolation) as caught, connection.transaction():
            connection.execute(f"INSERT INTO layer.bench ({columns}, geom) VALUES ({values}, ST_Point(1, 1, 4547))")
        assert caught.value.diag.constraint_name == constraint


def test_a_wrong_geometry_type_or_crs_is_refused(store: Cluster) -> None:  # noqa: ARG001
    with connect() as connection:
        make(connection, BENCH)
        for geometry in (SQUARE, "ST_Point(1, 1, 4326)"):
            with pytest.raises(psycopg.errors.InvalidParameterValue), connection.transaction():
                connection.execute(f"INSERT INTO layer.bench (bench_id, geom) VALUES ('a', {geometry})")


def test_a_new_optional_field_becomes_a_column_and_rows_stay(store: Cluster) -> None:  # noqa: ARG001
    wider = replace(BENCH, fields={**BENCH.fields, "armrests": Field("Armrests.", Kind.BOOLEAN)})
    with connect() as connection:
        make(connection, BENCH)
        connection.execute("INSERT INTO layer.bench (bench_id, geom) VALUES ('a', ST_Point(1, 1, 4547))")
        assert make(connection, wider) == ["bench"]
        row = connection.execute("SELECT bench_id, armrests FROM layer.bench").fetchone()
        assert row == {"bench_id": "a", "armrests": None}
        connection.execute("SELECT armrests FROM history.bench")


def test_what_would_lose_values_is_refused_in_words(store: Cluster) -> None:  # noqa: ARG001
    retyped = replace(BENCH, fields={**BENCH.fields, "seats": Field("Seats.", Kind.TEXT)})
    required = replace(BENCH, fields={**BENCH.fields, "owner": Field("Owner.", required=True)})
    stricter = replace(BENCH, fields={**BENCH.fields, "seats": Field("Seats.", Kind.INTEGER, minimum=4)})
    with connect() as connection:
        make(connection, BENCH)
        connection.execute("INSERT INTO layer.bench (bench_id, seats, geom) VALUES ('a', 2, ST_Point(1, 1, 4547))")
        connection.commit()
        for layer, words in (
            (retyped, "'seats' is integer in the store and text"),
            (required, "'owner' is required, but rows exist"),
            (stricter, "rows in the store break the changed rule 'seats_minimum'"),
        ):
            with pytest.raises(StoreMismatch, match=words):
                make(connection, layer)
            connection.rollback()
        assert connection.execute("SELECT count(*) AS n FROM layer.bench").fetchone() == {"n": 1}


def test_every_changed_statement_leaves_a_trace(store: Cluster) -> None:  # noqa: ARG001
    with connect(program="psql") as connection:
        make(connection, BENCH)
        connection.execute("INSERT INTO layer.bench (bench_id, geom) VALUES ('a', ST_Point(1, 1, 4547))")
        connection.execute("DELETE FROM layer.bench")
        rows = connection.execute(
            "SELECT layer, operation, changed_by, program FROM twin.change ORDER BY id"
        ).fetchall()
    assert [row["operation"] for row in rows] == ["insert", "delete"]
    assert rows[0] == {"layer": "bench", "operation": "insert", "changed_by": "twin", "program": "psql"}
