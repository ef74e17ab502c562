"""A thousand transactions at once on the same few rows, by four doors: nothing is lost, nothing has a gap.

Two browsers save with the version that they saw, QGIS writes by key alone, a load brings a file. Each round all four
begin together, on connections of their own; which comes first is left to PostgreSQL.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.twin.database.edited import GREEN, arrive, rows_of, said
from twin.database.connect import Connection, dsn_of_store
from twin.database.edits import Change, EditRow, act_as, find_row, save
from twin.errors import EditRefused, EditStale

ROUNDS = 250
"""Of four transactions each."""

KEYS = ("a", "b", "c")
KINDS = ("park", "garden", "square", "forest", "wetland")
Tally = Counter[str]


pytestmark = pytest.mark.usefixtures("edited_city")


def opened(program: str) -> Connection:
    return psycopg.connect(dsn_of_store(), row_factory=dict_row, application_name=program, autocommit=True)


class Browser:
    """Keeps the rows that it read, and saves against them; reads again when it is told that they are stale."""

    def __init__(self, name: str, seed: int, log: list[tuple[Any, ...]]) -> None:
        self.name, self.dice, self.log = name, random.Random(seed), log
        self.seen: dict[str, EditRow | None] = {}

    def __call__(self, connection: Connection) -> str:
        key = self.dice.choice(KEYS)
        with connection.transaction():
            connection.execute("SET LOCAL ROLE twin_editor")
            act_as(connection, self.name)
            row = self.seen.get(key) or find_row(connection, GREEN, key)
            self.seen[key] = row
            try:
                (done,) = save(connection, GREEN, [self.change(key, row)])
            except EditStale as error:
                assert row is not None
                assert error.theirs is None or error.theirs.version > row.version
                self.seen[key] = error.theirs
                return "stale"
            except EditRefused as error:
                assert row is None
                assert error.field == "green_id"
                self.seen[key] = None
                return "refused"
        self.log.append((done.id, done.version, None if row is None else (row.id, row.version), self.name))
        with connection.transaction():
            self.seen[key] = find_row(connection, GREEN, key) if self.dice.random() < 0.5 else None
        return done.operation

    def change(self, key: str, row: EditRow | None) -> Change:
        place = {"type": "Polygon", "coordinates": [[[114, 39.01], [114.001, 39.01], [114, 39.011], [114, 39.01]]]}
        if row is None:
            return Change("insert", fields={"green_id": key, "kind": "park"}, geometry=place)
        if self.dice.random() < 0.15:
            return Change("delete", row.id, row.version)
        return Change("update", row.id, row.version, {"kind": self.dice.choice(KINDS), "name": f"{self.dice.random()}"})


class Qgis:
    """Writes by key alone, as a user of the database, one row or several in one transaction."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.written: list[str] = []

    def __call__(self, connection: Connection) -> str:
        with connection.transaction():
            connection.execute("SET LOCAL ROLE twin_editor")
            written = 0
            for key in sorted(self.dice.choices(KEYS, k=self.dice.choice((1, 1, 2)))):
                name = f"qgis {self.dice.random()}"
                statement = "UPDATE layer.green_area SET name = %s WHERE green_id = %s"
                count = connection.execute(statement, [name, key]).rowcount
                self.written += [name] * count
                written += count
        return "qgis update" if written else "qgis nothing"


