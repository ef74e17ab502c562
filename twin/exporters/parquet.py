"""Parquet; GeoParquet where rows have places."""

from __future__ import annotations

from pathlib import Path

from twin.exporters.exporter import Exporter, Table


def write_parquet(table: Table, path: Path) -> None:
    """Write the rows, with their places in the city's CRS."""
    (table.rows if table.places is None else table.places).to_parquet(path, index=False)


parquet = Exporter("parquet", "GeoParquet", (".parquet", ".geoparquet"), write_parquet)
