"""What is drawn as evidence of a zone: shapes in degrees as GeoJSON geometries, read for one click."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import shapely

from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query


def zone_shape(connection: Connection, zone: str) -> Any:
    """The shape of a zone in the city's metric CRS, a shapely geometry; None where there is no such zone."""
    row = connection.execute(query("evidence_zone"), {"zone": zone}).fetchone()
    return shapely.from_wkb(bytes(row["geom"])) if row else None


def shapes_of(connection: Connection, layer: str, ids: Collection[int]) -> dict[int, Any]:
    """By id, the geometry of rows of a layer."""
    statement = query("evidence_shapes", table=layer_table(layer))
    return {row["id"]: row["shape"] for row in connection.execute(statement, {"ids": list(ids)})}


def lanes_in_zone(connection: Connection, zone: str, under_m: float, paths: Collection[str]) -> list[Any]:
    """Geometries of streets narrower than ``under_m``, or of classes ``paths`` and of unknown width."""
    wanted = {"zone": zone, "under": under_m, "paths": list(paths)}
    return [row["shape"] for row in connection.execute(query("evidence_lanes"), wanted)]


def broadband_nodes(connection: Connection, zone: str, ids: Collection[int], near_m: float) -> list[Row]:
    """Nodes in service: those named, and those within ``near_m`` of the zone."""
    wanted = {"zone": zone, "ids": list(ids), "near": near_m}
    return connection.execute(query("evidence_broadband"), wanted).fetchall()


def greens_near(connection: Connection, zone: str, near_m: float) -> list[Row]:
    """Green areas within ``near_m`` of the zone, with their access, None where nobody recorded it."""
    return connection.execute(query("evidence_greens"), {"zone": zone, "near": near_m}).fetchall()


def stops_near(connection: Connection, zone: str, near_m: float) -> list[Row]:
    """Stops within ``near_m`` of the zone, with their headway in minutes."""
    return connection.execute(query("evidence_stops"), {"zone": zone, "near": near_m}).fetchall()
