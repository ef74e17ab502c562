"""History: who, when, with what program, and what changed, of every state that there ever was."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import shapely

from tests.twin.database.edited import EAST, GREEN, LAYERS, NORTH, door, loaded, park, rows_of, said, saved
from twin.database.edits import Change, find_row
from twin.database.history import Edit, changes_of, history_of
from twin.spatial.reshaped import reshaped

RANGES = "SELECT lower(valid) AS low, upper(valid) AS high, version FROM history.green_area ORDER BY version"


pytestmark = pytest.mark.usefixtures("edited_city")


def history(key: str) -> list[Edit]:
    with door() as connection:
        return history_of(connection, GREEN, key)


def psql(statement: str, user: str = "quinn", program: str = "QGIS 3.34") -> None:
    with door(user, program=program) as connection:
        connection.execute(statement)


def test_every_edit_of_a_row_is_told_with_author_program_and_what_changed() -> None:
    first, _ = loaded(GREEN, said("a", "b"))
    psql("UPDATE layer.green_area SET kind = 'garden', name = NULL WHERE green_id = 'a'")
    psql("UPDATE layer.green_area SET geom = ST_Translate(geom, 3, 4) WHERE green_id = 'a'", "ana", "psql")
    second, _ = loaded(GREEN, said("b"))
    assert [(e.version, e.operation, e.by, e.program, e.load, e.words) for e in history("a")] == [
        (1, "insert", "loader", "twin load", first, "added"),
        (2, "update", "quinn", "QGIS 3.34", None, "kind: park → garden; name: Park a → –"),
        (3, "update", "ana", "psql", None, "geometry: moved by 5 m"),
    ]
    third, _ = loaded(GREEN, said("c"))
    assert [(e.version, e.operation, e.load, e.by, e.program) for e in history("b")] == [
        (1, "insert", first, "loader", "twin load"),
        (2, "vanish", third, "loader", "twin load"),
    ]
    assert second < third


def test_a_deleted_row_is_found_by_its_key_and_so_is_one_that_had_it_before() -> None:
    loaded(GREEN, said("a"))
    psql("UPDATE layer.green_area SET green_id = 'z'")
    psql("DELETE FROM layer.green_area", "dora", "psql")
    for key in ("a", "z"):
        found = history(key)
        assert [(e.version, e.operation) for e in found] == [(1, "insert"), (2, "update"), (3, "delete")]
        assert (found[-1].by, found[-1].program, found[-1].words) == ("dora", "psql", "deleted")
    assert history("nobody") == []


def test_two_edits_in_one_transaction_are_both_kept_and_their_times_never_overlap() -> None:
    loaded(GREEN, said("a"))
    with door() as connection:
        for kind in ("garden", "forest", "square"):
            connection.execute("UPDATE layer.green_area SET kind = %s", [kind])
    ranges = rows_of(RANGES)
    assert [row["version"] for row in ranges] == [1, 2, 3]
    assert all(row["low"] < row["high"] for row in ranges)
    assert [row["high"] for row in ranges[:-1]] == [row["low"] for row in ranges[1:]]
    assert rows_of("SELECT edited_at AS at FROM layer.green_area")[0]["at"] == ranges[-1]["high"]


def test_a_clock_that_goes_back_breaks_no_time() -> None:
    loaded(GREEN, said("a"))
    ahead = "clock_timestamp() + interval '1 hour'"
    # The table's owner alone can do this.
    rows_of(
        "WITH off AS (SELECT set_config('session_replication_role', 'replica', true)) "
        f"UPDATE layer.green_area SET edited_at = {ahead} FROM off RETURNING id"
    )
    psql("UPDATE layer.green_area SET kind = 'garden'")
    loaded(GREEN, said("a"))
    psql("DELETE FROM layer.green_area")
    ranges = rows_of(RANGES)
    assert all(row["low"] < row["high"] for row in ranges)
    assert ranges[0]["high"] == ranges[1]["low"]


def test_the_changes_of_a_day_are_those_of_people_inserts_included() -> None:
    before = rows_of("SELECT clock_timestamp() AS now")[0]["now"]
    loaded(GREEN, said("a", "b"))
    drawn: Any = {"type": "Polygon", "coordinates": [[[114, 39.01], [114.001, 39.01], [114, 39.011], [114, 39.01]]]}
    saved(GREEN, Change("insert", fields={"green_id": "n", "kind": "park"}, geometry=drawn))
    psql("UPDATE layer.green_area SET kind = 'garden' WHERE green_id = 'a'")
    psql("DELETE FROM layer.green_area WHERE green_id IN ('b', 'n')", "dora")
    loaded(GREEN, said("a", "b"))
    with door() as connection:
        found = changes_of(connection, LAYERS, before)
        ana = changes_of(connection, LAYERS, before, user="ana")
        none = changes_of(connection, LAYERS, found[-1].at + datetime.timedelta(microseconds=1))
    assert [(e.layer, e.key, e.operation, e.by) for e in found] == [
        ("green_area", "n", "insert", "ana"),
        ("green_area", "a", "update", "quinn"),
        ("green_area", "b", "delete", "dora"),
        ("green_area", "n", "delete", "dora"),
    ]
    assert [each.key for each in ana] == ["n"]
    assert none == []


def test_a_row_that_comes_back_is_the_one_that_it_was() -> None:
    loaded(GREEN, said("a"))
    with door() as connection:
        row = find_row(connection, GREEN, "a")
    assert row is not None
    psql("DELETE FROM layer.green_area")
    psql(
        "INSERT INTO layer.green_area (id, green_id, kind, geom) OVERRIDING SYSTEM VALUE "
        "SELECT id, green_id, 'forest', geom FROM history.green_area"
    )
    assert [(e.version, e.operation) for e in history("a")] == [(1, "insert"), (2, "delete"), (3, "insert")]
    (now,) = rows_of("SELECT id, source_id, source_row, version FROM layer.green_area")
    assert now == {"id": row.id, "source_id": 1, "source_row": 0, "version": 3}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (park(), park(), ""),
        (park(), park(30, 40), "moved by 50 m"),
        (shapely.Point(0, 0), shapely.Point(0, 0.5), "moved by 0.5 m"),
        (None, park(), "drawn"),
        (
            shapely.LineString([(0, 0), (10, 0)]),
            shapely.LineString([(0, 0), (10, 0), (10, 5)]),
            "length from 10.0 to 15.0 m, 2 to 3 vertices",
        ),
        (
            park(),
            shapely.MultiPolygon(
                [
                    shapely.box(EAST, NORTH, EAST + 100, NORTH + 100).union(
                        shapely.box(EAST, NORTH, EAST + 200, NORTH + 100)
                    )
                ]
            ),
            "area from 10,000.0 to 20,000.0 m²",
        ),
    ],
)
def test_what_became_of_a_geometry_is_said(before: Any, after: Any, words: str) -> None:
    assert reshaped(before, after).startswith(words)
    assert bool(reshaped(before, after)) == bool(words)
