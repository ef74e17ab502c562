"""Where a file and staff say different things of a row: staff's state is kept, and somebody decides, once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import shapely
from psycopg import sql

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query
from twin.database.refusals import REFUSALS, refusal
from twin.errors import UnknownName, UsageError
from twin.spatial.reshaped import reshaped


@dataclass(frozen=True)
class Conflict:
    """A row of which a file says otherwise than staff.

    ``file`` and ``staff`` hold the fields that differ; None where the row is not there for that side. ``shape`` says
    how staff's geometry differs from the file's. ``decided`` is empty while it is open.
    """

    id: int
    layer: str
    key: str
    source: str
    load: int
    since: datetime.datetime
    file: Mapping[str, Any] | None
    staff: Mapping[str, Any] | None
    shape: str
    staff_by: str
    staff_at: datetime.datetime | None
    decided: str
    decided_by: str
    decided_at: datetime.datetime | None


def conflicts(
    connection: Connection,
    layers: Mapping[str, Layer],
    *,
    layer: str | None = None,
    number: int | None = None,
    decided: bool = False,
) -> list[Conflict]:
    """Conflicts that nobody decided yet, the oldest first; with ``decided`` all that there ever were.

    Args:
        connection: of a role that may read history, such as ``twin_editor``.
        layers: by id.
        layer: only of this one.
        number: only the one of this number.
        decided: those, too, that were decided.
    """
    rows = connection.execute(query("conflicts"), {"all": decided, "number": number, "layer": layer}).fetchall()
    staff: dict[tuple[str, int], Row] = {}
    for name in {row["layer"] for row in rows}:
        staff |= _staff_of(connection, layers[name], [row["row_id"] for row in rows if row["layer"] == name])
    return [
        _conflict(row, _decided_on(row) if row["decided"] else staff.get((row["layer"], row["row_id"]))) for row in rows
    ]


def _decided_on(row: Row) -> Row | None:
    return None if row["says"] is None else row


def _staff_of(connection: Connection, layer: Layer, ids: Iterable[int]) -> dict[tuple[str, int], Row]:
    statement = query("staff_says", **_row_parts(layer))
    return {(layer.id, row["id"]): row for row in connection.execute(statement, {"ids": list(ids)})}


def _row_parts(layer: Layer) -> dict[str, sql.Composable]:
    pairs = (sql.SQL("{}, {}").format(sql.Literal(n), sql.Identifier("l", n)) for n in (*layer.fields, "attributes"))
    geom = sql.SQL("l.geom" if layer.has_geometry else "NULL::geometry")
    return {"table": layer_table(layer.id), "fields": sql.SQL(", ").join(pairs), "geom": geom}


def _conflict(row: Row, staff: Row | None) -> Conflict:
    file_says, staff_says = row["file_says"], None if staff is None else staff["says"]
    if file_says is not None and staff_says is not None:
        differing = [name for name in file_says if file_says[name] != staff_says.get(name)]
        file_says = {name: file_says[name] for name in differing}
        staff_says = {name: staff_says.get(name) for name in differing}
    places = (row["file_geom"], None if staff is None else staff["geom"])
    shapes = [None if each is None else shapely.from_wkb(bytes(each)) for each in places]
    return Conflict(
        row["id"],
        row["layer"],
        row["key"],
        row["source"],
        row["load_id"],
        row["since"],
        file_says,
        staff_says,
        reshaped(*shapes) if None not in shapes else "",
        staff["edited_by"] if staff else "",
        staff["edited_at"] if staff else None,
        row["decided"] or "",
        row["decided_by"] or "",
        row["decided_at"],
    )


def decide(connection: Connection, layers: Mapping[str, Layer], number: int, keep: Literal["file", "staff"]) -> None:
    """Decide a conflict for good: the row takes what the file says and follows it again, or stays staff's.

    Args:
        connection: in a transaction, of a role that includes ``twin_steward``.
        layers: by id.
        number: of an open conflict.
        keep: whose state.

    Raises:
        UnknownName: there is no such conflict.
        UsageError: it was decided before.
        EditRefused: what the file says breaks a rule today.
    """
    found = connection.execute(query("conflicts"), {"all": True, "number": number, "layer": None}).fetchone()
    if found is None:
        known = connection.execute(query("conflicts"), {"all": False, "number": None, "layer": None})
        raise UnknownName("conflict", str(number), [str(row["id"]) for row in known])
    with connection.transaction():
        if connection.execute(query("lock_conflict"), {"number": number}).fetchone() is None:
            raise UsageError(f"conflict {number} is decided: {found['decided_by']} kept what {found['decided']} says")
        remember = query("remember_staff", **_row_parts(layers[found["layer"]]))
        connection.execute(remember, {"number": number})
        version = _take_file(connection, layers[found["layer"]], found) if keep == "file" else None
        connection.execute(query("decide_conflict"), {"number": number, "keep": keep, "version": version})


def _take_file(connection: Connection, layer: Layer, conflict: Row) -> int | None:
    names = (*layer.fields, "attributes")
    columns = [sql.Identifier(name) for name in names]
    said: list[sql.Composable] = [sql.Identifier("f", name) for name in names]
    if layer.has_geometry:
        columns.append(sql.Identifier("geom"))
        said.append(sql.Identifier("c", "file_geom"))
    parts = {
        "table": layer_table(layer.id),
        "columns": sql.SQL(", ").join(columns),
        "said": sql.SQL(", ").join(said),
    }
    ways = ("follow_out",) if conflict["file_says"] is None else ("take_file", "take_file_anew")
    try:
        with connection.transaction():
            for name in ways:
                row = connection.execute(query(name, **parts), {"number": conflict["id"]}).fetchone()
                if row is not None:
                    return int(row["version"])
    except REFUSALS as error:
        raise refusal(connection, layer, error, conflict["key"], 0) from error
    return None


def hold_back(connection: Connection, layer: Layer, source: int, load: int, quarantined: Sequence[str]) -> int:
    """Keep a merge from rows that staff corrected, and note where the file says of them what it did not say before.

    Args:
        connection: in the transaction of a load, with the tables ``incoming``, ``changed`` and ``vanished``.
        layer: that is loaded.
        source: id of the source.
        load: id of the load.
        quarantined: keys of rows that are broken in the file: nothing is known of what it says of them.

    Returns:
        Open conflicts between the source and staff.
    """
    names = (*layer.fields, "attributes", *(("geom",) if layer.has_geometry else ()))
    pairs = (sql.SQL("{}, {}").format(sql.Literal(n), sql.Identifier("i", n)) for n in (*layer.fields, "attributes"))
    parts = {
        "table": layer_table(layer.id),
        "history": layer_table(layer.id, "history"),
        "key": sql.Identifier(layer.key),
        "by_hand": query("by_hand", layer=sql.Literal(layer.id)),
        "fields": sql.SQL(", ").join(pairs),
        "geom": sql.SQL("i.geom" if layer.has_geometry else "NULL::geometry"),
        "stored": sql.SQL(", ").join(sql.Identifier("l", name) for name in names),
        "waiting": sql.SQL(", ").join(sql.Identifier("i", name) for name in names),
    }
    values = {"source": source, "load": load, "layer": layer.id, "quarantined": list(quarantined)}
    for name in (
        "find_held",
        "hold_vanished",
        "release_changed",
        "release_vanished",
        "find_clashes",
        "drop_settled",
        "note_clashes",
    ):
        connection.execute(query(name, **parts), values)
    row = connection.execute(query("count_clashes")).fetchone()
    return int(row["count"]) if row else 0
