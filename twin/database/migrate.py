"""Migrations: numbered files once, in order; repeatable files whenever their text changed. One advisory lock."""

from __future__ import annotations

import hashlib
from importlib.resources.abc import Traversable

import psycopg
from psycopg import sql

from twin.database.connect import Connection, check_server
from twin.database.queries import SQL, literal, query
from twin.errors import MigrationError, StoreMismatch


def migrate(connection: Connection) -> list[str]:
    """Bring the store up to this program's schema; the names of the files that were run, none when up to date.

    Raises:
        MigrationError: a numbered file differs from what was applied; restore it and add a new one instead.
        StoreMismatch: the server's PostGIS is missing or too old, or the user may not create schemas.
    """
    try:
        with connection.transaction():
            connection.execute(query("lock_migrations"))
            connection.execute(query("create_postgis"))
            check_server(connection)
            connection.execute(query("create_migration_table"))
            applied = _applied(connection)
            done = [name for file in _files("migrations") if (name := _once(connection, file, applied))]
            done += [name for file in _files("repeatable") if (name := _when_changed(connection, file, applied))]
    except psycopg.errors.InsufficientPrivilege as error:
        reason = str(error.diag.message_primary)
        raise StoreMismatch(
            f"the database user may not set up the twin ({reason}); grant CREATE on the database, and CREATEROLE"
        ) from error
    return done


def _files(folder: str) -> list[Traversable]:
    return sorted((f for f in (SQL / folder).iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)


def _applied(connection: Connection) -> dict[str, str]:
    return {row["name"]: row["sha256"] for row in connection.execute(query("applied_migrations"))}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _once(connection: Connection, file: Traversable, applied: dict[str, str]) -> str:
    text = file.read_text(encoding="utf-8")
    known = applied.get(file.name)
    if known == _digest(text):
        return ""
    if known:
        raise MigrationError(f"{file.name} was changed after it ran here; restore it and add a new file instead")
    return _run(connection, file.name, text)


def _when_changed(connection: Connection, file: Traversable, applied: dict[str, str]) -> str:
    text = file.read_text(encoding="utf-8")
    return "" if applied.get(file.name) == _digest(text) else _run(connection, file.name, text)


def _run(connection: Connection, name: str, text: str) -> str:
    connection.execute(sql.SQL(literal(text)))
    connection.execute(query("record_migration"), {"name": name, "sha256": _digest(text)})
    return name
