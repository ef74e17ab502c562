"""Parquet; GeoParquet where rows have places."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from twin.exporters.exporter import Exporter, Table


def write_parquet(table: Table, path: Path) -> None:
    """Write the rows, with their places in the city's CRS; ``attribution`` stands in the file's metadata."""
    (table.rows if table.places is None else table.places).to_parquet(path, index=False)
    if table.attributions:
        whole = pq.read_table(path)
        said = {**(whole.schema.metadata or {}), b"attribution": "; ".join(table.attributions).encode()}
        pq.write_table(whole.replace_schema_metadata(said), path)


parquet = Exporter("parquet", "GeoParquet", (".parquet", ".geoparquet"), write_parquet)
