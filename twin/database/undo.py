"""Undoing as a new edit, by the same rules: one edit, one load, what one user did by hand in a day.

A row goes back to the state before the first of the edits that are undone. Where others stand on these it stays, and
is listed. In whose right it happens is asked of the connection: its role must include ``twin_steward`` to undo loads
and what others did.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query
from twin.database.refusals import REFUSALS, refusal
from twin.errors import EditRefused, UsageError


@dataclass(frozen=True)
class Back:
    """A row that went back: ``operation`` is update, insert (it is there again) or delete (it was not there)."""

    layer: str
    id: int
    key: str
    operation: str
    edits: int


@dataclass(frozen=True)
class Stays:
    """A row that stays as it is: why, and what to do."""

    layer: str
    id: int
    key: str
    why: str
    hint: str


@dataclass(frozen=True)
class Undone:
    """What became of the rows that were asked for."""

    back: tuple[Back, ...]
    stay: tuple[Stays, ...]


def undo_edit(connection: Connection, layer: Layer, id: int, version: int) -> Undone:
    """Undo the edit that made ``version`` of a row; that it went is a version too."""
    return _undo(connection, layer, "edit", {"id": id, "version": version})


def undo_load(connection: Connection, layers: Mapping[str, Layer], load: int) -> Undone:
    """Undo all that a load added, changed and closed.

    Raises:
        UsageError: there is no such load, or it brought a raster.
    """
    row = connection.execute(query("layer_of_load"), {"load": load}).fetchone()
    if row is None or row["layer"] not in layers:
        what = f"brought the raster {row['layer']}, which has no rows" if row else "is not there"
        raise UsageError(f"load {load} {what}; `twin history LAYER KEY` names the loads of a row")
    return _undo(connection, layers[row["layer"]], "load", {"load": load})


def undo_day(connection: Connection, layers: Mapping[str, Layer], user: str, day: datetime.date) -> Undone:
    """Undo what a user did by hand in a day, in all layers, the last ones made first."""
    bounds = connection.execute(query("day_bounds"), {"day": day}).fetchone()
    assert bounds is not None
    found = [_undo(connection, layer, "day", {"user": user, **bounds}) for layer in layers.values()]
    return Undone(
        tuple(each for undone in found for each in undone.back), tuple(each for undone in found for each in undone.stay)
    )


def _undo(connection: Connection, layer: Layer, kind: str, values: Mapping[str, object]) -> Undone:
    parts = _parts(layer)
    rows = query(f"rows_of_{kind}", table=parts["table"], history=parts["history"])
    with connection.transaction():
        connection.execute(query("lock_undone", table=parts["table"], rows=rows), values)
        statement = query("find_undone", rows=rows, which=query(f"which_{kind}"), **parts)
        found = connection.execute(statement, values).fetchall()
        who = connection.execute(query("who_undoes")).fetchone()
        assert who is not None
        stay = [(row, _why_not(row, who)) for row in found]
        free = [row for row, why in stay if why is None]
        kept = [Stays(layer.id, row["id"], row["key"], *why) for row, why in stay if why is not None]
        back, refused = _bring_back(connection, layer, free)
    return Undone(tuple(back), tuple(kept + refused))


def _why_not(row: Row, who: Row) -> tuple[str, str] | None:
    if not who["steward"] and row["loaded"]:
        return "a load did it", "Ask a steward: only they undo loads."
    others = sorted(set(row["authors"]) - {who["editor"]})
    if not who["steward"] and others:
        return f"{', '.join(others)} did it", "Ask a steward: only they undo what others did."
    if row["later"]:
        said = ", ".join(f"version {each['version']} by {each['by']}" for each in row["later"])
        return f"later edits stand on it: {said}", "Undo these first, or edit the row."
    return None


def _bring_back(connection: Connection, layer: Layer, rows: Sequence[Row]) -> tuple[list[Back], list[Stays]]:
    """All rows at once; one by one where a rule stands against it, to find which."""
    if not rows:
        return [], []
    try:
        with connection.transaction():
            return _write_back(connection, layer, rows), []
    except REFUSALS as error:
        if len(rows) == 1:
            refused = refusal(connection, layer, error, rows[0]["key"], 0)
            return [], [_stays(layer, rows[0], refused)]
    halves = (rows[: len(rows) // 2], rows[len(rows) // 2 :])
    found = [_bring_back(connection, layer, half) for half in halves]
    return [each for back, _ in found for each in back], [each for _, stay in found for each in stay]


def _stays(layer: Layer, row: Row, refused: EditRefused) -> Stays:
    return Stays(layer.id, row["id"], row["key"], f"its former state is refused today: {refused.message}", refused.hint)


def _write_back(connection: Connection, layer: Layer, rows: Sequence[Row]) -> list[Back]:
    parts = _parts(layer)
    values = {"ids": [row["id"] for row in rows], "firsts": [row["first"] for row in rows]}
    connection.execute(query("create_back", history=parts["history"]), values)
    done: dict[int, str] = {}
    for name, operation in (("go_back", "update"), ("go_away", "delete"), ("come_back", "insert")):
        for row in connection.execute(query(name, **parts)):
            done[row["id"]] = operation
    connection.execute(query("drop_back"))
    return [Back(layer.id, row["id"], row["key"], done[row["id"]], row["edits"]) for row in rows if row["id"] in done]


def _parts(layer: Layer) -> dict[str, sql.Composable]:
    names = (*layer.fields, "attributes", *(("geom",) if layer.has_geometry else ()))
    pairs = (sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("h", name)) for name in names)
    return {
        "table": layer_table(layer.id),
        "history": layer_table(layer.id, "history"),
        "key": sql.Identifier(layer.key),
        "columns": sql.SQL(", ").join(map(sql.Identifier, names)),
        "states": sql.SQL(", ").join(sql.Identifier("h", name) for name in names),
        "assignments": sql.SQL(", ").join(pairs),
    }
