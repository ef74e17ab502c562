"""Rows of layers as arrays, and what a batch of zones needs to know of the city."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg import Cursor, sql
from psycopg.rows import tuple_row

from layers.schema import Kind, Layer
from twin.batch import Features, FloatArray
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query

NO_DAY, FIRST_DAY = np.iinfo(np.int64).min, datetime.date(1970, 1, 1).toordinal()
"""How numpy numbers a missing day, and how Python numbers the day from which numpy counts."""

PART_ROWS = 25_000

Statement = sql.SQL | sql.Composed

NOW = "layer"
"""The schema of layers as they are; ``as_of.PAST`` holds them as they stood at a moment."""


def analyze(connection: Connection, layer: str) -> None:
    """Let the planner see a layer's rows."""
    connection.execute(query("analyze_table", table=layer_table(layer)))


def row_counts(connection: Connection, layers: Iterable[str]) -> dict[str, int]:
    """Rows of each layer."""
    counts = {}
    for layer in layers:
        row = connection.execute(query("layer_size", table=layer_table(layer))).fetchone()
        counts[layer] = int(row["rows"]) if row else 0
    return counts


def layer_versions(connection: Connection) -> dict[str, str]:
    """The version of each layer's content; it changes with every statement that changes a row."""
    return {row["layer"]: row["version"] for row in connection.execute(query("layer_versions"))}


def filled_layers(connection: Connection, layers: Iterable[str], schema: str = NOW) -> dict[str, int]:
    """1 of each layer that has rows, else 0; counting millions would take longer than an edit may."""
    names = list(layers)
    parts = [query("layer_filled", layer=sql.Literal(name), table=layer_table(name, schema)) for name in names]
    rows = connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall() if parts else []
    return {row["layer"]: int(row["filled"]) for row in rows}


def zone_count(connection: Connection) -> int:
    """How many zones there are."""
    return row_counts(connection, ["zone"])["zone"]


def zones_in_order(
    connection: Connection, codes: Sequence[str] | None = None, schema: str = NOW
) -> list[tuple[int, str]]:
    """Id and code of every zone, or of those named, neighbours beside each other."""
    wanted = {"all": codes is None, "codes": list(codes or ())}
    return [(row["id"], row["code"]) for row in connection.execute(query("zone_order", zones=_zones(schema)), wanted)]


def zones_of(connection: Connection, layer: Layer, ids: Sequence[int], schema: str = NOW) -> Features:
    """The zones of a batch, by code."""
    statement = query("zones_by_id", columns=_columns(layer), zones=_zones(schema))
    return _features(connection, layer, statement, {"ids": list(ids)})


def features_near(
    connection: Connection, layers: Sequence[tuple[Layer, float]], zones: Sequence[int], schema: str = NOW
) -> dict[str, Features]:
    """By id of each layer, its rows whose box comes within so many metres of the box of any of the zones, by key.

    So that nothing hangs on the order of rows in files: of equal ones the first in an array is always the same. While
    the rows of one layer are made to arrays, the server looks for those of the next: by a pipeline, since a thread
    would wait longer for its turn than the few rows of an edit take.
    """

    def ask(layer: Layer, metres: float) -> Cursor[tuple[Any, ...]]:
        statement = query("features_near", zones=_zones(schema), **_parts(layer, schema))
        return _tuples(connection).execute(statement, {"ids": list(zones), "reach": metres})

    found = {}
    with connection.pipeline():
        coming = [ask(*each) for each in layers[:1]]
        for number, (layer, _) in enumerate(layers):
            coming += [ask(*following) for following in layers[number + 1 : number + 2]]
            found[layer.id] = _arrays(layer, coming.pop(0).fetchall())
    return found


def sample_places(connection: Connection, layer: Layer, count: int) -> FloatArray:
    """Places (n, 2) of at most ``count`` points of a layer in the city's CRS, spread over its rows."""
    statement = query("sample_places", table=layer_table(layer.id))
    rows = connection.execute(statement, {"count": count}).fetchall()
    return np.array([(row["x"], row["y"]) for row in rows], dtype=np.float64).reshape(-1, 2)


