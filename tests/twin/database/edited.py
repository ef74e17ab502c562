"""A city of two layers for tests of edits: doors of people, and a load without a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import dict_row

from layers.green_area import green_area
from layers.schema import Layer
from layers.sewer_node import sewer_node
from layers.sewer_pipe import sewer_pipe
from twin.database.connect import Connection, connect, dsn_of_store
from twin.database.edits import Change, Saved, save
from twin.database.sources import StoredCity, begin_load, end_load, fix_city, register_source
from twin.database.staging import Arrival, Merged, Staging
from twin.database.tables import make_tables

GREEN, PIPE, NODE = green_area, sewer_pipe, sewer_node
LAYERS = {layer.id: layer for layer in (GREEN, PIPE, NODE)}
SRID = 4547
EAST, NORTH = 500_000.0, 4_320_000.0
"""Where the city lies: near 114° E, 39° N."""

EXTENT = [EAST - 5000, NORTH - 5000, EAST + 5000, NORTH + 5000]
Rows = Mapping[str, Mapping[str, Any]]
"""What a file says: by key, the fields and ``geom``."""


def make_city() -> None:
    """The city and its tables, all empty."""
    with connect() as connection:
        fix_city(connection, StoredCity("Testtown", SRID, None, "xiongan_2035", EXTENT))
        make_tables(connection, LAYERS, SRID)


def is_made() -> bool:
    """Whether the store holds this city, with its tables."""
    wanted = ["twin.city", *(f"layer.{name}" for name in LAYERS)]
    (found,) = rows_of("SELECT count(to_regclass(name)) AS n FROM unnest(%s::text[]) AS name", wanted)
    return found["n"] == len(wanted) and bool(rows_of("SELECT FROM twin.city WHERE name = 'Testtown'"))


def park(x: float = 0, y: float = 0, side: float = 100) -> shapely.MultiPolygon:
    """A square park."""
    return shapely.MultiPolygon([shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)])


@contextmanager
def door(
    user: str = "ana", role: str = "twin_editor", program: str = "twin serve", commit: bool = True
) -> Iterator[Connection]:
    """A transaction as the server opens it for a signed-in user."""
    with (
        psycopg.connect(dsn_of_store(), row_factory=dict_row, application_name=program) as connection,
        connection.transaction(force_rollback=not commit),
    ):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        connection.execute("SELECT set_config('twin.user', %s, true)", [user])
        yield connection


def saved(layer: Layer, *changes: Change, user: str = "ana", role: str = "twin_editor") -> list[Saved]:
    """Save in the browser."""
    with door(user, role) as connection:
        return save(connection, layer, changes)


@dataclass(frozen=True)
class Chunk:
    """Rows of a file, cleaned."""

    rows: NDArray[np.int64]
    fields: pd.DataFrame
    attributes: Sequence[dict[str, Any] | None]
    geometry: NDArray[np.object_]
    wkb: None = None


def chunk(layer: Layer, said: Rows) -> Chunk:
    """What a file says as cleaned rows."""
    geometry = np.empty(len(said), dtype=object)
    geometry[:] = [row["geom"] for row in said.values()]
    columns = {
        name: pd.Series([key if name == layer.key else row.get(name) for key, row in said.items()], dtype=object)
        for name in layer.fields
    }
    return Chunk(np.arange(len(said)), pd.DataFrame(columns), [None] * len(said), geometry)


def loaded(layer: Layer, said: Rows, name: str = "file.gpkg") -> tuple[int, Merged]:
    """Load what a file says, in one transaction: the load's id and what became of the rows."""
    with connect(program="twin load") as connection:
        return arrive(connection, layer, said, name)


def arrive(connection: Connection, layer: Layer, said: Rows, name: str = "file.gpkg") -> tuple[int, Merged]:
    """Within a transaction: the load's id and what became of the rows."""
    described = dict.fromkeys(("sublayer", "publisher", "licence", "attribution"), "")
    source = register_source(
        connection, {**described, "layer": layer.id, "name": name, "path": name, "observed_on": None}
    )
    load = begin_load(connection, source, str(sorted(said)), 0, "")
    staging = Staging(
        connection, layer, SRID, Arrival(source, load, "loader"), sent=tuple(layer.fields), with_keys=True
    )
    staging.fill([chunk(layer, said)])
    assert staging.settle() == []
    foreign = staging.take_foreign()
    merged = staging.merge([])
    done = merged.new + merged.changed
    counts = {"read": len(said), "loaded": done, "unchanged": merged.unchanged, "rejected": len(foreign)}
    end_load(connection, load, {**counts, "closed": merged.closed}, 0.0, [])
    connection.execute("RESET ROLE")
    return load, merged


def said(*keys: str, **different: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a file says of parks: all alike, beside each other, but for what is given by key."""
    rows = {key: {"kind": "park", "name": f"Park {key}", "geom": park(200 * (ord(key) - 97))} for key in keys}
    return {key: {**row, **different.get(key, {})} for key, row in rows.items()}


def without(rows: Rows, key: str) -> dict[str, Mapping[str, Any]]:
    """The file without a row."""
    return {name: row for name, row in rows.items() if name != key}


def rows_of(statement: str, *values: object) -> list[dict[str, Any]]:
    """What the owner reads."""
    with connect() as connection:
        return connection.execute(statement, values).fetchall()


def renamed(change: Change, **fields: Any) -> Change:
    """A change with other fields."""
    return replace(change, fields=fields)
