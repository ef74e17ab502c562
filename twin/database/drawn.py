"""A geometry drawn on the map, as its layer's column holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import psycopg
import shapely
from shapely.geometry.base import BaseGeometry

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query
from twin.errors import EditRefused
from twin.spatial.unmoved import with_stored_vertices

UNMOVED_M = 0.001
"""A vertex that comes back this near to a stored one was not moved."""

NEIGHBOURS = 200
"""So many rows beside a drawn one lend it their vertices at most."""

MULTI: dict[str, Any] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


def drawn_geometry(
    connection: Connection, layer: Layer, id: int | None, geometry: Mapping[str, Any]
) -> dict[str, bytes]:
    """The column ``geom`` of a row: in the city's CRS, unmoved vertices as they are stored; empty where none moved.

    Args:
        connection: in a transaction.
        layer: whose geometry it is.
        id: of the row, None for a new one. Its own vertices go before those of rows beside it.
        geometry: GeoJSON in degrees. Single parts become multi where the layer has multi.

    Raises:
        EditRefused: no GeoJSON, of another type than the layer's, or not on earth.
    """
    shape = _of_type(layer, _read(geometry))
    row = _in_city(connection, layer, id, shape)
    own = [] if row["own"] is None else [row["own"]]
    drawn: BaseGeometry = shapely.from_wkb(bytes(row["geom"]))
    stored: list[BaseGeometry] = [shapely.from_wkb(bytes(each)) for each in (*own, *row["beside"])]
    kept = with_stored_vertices(drawn, stored, UNMOVED_M)
    if own and kept.equals_exact(stored[0]):
        return {}
    return {"geom": shapely.to_wkb(shapely.set_srid(kept, row["srid"]), include_srid=True)}


def _read(geometry: Mapping[str, Any]) -> BaseGeometry:
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise EditRefused(f"The geometry cannot be read: {error}", "Draw it again.", "geom") from error
    places = np.abs(shapely.get_coordinates(shape))
    if not (np.isfinite(places).all() and (places <= (180.0, 90.0)).all()):
        raise EditRefused("The geometry is not on earth", "Write longitude, then latitude, in degrees.", "geom")
    return shape


def _of_type(layer: Layer, shape: BaseGeometry) -> BaseGeometry:
    accepted = layer.geometry.accepted
    rules = {rule.check: rule for rule in layer.rules() if rule.field == "geom"}
    if not rules:
        raise EditRefused(f"{layer.title} have no place on the map", "Leave the geometry out.", "geom")
    single = shape.geom_type not in accepted and f"Multi{shape.geom_type}" in accepted
    if shape.is_empty or not (single or shape.geom_type in accepted):
        broken = rules["geometry_missing" if shape.is_empty else "geometry_type"]
        raise EditRefused(broken.message.replace("{value}", shape.geom_type), broken.hint, "geom")
    return MULTI[shape.geom_type]([shape]) if single else shape


def _in_city(connection: Connection, layer: Layer, id: int | None, shape: BaseGeometry) -> Row:
    values = {"wkb": shapely.to_wkb(shape), "id": id, "within": UNMOVED_M, "most": NEIGHBOURS}
    try:
        with connection.transaction():
            row = connection.execute(query("drawn_place", table=layer_table(layer.id)), values).fetchone()
    except psycopg.errors.InternalError_ as error:
        # The city's projection does not reach there.
        rule = next(rule for rule in layer.rules() if rule.check == "geometry_extent")
        longitude, latitude = shapely.get_coordinates(shape)[0]
        where = f"longitude {longitude:g}, latitude {latitude:g}"
        raise EditRefused(
            rule.message.replace("{value}", where), rule.hint, "geom", (float(longitude), float(latitude))
        ) from error
    assert row is not None
    return row
