"""Edits of a layer's rows by people: read with a version, saved against it, all of them or none.

The rules are the triggers of ``twin.database.rules``; who edits and as which role is the caller's business.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg import sql

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.drawn import drawn_geometry
from twin.database.plain import as_json
from twin.database.queries import layer_table, query
from twin.database.refusals import REFUSALS, refusal
from twin.database.typed import typed_value
from twin.errors import EditRefused, EditStale

DEADLOCK_ATTEMPTS = 3
"""A save that waits crosswise with another program's statement is begun again, so often in all."""

Operation = Literal["insert", "update", "delete"]


@dataclass(frozen=True)
class EditRow:
    """A row as a form shows it: ``fields`` and ``attributes`` as JSON has them, ``geometry`` as GeoJSON in degrees.

    ``source`` and ``publisher`` are None where no file brought the row.
    """

    id: int
    key: str
    version: int
    fields: Mapping[str, Any]
    attributes: Mapping[str, Any]
    geometry: Mapping[str, Any] | None
    edited_by: str
    edited_at: datetime.datetime
    source: str | None
    publisher: str | None


@dataclass(frozen=True)
class Change:
    """What somebody changed of a row.

    ``id`` and ``version`` are those of the row as it was read (None for an insert); ``fields`` holds the changed ones
    alone; ``geometry`` is GeoJSON in degrees with nine decimals, None where it was not touched.
    """

    operation: Operation
    id: int | None = None
    version: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    geometry: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Saved:
    """What became of the change at ``index``: the row's id, key and new version; that it went is a version too.

    ``remarks`` are sentences of the store, such as that an end of a pipe was moved onto its node.
    """

    index: int
    operation: Operation
    id: int
    key: str
    version: int
    remarks: tuple[str, ...] = ()


def act_as(connection: Connection, user: str) -> None:
    """Write history in the name of ``user`` until the transaction ends; the rights stay those of the connection."""
    connection.execute(query("take_name"), {"name": user})


def read_row(connection: Connection, layer: Layer, id: int) -> EditRow | None:
    """The row of that id as it stands, None where there is none."""
    return _read(connection, layer, "id", id)


def find_row(connection: Connection, layer: Layer, key: str) -> EditRow | None:
    """The row of that key as it stands, None where there is none."""
    return _read(connection, layer, layer.key, key)


def _read(connection: Connection, layer: Layer, by: str, wanted: object) -> EditRow | None:
    geometry = query("place_in_degrees" if layer.has_geometry else "no_place")
    statement = query("edit_row", table=layer_table(layer.id), geometry=geometry, by=sql.Identifier("f", by))
    row = connection.execute(statement, {"wanted": wanted}).fetchone()
    return None if row is None else _edit_row(layer, row)


def _edit_row(layer: Layer, row: Row) -> EditRow:
    fields = {name: as_json(row[name]) for name in layer.fields}
    attributes = as_json(row["attributes"] or {})
    known = (row["edited_by"], row["edited_at"], row["source"], row["publisher"])
    return EditRow(row["id"], row[layer.key], row["version"], fields, attributes, row["place"], *known)


def save(connection: Connection, layer: Layer, changes: Sequence[Change]) -> list[Saved]:
    """Save changes of a layer's rows, all or none; what becomes of each, in their order.

    Raises:
        EditRefused: a change breaks a rule; it names the change, the field or the place, and what to do.
        EditStale: a row is not as it was read.
    """
    for attempt in range(1, DEADLOCK_ATTEMPTS + 1):
        try:
            with connection.transaction():
                return _saved(connection, layer, changes)
        except psycopg.errors.DeadlockDetected:
            if attempt == DEADLOCK_ATTEMPTS:
                raise
    raise AssertionError


def _saved(connection: Connection, layer: Layer, changes: Sequence[Change]) -> list[Saved]:
    ids = sorted({each.id for each in changes if each.id is not None})
    statement = query("lock_rows", table=layer_table(layer.id))
    versions = {row["id"]: row["version"] for row in connection.execute(statement, {"ids": ids})}
    for index, change in enumerate(changes):
        if change.operation != "insert" and (change.id is None or versions.get(change.id) != change.version):
            raise EditStale(read_row(connection, layer, change.id or 0), change, index)
    return [_one(connection, layer, change, index) for index, change in enumerate(changes)]


def _one(connection: Connection, layer: Layer, change: Change, index: int) -> Saved:
    try:
        values = {name: typed_value(layer, name, value) for name, value in change.fields.items()}
        if change.geometry is not None:
            values |= drawn_geometry(connection, layer, change.id, change.geometry)
    except EditRefused as error:
        raise EditRefused(error.message, error.hint, error.field, error.place, index) from error
    try:
        with connection.transaction(), _heard(connection) as remarks:
            row = _written(connection, layer, change, values)
    except REFUSALS as error:
        raise refusal(connection, layer, error, values.get(layer.key), index) from error
    if row is None:
        raise EditStale(read_row(connection, layer, change.id or 0), change, index)
    return Saved(index, change.operation, row["id"], row["key"], row["version"], tuple(remarks))


def _written(connection: Connection, layer: Layer, change: Change, values: Mapping[str, Any]) -> Row | None:
    table, key = layer_table(layer.id), sql.Identifier(layer.key)
    places = {name: sql.Placeholder(name) for name in values}
    if change.operation == "insert":
        columns = sql.SQL(", ").join(map(sql.Identifier, values))
        statement = query(
            "edit_insert", table=table, columns=columns, values=sql.SQL(", ").join(places.values()), key=key
        )
    elif change.operation == "update" and not values:
        statement = query("edit_nothing", table=table, key=key)
    elif change.operation == "delete":
        statement = query("edit_delete", table=table, key=key)
    else:
        pairs = [sql.SQL("{} = {}").format(sql.Identifier(name), place) for name, place in places.items()]
        assignments = sql.SQL(", ").join(pairs)
        statement = query("edit_update", table=table, assignments=assignments, key=key)
    return connection.execute(statement, {**values, "row_id": change.id}).fetchone()


@contextmanager
def _heard(connection: Connection) -> Iterator[list[str]]:
    """What the triggers say meanwhile."""
    said: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "NOTICE" and diagnostic.message_primary:
            said.append(diagnostic.message_primary)

    connection.add_notice_handler(hear)
    try:
        yield said
    finally:
        connection.remove_notice_handler(hear)