class Load:
    """Brings the file again and again, each time with something else in it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def __call__(self, connection: Connection) -> str:
        keys = [key for key in KEYS if self.dice.random() < 0.9]
        different = {key: {"kind": self.dice.choice(KINDS)} for key in keys if self.dice.random() < 0.4}
        with connection.transaction():
            _, merged = arrive(connection, GREEN, said(*keys, **different))
        return "load wrote" if merged.new or merged.changed or merged.closed else "load kept"


def play(actors: dict[str, Callable[[Connection], str]], rounds: int) -> Tally:
    """All actors begin each round together; what each of their transactions came to."""
    together, tally, failed = threading.Barrier(len(actors)), Counter[str](), []

    def act(actor: Callable[[Connection], str], connection: Connection) -> None:
        try:
            for _ in range(rounds):
                together.wait(timeout=60)
                tally[actor(connection)] += 1
        except BaseException as error:
            failed.append(error)
            together.abort()
            raise

    with ExitStack() as stack:
        threads = [
            threading.Thread(target=act, args=(actor, stack.enter_context(opened(name))))
            for name, actor in actors.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [each for each in failed if not isinstance(each, threading.BrokenBarrierError)] == []
    return tally


def states() -> list[dict[str, Any]]:
    """Every state that was committed, by row and version."""
    return rows_of(
        "SELECT id, version, name, kind, edited_by, program, lower(valid) AS low, upper(valid) AS high, operation "
        "FROM history.green_area UNION ALL SELECT id, version, name, kind, edited_by, program, edited_at, NULL, NULL "
        "FROM layer.green_area ORDER BY id, version"
    )


def test_of_a_thousand_transactions_at_once_nothing_is_lost() -> None:
    log: list[tuple[Any, ...]] = []
    qgis = Qgis(3)
    actors: dict[str, Callable[[Connection], str]] = {
        "browser one": Browser("ana", 1, log),
        "browser two": Browser("ben", 2, log),
        "QGIS 3.34": qgis,
        "twin load": Load(4),
    }
    tally = play(actors, ROUNDS)
    assert tally.total() == 4 * ROUNDS
    assert {"stale", "update", "delete", "insert", "qgis update", "load wrote", "load kept"} <= set(tally)
    kept = states()
    assert_no_gaps(kept)
    assert_no_lost_update(log, kept)
    written = sum(count for what, count in tally.items() if what in ("insert", "update", "delete"))
    assert len(log) == written
    assert sorted(qgis.written) == sorted(state["name"] for state in kept if state["program"] == "QGIS 3.34")


def assert_no_gaps(kept: list[dict[str, Any]]) -> None:
    """Versions of a row follow each other, and so do their times; each state ended once, the last one maybe never."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for state in kept:
        rows.setdefault(state["id"], []).append(state)
    for row in rows.values():
        assert [state["version"] for state in row] == list(range(1, len(row) + 1))
        assert all(state["high"] is None or state["low"] < state["high"] for state in row)
        assert [state["high"] for state in row[:-1]] == [state["low"] for state in row[1:]]
        assert {state["operation"] for state in row[:-1]} <= {"update"}
    current = [row[-1] for row in rows.values() if row[-1]["operation"] is None]
    assert len(current) == rows_of("SELECT count(*) AS n FROM layer.green_area")[0]["n"]


def assert_no_lost_update(log: list[tuple[Any, ...]], kept: list[dict[str, Any]]) -> None:
    """Each save of a browser made the version after the one that it saw, and its state is kept."""
    by_version = {(state["id"], state["version"]): state for state in kept}
    made = [(id, version) for id, version, _, _ in log]
    assert len(set(made)) == len(made)
    for id, version, seen, name in log:
        if seen is not None:
            assert seen == (id, version - 1)
        state = by_version.get((id, version))
        if state is None:
            assert by_version[seen]["operation"] == "delete"
        else:
            assert state["edited_by"] == name


def test_a_former_key_is_never_two_rows_at_the_same_time() -> None:
    actors: dict[str, Callable[[Connection], str]] = {"browser": Browser("ana", 5, []), "twin load": Load(6)}
    play(actors, 40)
    overlaps = rows_of(
        "WITH s AS (SELECT id, green_id, valid FROM history.green_area "
        "UNION ALL SELECT id, green_id, tstzrange(edited_at, NULL) FROM layer.green_area) "
        "SELECT a.id, b.id AS other FROM s AS a JOIN s AS b ON a.green_id = b.green_id AND a.id < b.id "
        "AND a.valid && b.valid"
    )
    assert overlaps == []


def test_a_first_load_that_waits_for_an_edit_does_not_sweep_it_away() -> None:
    place = {"type": "Polygon", "coordinates": [[[114, 39.01], [114.001, 39.01], [114, 39.011], [114, 39.01]]]}
    with ExitStack() as stack:
        browser, loader = (stack.enter_context(opened(name)) for name in ("browser", "twin load"))

        def load() -> None:
            with loader.transaction():
                arrive(loader, GREEN, said("a", "b"))

        waiting = threading.Thread(target=load)
        with browser.transaction():
            save(browser, GREEN, [Change("insert", fields={"green_id": "z", "kind": "park"}, geometry=place)])
            waiting.start()
            while not rows_of("SELECT FROM pg_locks WHERE NOT granted"):
                waiting.join(0.01)
        waiting.join()
    assert [row["green_id"] for row in rows_of("SELECT green_id FROM layer.green_area ORDER BY 1")] == ["a", "b", "z"]
