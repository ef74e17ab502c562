from __future__ import annotations

import threading

import psycopg
import pytest

from layers.schema import Layer
from twin.database import migrate as migrate_module
from twin.database.cluster import Cluster
from twin.database.connect import connect, web_pool
from twin.database.migrate import migrate
from twin.database.tables import make_tables
from twin.discover import discover
from twin.errors import MigrationError, StoreMismatch

LAYERS = discover("layers", Layer)


def test_a_second_migration_does_nothing(any_store: str) -> None:  # noqa: ARG001
    with connect() as connection:
        assert migrate(connection) == []


def test_two_programs_can_migrate_at_once(store: Cluster) -> None:  # noqa: ARG001
    with connect() as connection:
        connection.execute("DROP SCHEMA layer, history, staging, twin CASCADE")
    runs: list[list[str]] = []

    def run() -> None:
        with connect() as connection:
            runs.append(migrate(connection))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, runs)) == [False, False, True]


def test_a_changed_applied_file_is_refused(store: Cluster) -> None:  # noqa: ARG001
    with connect() as connection:
        connection.execute("UPDATE twin.schema_migration SET sha256 = 'other' WHERE name = '0001_store.sql'")
        with pytest.raises(MigrationError, match=r"0001_store.sql was changed"):
            migrate(connection)


def test_a_repeatable_file_runs_again_when_its_text_changed(store: Cluster) -> None:  # noqa: ARG001
    with connect() as connection:
        connection.execute("UPDATE twin.schema_migration SET sha256 = 'other' WHERE name = '20_change.sql'")
        assert migrate(connection) == ["20_change.sql"]


def test_an_old_postgis_is_refused(store: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr("twin.database.connect.MINIMUM_POSTGIS", (99, 0))
    assert migrate_module.check_server is not None
    with connect() as connection, pytest.raises(StoreMismatch, match="too old"):
        migrate(connection)


def test_the_web_may_read_and_never_write(store: Cluster) -> None:  # noqa: ARG001
    with connect() as connection:
        make_tables(connection, LAYERS, 4547)
    pool = web_pool(1)
    pool.open(wait=True)
    try:
        with pool.connection() as connection:
            assert connection.execute("SELECT count(*) AS n FROM layer.building").fetchone() == {"n": 0}
        for statement in (
            "DELETE FROM layer.building",
            "UPDATE twin.city SET name = 'x'",
            "TRUNCATE layer.building",
            "CREATE TABLE layer.mine ()",
            "SELECT * FROM history.building",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), pool.connection() as connection:
                connection.execute(statement)
    finally:
        pool.close()


def test_the_web_role_cannot_become_another(store: Cluster) -> None:
    with psycopg.connect(store.dsn("twin_web")) as connection:
        for role in ("twin", "twin_loader", "twin_editor", "twin_admin"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(psycopg.sql.SQL("SET ROLE {}").format(psycopg.sql.Identifier(role)))
