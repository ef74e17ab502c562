"""The city that a store holds, its sources, their loads, and the rows in quarantine."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query
from twin.errors import StoreBusy, StoreMismatch, StoreNotReady


@dataclass(frozen=True)
class StoredCity:
    """The one city of a store; ``srid`` is its metric CRS."""

    name: str
    srid: int
    reference_date: datetime.date | None
    profile: str
    extent: list[float] | None


def stored_city(connection: Connection) -> StoredCity | None:
    """The city, None where nothing was loaded yet."""
    row = connection.execute(query("city")).fetchone()
    return StoredCity(**row) if row else None


def city_of(connection: Connection) -> StoredCity:
    """The city.

    Raises:
        StoreNotReady: nothing was loaded yet.
    """
    city = stored_city(connection)
    if city is None:
        raise StoreNotReady("the store is empty; bring files with `twin load DIR`, or see the sample with `twin demo`")
    return city


def fix_city(connection: Connection, wanted: StoredCity) -> None:
    """Make the store that city's, or see that it is.

    Raises:
        StoreMismatch: it holds another city or CRS; names both and the way out.
    """
    held = stored_city(connection)
    values = vars(wanted)
    if held is None:
        connection.execute(query("fix_city"), values)
        return
    if (held.name, held.srid) != (wanted.name, wanted.srid):
        raise StoreMismatch(
            f"this store holds {held.name} in EPSG:{held.srid}, the recipe is of {wanted.name} in EPSG:{wanted.srid}; "
            "one store holds one city: set another TWIN_HOME (or TWIN_DSN) for it"
        )
    connection.execute(query("renew_city"), values)


@contextmanager
def only_load(connection: Connection) -> Iterator[None]:
    """Hold the lock of loads while in the block; it ends with the connection at the latest.

    Raises:
        StoreBusy: another load is writing; names its process and start.
    """
    row = connection.execute(query("lock_loads")).fetchone()
    if not row or not row["free"]:
        other = connection.execute(query("who_loads")).fetchone()
        who = f" (process {other['pid']}, since {other['backend_start']:%H:%M:%S})" if other else ""
        raise StoreBusy(f"another load is writing{who}; wait for it, then load again")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute(query("unlock_loads"))


def register_source(connection: Connection, description: Mapping[str, Any]) -> int:
    """The id of a source, described as it is today."""
    row = connection.execute(query("register_source"), description).fetchone()
    assert row is not None
    return int(row["id"])


def last_load(connection: Connection, layer: str, name: str) -> Row | None:
    """The last load of a source, None where there was none."""
    return connection.execute(query("last_load"), {"layer": layer, "name": name}).fetchone()


def begin_load(connection: Connection, source: int, file_hash: str, file_bytes: int, recipe_hash: str) -> int:
    """The id of a new load."""
    values = {"source": source, "file_hash": file_hash, "file_bytes": file_bytes, "recipe_hash": recipe_hash}
    row = connection.execute(query("begin_load"), values).fetchone()
    assert row is not None
    return int(row["id"])


def end_load(
    connection: Connection, load: int, counts: Mapping[str, int], seconds: float, notes: Sequence[str]
) -> None:
    """Write down what became of a load's rows."""
    connection.execute(query("end_load"), {"load": load, "seconds": seconds, "notes": Jsonb(list(notes)), **counts})


def note_outside(connection: Connection, layer: str, name: str) -> int:
    """Count, and write into a source's last load, its rows that lie in no zone."""
    statement = query("note_outside", table=layer_table(layer))
    row = connection.execute(statement, {"layer": layer, "name": name}).fetchone()
    return int(row["rows_outside"]) if row else 0


def overlapping_zones(connection: Connection) -> list[Row]:
    """Pairs of zones that overlap by more than 1 m², largest first, with ``area_m2``."""
    return connection.execute(query("overlapping_zones")).fetchall()


def rejects(connection: Connection, layer: str | None = None) -> list[Row]:
    """Rows in quarantine, of one layer or of all; ``geom`` is WKB or None."""
    return connection.execute(query("rejects"), {"layer": layer}).fetchall()


def attributions(connection: Connection, layer: str | None = None) -> list[str]:
    """Sentences that must go with whatever is shown of a layer, or of the whole city."""
    return [row["attribution"] for row in connection.execute(query("attributions"), {"layer": layer})]


def sources_state(connection: Connection, layers: Iterable[str]) -> list[Row]:
    """Every source: description, last load, ``rows`` that it owns now, ``rejected`` rows in quarantine."""
    states = connection.execute(query("sources_state")).fetchall()
    owned: dict[int, int] = {}
    for layer in layers:
        for row in connection.execute(query("rows_by_source", table=layer_table(layer))):
            owned[row["source_id"]] = row["rows"]
    owned |= {row["source_id"]: row["rows"] for row in connection.execute(query("rasters_by_source"))}
    return [{**state, "rows": owned.get(state["id"], 0)} for state in states]
