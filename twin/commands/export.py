"""``twin export``: scores, flags, messiness and layers as files."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from twin.commands.output import MOMENT
from twin.database.connect import connect
from twin.exporters.exporter import export as write
from twin.runs.tables import table_of


@click.command()
@click.argument("what", metavar="scores|flags|messiness|LAYER")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File; its ending decides.")
@click.option("--run", type=int, help="Number of a finished run; default the last one.")
@click.option("--as-of", type=MOMENT, help="A layer as it stood then: 2026-11-20 or 2026-11-20T10:00.")
def export(what: str, out: Path, run: int | None, as_of: datetime.datetime | None) -> None:
    """Write scores, flags, messiness, or a layer, as .csv, .gpkg, .geojson, .parquet or .xlsx."""
    with connect(program="twin export") as connection:
        table = table_of(connection, what, run, as_of)
    write(table, out)
    click.echo(f"{len(table.rows):,} rows in {out}")


commands = (export,)
