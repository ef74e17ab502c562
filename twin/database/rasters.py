"""The rasters of the store: which there are, where their files lie, and how a new one takes a former one's place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.batch import Grid
from twin.database.backup import rasters_folder
from twin.database.connect import Connection, Row
from twin.database.queries import query
from twin.errors import StoreMismatch


def raster_file(entry: Row) -> Path:
    """Where the cells of a catalogue row lie."""
    return rasters_folder() / str(entry["file"])


def rasters(connection: Connection) -> list[Row]:
    """What there is now: the catalogue's columns, ``path``, ``publisher``, ``observed_on``, ``geom`` as WKB."""
    return connection.execute(query("rasters")).fetchall()


def raster_counts(connection: Connection) -> dict[str, int]:
    """Rasters of each layer that has any."""
    return {row["layer"]: int(row["rows"]) for row in connection.execute(query("raster_counts"))}


def grids(connection: Connection, srid: int) -> dict[str, tuple[Grid, ...]]:
    """By layer: its rasters, ready to be asked about places in the city's CRS.

    Raises:
        StoreMismatch: a file of the catalogue is not where it was written.
    """
    found: dict[str, tuple[Grid, ...]] = {}
    for entry in rasters(connection):
        file = raster_file(entry)
        if not file.is_file():
            raise StoreMismatch(
                f"{file}: the cells of raster {entry['layer']} (from {entry['path']}) are not there; load the source "
                "again, or restore a backup"
            )
        observed = np.datetime64(entry["observed_on"] or "NaT", "D")
        grid = Grid(str(file), f"EPSG:{srid}", observed)
        found[entry["layer"]] = (*found.get(entry["layer"], ()), grid)
    return found


def raster_of_source(connection: Connection, layer: str, name: str) -> Row | None:
    """The raster that a source gave last, None where there is none."""
    return connection.execute(query("raster_of_source"), {"layer": layer, "name": name}).fetchone()


def overlapped(connection: Connection, entry: Mapping[str, Any]) -> str | None:
    """The source of another raster of the layer that shares more than a sliver with this extent.

    ``entry`` has ``layer, source, extent`` (WKB), ``srid`` and ``sliver_m2``.
    """
    row = connection.execute(query("rasters_over"), entry).fetchone()
    return str(row["name"]) if row else None


def enter_raster(connection: Connection, entry: Mapping[str, Any]) -> None:
    """Write a raster into the catalogue; the former one of its source becomes history. As role ``twin_loader``."""
    connection.execute(query("become_loader"))
    connection.execute(query("close_raster"), entry)
    connection.execute(query("enter_raster"), entry)
