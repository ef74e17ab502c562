"""Rows by where they lie: the one that is pointed at, those beside it that a drawing snaps to, outlines of some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query

MOST_BESIDE = 250
"""So many neighbours lend their vertices to a drawing at most."""


def layers_made(connection: Connection, layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Those of the layers that have a table."""
    made = {row["layer"] for row in connection.execute(query("published_layers"))}
    return {name: layer for name, layer in layers.items() if name in made}


def nearest_row(
    connection: Connection, layer: Layer, longitude: float, latitude: float, within_m: float
) -> tuple[int, float] | None:
    """Id and distance in metres of the row nearest to a place in degrees; of several that hold it the smallest."""
    rows = _near(connection, layer, "nearest_row", longitude, latitude, within_m)
    return (rows[0]["id"], float(rows[0]["metres"])) if rows else None


def rows_beside(
    connection: Connection, layer: Layer, longitude: float, latitude: float, within_m: float
) -> dict[int, Any]:
    """The rows nearest to a place, at most ``MOST_BESIDE``, by id as GeoJSON in degrees with nine decimals."""
    rows = _near(connection, layer, "rows_beside", longitude, latitude, within_m)
    return {row["id"]: row["place"] for row in rows}


def rows_placed(connection: Connection, layer: Layer, ids: Sequence[int]) -> dict[int, Any]:
    """Where rows lie, as GeoJSON in degrees; those that are gone, or have no place, are left out."""
    if not layer.has_geometry or not ids:
        return {}
    rows = connection.execute(query("rows_placed", table=layer_table(layer.id)), {"ids": list(ids)})
    return {row["id"]: row["place"] for row in rows if row["place"] is not None}


def _near(
    connection: Connection, layer: Layer, name: str, longitude: float, latitude: float, within_m: float
) -> list[Row]:
    values = {"longitude": longitude, "latitude": latitude, "within": within_m, "most": MOST_BESIDE}
    try:
        with connection.transaction():
            return connection.execute(query(name, table=layer_table(layer.id)), values).fetchall()
    except psycopg.errors.InternalError_:
        # The city's projection does not reach there, so none of its rows does.
        return []
