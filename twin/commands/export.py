"""``twin export``: scores, flags, messiness and layers as files."""

from __future__ import annotations

from pathlib import Path

import click

from twin.database.connect import connect
from twin.exporters.exporter import export as write
from twin.runs.tables import table_of


@click.command()
@click.argument("what", metavar="scores|flags|messiness|LAYER")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File; its ending decides.")
@click.option("--run", type=int, help="Number of a finished run; default the last one.")
def export(what: str, out: Path, run: int | None) -> None:
    """Write scores, flags, messiness, or a layer, as .csv, .gpkg, .geojson, .parquet or .xlsx."""
    with connect(program="twin export") as connection:
        table = table_of(connection, what, run)
    write(table, out)
    click.echo(f"{len(table.rows):,} rows in {out}")


commands = (export,)
