"""GeoPackage, for QGIS and its kin."""

from __future__ import annotations

from pathlib import Path

import pyogrio

from twin.exporters.exporter import Exporter, Table


def write_gpkg(table: Table, path: Path) -> None:
    """Write one table, in the city's CRS; attributions become the layer's description."""
    rows = table.rows if table.places is None else table.places
    about = {"DESCRIPTION": "; ".join(table.attributions)} if table.attributions else None
    pyogrio.write_dataframe(rows, path, layer=table.name, driver="GPKG", layer_metadata=about)


gpkg = Exporter("gpkg", "GeoPackage", (".gpkg",), write_gpkg)
