"""A real PostGIS for the tests: one private cluster a session, emptied for each test that asks for a store."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from layers.schema import Layer
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.migrate import migrate
from twin.database.tables import make_tables
from twin.discover import discover
from twin.settings import settings

# A slow machine is no fault of the code, and a clone must pass or fail the same each time.
hypothesis.settings.register_profile("twin", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
hypothesis.settings.load_profile("twin")

# Who was started in the background by a shell does not hear Ctrl-C, nor does what it starts; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parent.parent
REALDATA = (PROJECT.parent / "shared" / "realdata").resolve()
SRID = 4547
"""The CRS of the cities that tests make up."""
COPY = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
"""By the other strategy a crash breaks unlogged sequences of the copy (PostgreSQL 15.18); tests crash the server."""
TEST_SQL = Path(__file__).parent / "sql"


@pytest.fixture(scope="session")
def private_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A private cluster of its own for the session, removed at its end."""
    cluster = Cluster(tmp_path_factory.mktemp("twin_home"))
    cluster.up()
    with server_of(cluster) as server:
        # Tests kill the server, but no machine: what it wrote is in the system's cache.
        server.execute("ALTER SYSTEM SET fsync = off")
        server.execute("SELECT pg_reload_conf()")
    yield cluster
    cluster.delete()


@pytest.fixture
def fresh_settings() -> Iterator[Callable[..., None]]:
    """Set environment variables for the test; the settings are read again."""
    with pytest.MonkeyPatch.context() as patch:

        def change(**variables: str) -> None:
            for name, value in variables.items():
                patch.setenv(name, value)
            settings.cache_clear()

        for name in [n for n in os.environ if n.startswith("TWIN_") and not n.startswith("TWIN_TEST")]:
            patch.delenv(name)
        settings.cache_clear()
        yield change
    settings.cache_clear()


@pytest.fixture
def home(private_cluster: Cluster, fresh_settings: Callable[..., None]) -> Cluster:
    """The private cluster, up and set as the program's; what its store holds is for others to say."""
    fresh_settings(TWIN_HOME=str(private_cluster.home))
    private_cluster.up()
    return private_cluster


@pytest.fixture
def store(home: Cluster) -> Cluster:
    """An empty store in the private cluster, migrated."""
    empty_store()
    return home


@pytest.fixture(params=["private", "dsn"])
def any_store(
    request: pytest.FixtureRequest, private_cluster: Cluster, fresh_settings: Callable[..., None]
) -> Iterator[str]:
    """An empty store, once in the private cluster and once by ``TWIN_DSN`` as a user who is no superuser."""
    if request.param == "private":
        fresh_settings(TWIN_HOME=str(private_cluster.home))
        empty_store()
        yield "private"
        return
    dsn = _foreign_database(private_cluster)
    fresh_settings(TWIN_HOME=str(private_cluster.home / "unused"), TWIN_DSN=dsn)
    with connect() as connection:
        migrate(connection)
    yield "dsn"
    with psycopg.connect(private_cluster.dsn(), autocommit=True) as owner:
        owner.execute((TEST_SQL / "drop_foreign.sql").read_text())


def _foreign_database(cluster: Cluster) -> str:
    with psycopg.connect(cluster.dsn(), autocommit=True) as owner:
        for statement in (TEST_SQL / "create_foreign.sql").read_text().split(";\n"):
            owner.execute(statement)
    foreign = psycopg.conninfo.make_conninfo(cluster.dsn(), dbname="elsewhere")
    with psycopg.connect(foreign, autocommit=True) as owner:
        owner.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    user = {"user": "city_office", "password": "only-in-tests"}
    return psycopg.conninfo.make_conninfo(foreign, **user)


def server_of(cluster: Cluster) -> psycopg.Connection:
    """The server of a cluster, beside the store's own database."""
    return psycopg.connect(cluster.dsn(), dbname="postgres", autocommit=True)


def empty_store() -> None:
    """Put an empty store in the place of what the private cluster keeps."""

    def migrated() -> None:
        with connect() as connection:
            connection.execute("DROP SCHEMA IF EXISTS layer, history, staging, twin CASCADE")
            migrate(connection)

    store_of("empty", migrated)


def store_with_tables() -> None:
    """Put a store in the place of what the private cluster keeps that has the tables of every layer, and no row."""

    def made() -> None:
        empty_store()
        with connect() as connection:
            make_tables(connection, discover("layers", Layer), SRID)

    store_of("tables", made)


def store_of(name: str, make: Callable[[], object]) -> None:
    """Put a store in the place of what the private cluster keeps: made once, copied from then on."""
    kept = sql.Identifier(f"twin_{name}")
    with server_of(Cluster(settings().home)) as server:
        is_kept = server.execute("SELECT FROM pg_database WHERE datname = %s", [f"twin_{name}"]).rowcount == 1
        if not is_kept:
            make()
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'twin'")
            server.execute(COPY.format(kept, sql.Identifier("twin")))
            return
        server.execute("DROP DATABASE IF EXISTS twin WITH (FORCE)")
        server.execute(COPY.format(sql.Identifier("twin"), kept))


def realdata(name: str) -> Path:
    """A folder of real open data beside the project; the test is skipped where it is absent."""
    folder = REALDATA / name
    if not folder.exists():
        pytest.skip(f"real data {name} is not beside the project")
    return folder
