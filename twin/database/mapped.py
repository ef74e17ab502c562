"""What a map in another program is made of: layers that have a table, and where the city lies in its own CRS."""

from __future__ import annotations

from collections.abc import Mapping

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.published import ZONES
from twin.database.queries import query
from twin.errors import StoreNotReady


def mapped_layers(connection: Connection, layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Those of the layers that have a table."""
    present = {row["layer"] for row in connection.execute(query("published_layers"))}
    return {name: layer for name, layer in layers.items() if name in present}


def city_extent(connection: Connection) -> tuple[float, float, float, float]:
    """West, south, east and north of all zones in metres of the city's CRS; its area of use where there are none.

    Raises:
        StoreNotReady: nothing is loaded.
    """
    row = connection.execute(query("mapped_extent_of_zones", zones=ZONES)).fetchone()
    if row is None:
        raise StoreNotReady("there is no city yet; `twin load FOLDER` brings one")
    return row["west"], row["south"], row["east"], row["north"]
