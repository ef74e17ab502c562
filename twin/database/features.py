"""Rows of layers as arrays, and what a batch of zones needs to know of the city."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    """1 of each layer that has rows, else 0, as counting millions would take longer than an edit may; and how many
    rasters there are of each layer that has any.
    """
    parts = [query("layer_filled", layer=sql.Literal(name), table=layer_table(name, schema)) for name in layers]
    rows = connection.execute(sql.SQL(" UNION ALL ").join([*parts, query("raster_counts")]))
    return {row["layer"]: int(row["rows"]) for row in rows}


def zone_count(connection: Connection) -> int:
    """How many zones there are."""
    return row_counts(connection, ["zone"])["zone"]


def zones_in_order(
    connection: Connection, codes: Sequence[str] | None = None, schema: str = NOW
) -> list[tuple[int, str]]:
    """Id and code of every zone, or of those named, neighbours beside each other."""
    wanted = {"all": codes is None, "codes": list(codes or ())}
    return [(row["id"], row["code"]) for row in connection.execute(query("zone_order", zones=_zones(schema)), wanted)]


class Arriving(Mapping[str, Features]):
    """Rows of layers by id, each fetched when it is asked for first, and those that were asked before it.

    ``zones`` are there at once.
    """

    def __init__(self, zone: Layer, layers: Sequence[Layer], asked: Sequence[Cursor[tuple[Any, ...]]]) -> None:
        """``asked`` are cursors of the zones and of the layers, in order."""
        self._coming = deque(zip(layers, asked[1:], strict=True))
        self._names = tuple(layer.id for layer in layers)
        self._here: dict[str, Features] = {}
        self.zones = _arrays(zone, asked[0].fetchall())

    def __getitem__(self, name: str) -> Features:
        """The rows of a layer, by key."""
        while self._coming and name in self._names and name not in self._here:
            layer, cursor = self._coming.popleft()
            self._here[layer.id] = _arrays(layer, cursor.fetchall())
        return self._here[name]

    def __iter__(self) -> Iterator[str]:
        """Ids of the layers."""
        return iter(self._names)

    def __len__(self) -> int:
        """Count of the layers."""
        return len(self._names)


@contextmanager
def zones_with_near(
    connection: Connection, zone: Layer, ids: Sequence[int], layers: Sequence[tuple[Layer, float]], schema: str = NOW
) -> Iterator[Arriving]:
    """Zones by code; and of each layer its rows whose box comes within so many metres of any zone's, by key.

    So that nothing hangs on the order of rows in files: of equal ones the first in an array is always the same. The
    server looks for all of them while those that are there are made to arrays and computed with: by a pipeline, since
    a thread would wait longer for its turn than the few rows of an edit take. Their plans are the same whatever the
    zones, so that to plan anew for each would be time lost.
    """

    def near(layer: Layer, metres: float) -> Cursor[tuple[Any, ...]]:
        statement = query("features_near", zones=_zones(schema), **_parts(layer, schema))
        return _tuples(connection).execute(statement, {"ids": list(ids), "reach": metres})

    with connection.pipeline():
        connection.execute(query("plan_once"))
        statement = query("zones_by_id", columns=_columns(zone), zones=_zones(schema))
        asked = [_tuples(connection).execute(statement, {"ids": list(ids)}), *(near(*each) for each in layers)]
        connection.execute(query("plan_each"))
        yield Arriving(zone, [layer for layer, _ in layers], asked)


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
