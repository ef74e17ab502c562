"""A store that the last release made comes up: its rows, its history, and what was corrected in it by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.schema import Layer
from tests.twin.database.edited import door, rows_of, saved
from twin.commands.store import bring_up
from twin.database.backup import restore
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.edits import Change, find_row
from twin.database.history import Edit, history_of
from twin.database.migrate import migrate
from twin.database.tables import make_tables
from twin.discover import discover

BACKUP = Path(__file__).parent / "release_before_edits.backup"
"""Two loads of three buildings, then ``floors = 9`` on B1 and B2 deleted by hand; written by ``twin backup``."""

LAYERS = discover("layers", Layer)


@pytest.fixture(autouse=True)
def old_store(store: Cluster) -> None:  # noqa: ARG001
    restore(BACKUP)


def history(key: str) -> list[Edit]:
    with door() as connection:
        return history_of(connection, LAYERS["building"], key)


def told(key: str) -> list[tuple[int, str, str, int | None, str]]:
    return [(each.version, each.operation, each.program, each.load, each.words) for each in history(key)]


def test_it_follows_this_release_once() -> None:
    bring_up()
    with connect() as connection:
        assert migrate(connection) == []
        assert make_tables(connection, LAYERS, 4547) == []


def test_its_history_tells_loads_from_hands_though_nobody_noted_the_program() -> None:
    bring_up()
    assert told("B0") == [
        (1, "insert", "twin load", 2, "added"),
        (2, "update", "twin load", 3, "floors: 2 → 3"),
    ]
    assert told("B1") == [(1, "insert", "twin load", 2, "added"), (2, "update", "", None, "floors: 2 → 9")]
    assert told("B2") == [(1, "insert", "twin load", 2, "added"), (2, "delete", "", None, "deleted")]


def test_its_rows_are_edited_from_the_first_moment_and_keep_every_former_state() -> None:
    with connect() as connection:
        migrate(connection)
    for floors in (4, 5):
        with door(program="QGIS 3.34") as connection:
            connection.execute("UPDATE layer.building SET floors = %s WHERE building_id = 'B0'", [floors])
        bring_up()
    assert [words for *_, words in told("B0")[2:]] == ["floors: 3 → 4", "floors: 4 → 5"]
    with door() as connection:
        row = find_row(connection, LAYERS["building"], "B1")
    assert row is not None
    saved(LAYERS["building"], Change("delete", row.id, row.version))
    assert told("B1")[-1] == (3, "delete", "twin serve", None, "deleted")
    assert rows_of("SELECT count(*) AS n FROM layer.building") == [{"n": 1}]
