"""A source's rows on their way into a layer: copied beside it, compared by key, merged in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import shapely
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types import TypeInfo
from psycopg.types.json import Jsonb

from layers.schema import Layer
from twin.database.blocks import BEGIN, END, Chunk, ahead, block
from twin.database.conflicts import hold_back
from twin.database.connect import Connection, Row
from twin.database.plain import as_json
from twin.database.queries import layer_table, query
from twin.database.tables import SYSTEM_COLUMNS, drop_indexes, make_indexes


class _AsIs(Dumper):
    """WKB is already what PostGIS reads in binary."""

    format = Format.BINARY

    def dump(self, obj: bytes) -> Buffer:
        """The bytes themselves."""
        return obj


def register_geometry(connection: Connection) -> None:
    """Let bytes be sent as PostGIS geometries in binary COPY."""
    info = TypeInfo.fetch(connection, "geometry")
    assert info is not None
    info.register(connection)
    dumper = type("GeometryDumper", (_AsIs,), {"oid": info.oid})
    connection.adapters.register_dumper(bytes, dumper)


@dataclass(frozen=True)
class Merged:
    """What a merge did, in rows; ``conflicts`` of the unchanged were corrected by staff and differ in the file now."""

    new: int
    changed: int
    unchanged: int
    closed: int
    conflicts: int = 0


@dataclass(frozen=True)
class Arrival:
    """Whose rows arrive: ids of the source and of the load, and the name of who loads."""

    source: int
    load: int
    by: str


class Staging:
    """The rows of one source on their way into their layer, within the transaction of the load.

    They wait in a table of their own. Where the layer is empty they are written straight into it, without its indexes,
    which are made at the end.
    """

    def __init__(
        self, connection: Connection, layer: Layer, srid: int, arrival: Arrival, *, sent: Sequence[str], with_keys: bool
    ) -> None:
        """Make room for rows that bring the fields ``sent``; ``with_keys`` says that these tell rows apart."""
        self._connection = connection
        self._layer = layer
        self._srid = srid
        self._arrival = arrival
        self._sent = tuple(sent)
        self._names = (*layer.fields, "attributes", *(("geom",) if layer.has_geometry else ()))
        self._columns = sql.SQL(", ").join(map(sql.Identifier, self._names))
        self._table = layer_table(layer.id)
        self._key = sql.Identifier(layer.key)
        self._moment: datetime.datetime | None = None
        self._written = 0
        register_geometry(connection)
        self._straight = with_keys and self._is_ours()
        self._waiting = self._table if self._straight else sql.Identifier("incoming")
        self._execute("commit_lazily")
        if self._straight:
            drop_indexes(connection, layer)
            self._defaults("arrive", {k: sql.Literal(v) for k, v in vars(arrival).items()})
            if layer.has_geometry:
                self._execute("pause_marks", table=self._table)
            self._execute("become_loader")
        else:
            self._execute("become_loader")
            self._execute("create_incoming", columns=self._columns, table=self._table)

    def _is_ours(self) -> bool:
        """Whether the layer is empty, and stays so until we fill it: it is looked at again once it is locked."""
        if not self._is_empty():
            return False
        self._execute("hold_empty", table=self._table)
        return self._is_empty()

    def _is_empty(self) -> bool:
        history = layer_table(self._layer.id, "history")
        row = self._execute("is_empty", table=self._table, history=history).fetchone()
        return bool(row and row["empty"])

    def fill(self, chunks: Iterable[Chunk]) -> None:
        """Send rows, chunk by chunk: numbers in the file, fields, the rest, geometries in the city's CRS."""
        geometry = ("geom",) if self._layer.has_geometry else ()
        sent = sql.SQL(", ").join(map(sql.Identifier, ("source_row", *self._sent, "attributes", *geometry)))
        statement = query("copy_rows", waiting=self._waiting, columns=sent)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            blocks = (self._block(chunk) for chunk in chunks)
            copy.write(BEGIN)
            for ready in ahead(blocks):
                copy.write(ready)
            copy.write(END)

    def _block(self, chunk: Chunk) -> memoryview:
        self._written += len(chunk.rows)
        return block(chunk, self._layer, self._sent, self._srid)

    def settle(self) -> list[Row]:
        """All rows have come: take out those whose key stands in an earlier one.

        Returns:
            What was taken out: ``source_row, key, first, original, geom``.
        """
        if not self._straight:
            if self._lacks_keys():
                self._make_keys()
            self._execute("analyze_incoming")
            return self._take("take_doubles")
        self._execute("become_owner")
        self._defaults("arrived", {})
        if self._layer.has_geometry:
            self._execute("resume_marks", table=self._table)
        try:
            with self._connection.transaction():
                make_indexes(self._connection, self._layer)
            return []
        except psycopg.errors.UniqueViolation:
            # As the owner it would be an edit: history would say that somebody took the rows out by hand.
            self._execute("become_loader")
            doubles = self._take("take_doubles")
            self._execute("become_owner")
            self._written -= len(doubles)
            make_indexes(self._connection, self._layer)
            return doubles
        finally:
            if not self._connection.broken:
                self._execute("become_loader")

    def _defaults(self, name: str, values: dict[str, sql.Composable]) -> None:
        """While the empty layer is filled, what is the same in all rows stands in the columns' defaults."""
        self._execute(name, table=self._table, **values)

    def _lacks_keys(self) -> bool:
        row = self._execute("lacks_keys", key=self._key).fetchone()
        return bool(row and row["lacking"])

    def _make_keys(self) -> None:
        content = sql.SQL(", ").join(sql.Identifier(n) for n in self._names if n != self._layer.key)
        statement = query("make_keys", key=self._key, content=content)
        self._connection.execute(statement, {"prefix": f"{self._arrival.source}-"})

    def take_foreign(self) -> list[Row]:
        """Take out the rows whose key another source or an edit owns; ``source_row, key, owner, original, geom``."""
        if self._straight:
            return []
        # What is compared from here on must still be so when it is written.
        self._execute("hold_layer", table=self._table)
        return self._take("take_foreign", table=self._table)

    def _take(self, name: str, **identifiers: sql.Composable) -> list[Row]:
        geometry = sql.SQL("ST_AsBinary(i.geom)" if self._layer.has_geometry else "NULL::bytea")
        return self._execute(
            name, key=self._key, waiting=self._waiting, geometry=geometry, fields=self._fields(), **identifiers
        ).fetchall()

    def _fields(self) -> sql.Composable:
        pairs = [
            sql.SQL("{}, i.{}").format(sql.Literal(n), sql.Identifier(n)) for n in (*self._layer.fields, "attributes")
        ]
        return sql.SQL(", ").join(pairs)

    def merge(self, quarantined: Sequence[str]) -> Merged:
        """Bring the layer up to the waiting rows; former states go into history."""
        if self._straight:
            return Merged(self._written, 0, 0, 0)
        table, key = self._table, self._key
        waiting = self._execute("count_incoming").fetchone()
        now = self._execute("moment").fetchone()
        self._moment = now["moment"] if now else None
        by_hand = query("by_hand", layer=sql.Literal(self._layer.id))
        self._execute("find_changed", table=table, key=key, by_hand=by_hand, **self._sides())
        self._connection.execute(
            query("find_vanished", table=table, key=key, by_hand=by_hand),
            {"source": self._arrival.source, "quarantined": list(quarantined)},
        )
        conflicts = hold_back(self._connection, self._layer, self._arrival.source, self._arrival.load, quarantined)
        changed, closed = self._change()
        # Neighbours beside each other: who reads a zone then finds them in few pages.
        order = sql.SQL("i.geom" if self._layer.has_geometry else "i.source_row")
        new = self._execute("insert_new", table=table, key=key, columns=self._columns, order=order).rowcount
        unchanged = int(waiting["count"] if waiting else 0) - new - changed
        return Merged(new, changed, unchanged, closed, conflicts)

    def _sides(self) -> dict[str, sql.Composable]:
        return {
            side: sql.SQL(", ").join(sql.Identifier(alias, name) for name in self._names)
            for side, alias in (("stored", "l"), ("waiting", "i"))
        }

    def _change(self) -> tuple[int, int]:
        """Former states into history, new content into rows; how many changed and how many were closed."""
        history = layer_table(self._layer.id, "history")
        names = dict.fromkeys((*SYSTEM_COLUMNS, *self._names))
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        states = sql.SQL(", ").join(sql.Identifier("l", name) for name in names)
        self._execute("keep_former", history=history, table=self._table, columns=columns, states=states)
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("i", name)) for name in self._names
        )
        changed = self._execute("update_changed", table=self._table, key=self._key, assignments=assignments).rowcount
        return changed, self._execute("close_vanished", table=self._table).rowcount

    def _execute(self, name: str, **identifiers: sql.Composable) -> psycopg.Cursor[Row]:
        return self._connection.execute(query(name, **identifiers), {**vars(self._arrival), "moment": self._moment})


def quarantine(connection: Connection, source: int, load: int, layer: str, srid: int, rows: Iterable[Any]) -> None:
    """Keep rejected rows; each has ``row, key, field, rule, reason, hint, original, geometry``."""
    connection.execute(query("resolve_rejects"), {"source": source, "load": load})
    types = ["int4", "int4", "text", "int8", "text", "text", "text", "text", "text", "jsonb", "geometry"]
    with connection.cursor() as cursor, cursor.copy(query("copy_rejects")) as copy:
        copy.set_types(types)
        for each in rows:
            shape = each.geometry
            wkb = None if shape is None else shapely.to_wkb(shapely.set_srid(shape, srid), include_srid=True)
            said = (each.key, each.field, each.rule, each.reason, each.hint)
            copy.write_row((source, load, layer, each.row, *said, Jsonb(_json(each.original)), wkb))


def _json(original: Any) -> dict[str, Any]:
    return {str(name): as_json(value) for name, value in original.items()}
