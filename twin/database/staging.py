"""A source's rows on their way into a layer: copied beside it, compared by key, merged in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types import TypeInfo
from psycopg.types.json import Jsonb

from layers.schema import Kind, Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query

COPY_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "int4",
    Kind.NUMBER: "float8",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "date",
}


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
    """What a merge did, in rows."""

    new: int
    changed: int
    unchanged: int
    closed: int


class Staging:
    """The waiting rows of one source, within the transaction of its load."""

    def __init__(self, connection: Connection, layer: Layer, srid: int) -> None:
        """Make the waiting room; it is gone at the end of the transaction."""
        self._connection = connection
        self._layer = layer
        self._srid = srid
        geometry = ("geom",) if layer.has_geometry else ()
        self._names = (*layer.fields, "attributes", *geometry)
        self._columns = sql.SQL(", ").join(map(sql.Identifier, self._names))
        self._table = layer_table(layer.id)
        self._key = sql.Identifier(layer.key)
        register_geometry(connection)
        connection.execute(query("become_loader"))
        connection.execute(query("commit_lazily"))
        connection.execute(query("create_incoming", columns=self._columns, table=self._table))

    def copy(
        self,
        rows: NDArray[np.int64],
        fields: pd.DataFrame,
        attributes: Sequence[dict[str, Any] | None],
        geometry: NDArray[np.object_],
    ) -> None:
        """Send rows to the waiting room: numbers in the file, fields, the rest, geometries in the city's CRS."""
        types = ["int8", *(COPY_TYPES[f.kind] for f in self._layer.fields.values()), "jsonb"]
        columns: list[Iterable[Any]] = [rows.tolist()]
        columns += [_plain(fields[name], each.kind) for name, each in self._layer.fields.items()]
        columns.append([Jsonb(each) if each else None for each in attributes])
        if self._layer.has_geometry:
            types.append("geometry")
            columns.append(shapely.to_wkb(shapely.set_srid(geometry, self._srid), include_srid=True).tolist())
        statement = query("copy_incoming", columns=self._columns)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in zip(*columns, strict=True):
                copy.write_row(row)

    def make_keys(self, prefix: str) -> None:
        """Give rows a key made from their content."""
        content = sql.SQL(", ").join(sql.Identifier(n) for n in self._names if n != self._layer.key)
        self._connection.execute(query("make_keys", key=self._key, content=content), {"prefix": prefix})

    def settle(self) -> None:
        """All rows wait: let the planner see them."""
        self._connection.execute(query("analyze_incoming"))

    def take_doubles(self) -> list[Row]:
        """Take out the rows whose key stands in an earlier row; ``source_row, key, first, original, geom``."""
        return self._take("take_doubles")

    def take_foreign(self, source: int) -> list[Row]:
        """Take out the rows whose key another source or an edit owns; ``source_row, key, owner, original, geom``."""
        return self._take("take_foreign", table=self._table, source=source)

    def _take(self, name: str, source: int | None = None, **identifiers: sql.Composable) -> list[Row]:
        geometry = sql.SQL("ST_AsBinary(i.geom)" if self._layer.has_geometry else "NULL::bytea")
        statement = query(name, key=self._key, geometry=geometry, **identifiers)
        return self._connection.execute(statement, {"source": source} if source is not None else None).fetchall()

    def merge(self, source: int, load: int, by: str, quarantined: Sequence[str]) -> Merged:
        """Bring the layer up to the waiting rows; former states go into history."""
        values = {"source": source, "load": load, "by": by, "quarantined": list(quarantined)}
        row = self._execute("is_empty", values, table=self._table).fetchone()
        if row and row["empty"]:
            new = self._execute("insert_all", values, table=self._table, columns=self._columns).rowcount
            return Merged(new, 0, 0, 0)
        return self._merge_with_rows(values)

    def _merge_with_rows(self, values: dict[str, Any]) -> Merged:
        table, key, history = self._table, self._key, layer_table(self._layer.id, "history")
        waiting = self._execute("count_incoming", values).fetchone()
        sides = {
            side: sql.SQL(", ").join(sql.Identifier(alias, name) for name in self._names)
            for side, alias in (("stored", "l"), ("waiting", "i"))
        }
        self._execute("find_changed", values, table=table, key=key, **sides)
        closed = self._execute("find_vanished", values, table=table, key=key).rowcount
        self._execute("keep_former", values, history=history, table=table)
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("i", name)) for name in self._names
        )
        changed = self._execute("update_changed", values, table=table, key=key, assignments=assignments).rowcount
        if closed:
            self._execute("close_vanished", values, table=table)
        new = self._execute("insert_new", values, table=table, key=key, columns=self._columns).rowcount
        count = int(waiting["count"]) if waiting else 0
        return Merged(new, changed, count - new - changed, closed)

    def _execute(self, name: str, values: dict[str, Any], **identifiers: sql.Composable) -> psycopg.Cursor[Row]:
        return self._connection.execute(query(name, **identifiers), values)


def _plain(column: pd.Series[Any], kind: Kind) -> list[Any]:
    values = column.astype(object).where(column.notna(), None).tolist()
    return [None if v is None else int(v) for v in values] if kind is Kind.INTEGER else values


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
    return {str(name): _scalar(value) for name, value in original.items()}


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | dict | list):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return None if pd.isna(value) else str(value)
