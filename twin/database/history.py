"""What became of rows: every edit and load with who, when, with what program, and what changed, field by field."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import shapely
from psycopg import sql
from shapely.geometry.base import BaseGeometry

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.plain import as_json
from twin.database.queries import layer_table, query
from twin.spatial.reshaped import reshaped

LOADED = "twin load"
"""The program of states that a load made."""


@dataclass(frozen=True)
class Edit:
    """One change of one row, which made ``version`` of it; that a row went is a version too.

    ``operation`` is insert, update, delete, or vanish where a file no longer has the row. ``program`` is empty where
    nobody noted it; ``load`` is None where a person did it. ``before`` and ``after`` hold the fields that differ, as
    JSON has them; ``shape`` says what became of the geometry. ``source`` is the file that the row comes from.
    """

    layer: str
    id: int
    key: str
    version: int
    operation: str
    at: datetime.datetime
    by: str
    program: str
    load: int | None
    source: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    shape: str

    @property
    def words(self) -> str:
        """What changed, in one line."""
        if self.operation != "update":
            return {"insert": "added", "delete": "deleted", "vanish": "vanished from its file"}[self.operation]
        fields = [f"{name}: {_said(self.before[name])} → {_said(self.after[name])}" for name in self.after]
        return "; ".join([*fields, *([f"geometry: {self.shape}"] if self.shape else [])]) or "nothing"


def _said(value: Any) -> str:
    return "–" if value is None else str(value)


def history_of(connection: Connection, layer: Layer, key: str) -> list[Edit]:
    """Every edit of the rows that ever had a key, the oldest first; none where no row had it."""
    return _edits(layer, connection.execute(_query("states_of_key", layer), {"key": key}).fetchall())


def changes_of(
    connection: Connection,
    layers: Mapping[str, Layer],
    since: datetime.datetime,
    user: str | None = None,
    until: datetime.datetime | None = None,
) -> list[Edit]:
    """What people (or one of them) changed by hand since a moment, the oldest first; loads are left out.

    Args:
        connection: of a role that may read history, such as ``twin_editor``.
        layers: those to look at, by id; their tables must be there.
        since: a moment with its time zone, such as the beginning of the day.
        user: as history names them.
        until: a moment before which the changes were made; default: up to now.
    """
    found: list[Edit] = []
    for layer in layers.values():
        rows = connection.execute(_query("states_since", layer), {"since": since}).fetchall()
        found += [
            each
            for each in _edits(layer, rows)
            if each.load is None
            and each.at >= since
            and (until is None or each.at < until)
            and (user is None or each.by == user)
        ]
    return sorted(found, key=lambda each: (each.at, each.layer, each.id, each.version))


def _query(name: str, layer: Layer) -> sql.SQL | sql.Composed:
    table, history = layer_table(layer.id), layer_table(layer.id, "history")
    columns = sql.SQL(", ").join(sql.Identifier("f", each) for each in (*layer.fields, "attributes"))
    geom = sql.SQL("ST_AsBinary(f.geom)" if layer.has_geometry else "NULL::bytea")
    own = sql.Identifier("f", layer.key)
    states = query("states", table=table, history=history, columns=columns, geom=geom, key=own)
    return query(name, table=table, history=history, key=sql.Identifier(layer.key), states=states)


def _edits(layer: Layer, states: Sequence[Row]) -> list[Edit]:
    found: list[Edit] = []
    for _, rows in groupby(states, key=lambda row: row["id"]):
        found += _of_row(layer, list(rows))
    return sorted(found, key=lambda each: (each.at, each.id, each.version))


def _of_row(layer: Layer, states: list[Row]) -> Iterator[Edit]:
    for before, state in pairwise([None, *states]):
        assert state is not None
        came_back = before is not None and before["ended"] != "update"
        load = state["load_id"] if state["program"] is None else None
        program = LOADED if state["program"] is None else state["program"]
        made = (state["edited_at"], state["edited_by"], program, load)
        former = None if came_back else before
        yield _edit(layer, "insert" if former is None else "update", state["version"], made, former, state)
        if state["ended"] in ("delete", "vanish"):
            closed = (state["until"], state["closed_by"], state["closed_with"] or "", state["closed_load"])
            yield _edit(layer, state["ended"], state["version"] + 1, closed, state, None)


def _edit(
    layer: Layer,
    operation: str,
    version: int,
    made: tuple[datetime.datetime, str, str, int | None],
    before: Row | None,
    after: Row | None,
) -> Edit:
    row = after or before
    assert row is not None
    old, new = _values(layer, before), _values(layer, after)
    differing = [name for name in old if old[name] != new[name]]
    return Edit(
        layer.id,
        row["id"],
        row["key"],
        version,
        operation,
        *made,
        row["source"],
        {name: old[name] for name in differing},
        {name: new[name] for name in differing},
        reshaped(_shape(before), _shape(after)),
    )


def _values(layer: Layer, row: Row | None) -> dict[str, Any]:
    return {name: None if row is None else as_json(row[name]) for name in (*layer.fields, "attributes")}


def _shape(row: Row | None) -> BaseGeometry | None:
    return None if row is None or row["geom"] is None else shapely.from_wkb(bytes(row["geom"]))