def places_near(connection: Connection, layer: Layer, around: FloatArray, metres: float) -> FloatArray:
    """Centres (n, 2) of a layer's rows within a distance of any of some places."""
    statement = query("places_near", table=layer_table(layer.id))
    values = {"x": around[:, 0].tolist(), "y": around[:, 1].tolist(), "metres": metres}
    rows = connection.execute(statement, values).fetchall()
    return np.array([(row["x"], row["y"]) for row in rows], dtype=np.float64).reshape(-1, 2)


def all_features(connection: Connection, layer: Layer, schema: str = NOW) -> Features:
    """Every row of a layer, by key."""
    parts = _in_parts(connection, layer, query("all_features", **_parts(layer, schema)))
    return Features.joined([*parts, _arrays(layer, [])])


def features_in_parts(connection: Connection, layer: Layer, schema: str = NOW) -> Iterator[Features]:
    """Every row of a layer, as they come, so many at once that memory does not grow with the layer.

    To sort millions of them would take longer than to read them.
    """
    statement = query("unsorted_features", columns=_columns(layer), table=layer_table(layer.id, schema))
    return _in_parts(connection, layer, statement)


def _in_parts(connection: Connection, layer: Layer, statement: Statement) -> Iterator[Features]:
    with connection.transaction(), connection.cursor(layer.id, row_factory=tuple_row, binary=True) as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(PART_ROWS):
            yield _arrays(layer, rows, share=True)


def layer_rows(connection: Connection, layer: Layer) -> list[Row]:
    """A layer's rows as they are now: its columns, the name of their source, ``geom`` as WKB."""
    geometry = sql.SQL("ST_AsBinary(f.geom)" if layer.has_geometry else "NULL::bytea")
    return connection.execute(query("layer_rows", table=layer_table(layer.id), geometry=geometry)).fetchall()


def dwellings_known(connection: Connection, schema: str = NOW) -> bool:
    """Whether any building of the city has a count of dwellings."""
    row = connection.execute(query("dwellings_known", table=layer_table("building", schema))).fetchone()
    return bool(row and row["known"])


def _parts(layer: Layer, schema: str) -> dict[str, sql.Composable]:
    return {"columns": _columns(layer), "table": layer_table(layer.id, schema), "key": sql.Identifier(layer.key)}


def _zones(schema: str) -> sql.Identifier:
    return layer_table("zone", schema)


def _columns(layer: Layer) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier("f", name) for name in layer.fields)


def _features(connection: Connection, layer: Layer, statement: Statement, values: Mapping[str, Any]) -> Features:
    return _arrays(layer, _tuples(connection).execute(statement, values).fetchall())


def _tuples(connection: Connection) -> Cursor[tuple[Any, ...]]:
    """For rows of ``id``, the layer's fields, ``attributes``, ``observed_on`` and ``geom`` (WKB), in order.

    An edit waits for them: they come as the server holds them, and as tuples, in a third of the time.
    """
    return connection.cursor(row_factory=tuple_row, binary=True)


def _arrays(layer: Layer, rows: Sequence[tuple[Any, ...]], *, share: bool = False) -> Features:
    """Rows as arrays; ``share``: equal words of a column are one object, which is worth it where rows are kept."""
    kinds = {name: each.kind for name, each in layer.fields.items()} | {
        "attributes": Kind.TEXT,
        "observed_on": Kind.DATE,
    }
    words = [name for name, each in layer.fields.items() if each.kind is Kind.TEXT] if share else []
    ids, *found, shapes = zip(*rows, strict=True) if rows else [()] * (len(kinds) + 2)
    columns = dict(zip(kinds, map(_array, found, kinds.values()), strict=True))
    for name in words:
        known: dict[Any, Any] = {}
        columns[name] = _objects([known.setdefault(each, each) for each in columns[name]])
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = shapely.from_wkb(np.array(shapes, dtype=object)) if rows else []
    return Features(np.array(ids, dtype=np.int64), geometry, columns)


def _array(values: Sequence[Any], kind: Kind) -> NDArray[Any]:
    if kind in (Kind.INTEGER, Kind.NUMBER):
        return np.array(values, dtype=np.float64)
    return _dates(values) if kind is Kind.DATE else _objects(values)


def _dates(values: Sequence[datetime.date | None]) -> NDArray[np.datetime64]:
    # One by one numpy reads a date five times slower than its number.
    days = (NO_DAY if each is None else each.toordinal() - FIRST_DAY for each in values)
    return np.fromiter(days, dtype=np.int64, count=len(values)).view("datetime64[D]")


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
