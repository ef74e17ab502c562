"""``twin backup | restore``: the whole twin in one file."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.store import bring_up
from twin.database.backup import backup as write_backup
from twin.database.backup import restore as read_backup
from twin.database.connect import connect
from twin.database.sources import stored_city


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write layers, history, sources, rejects, runs and rasters into FILE."""
    bring_up()
    click.echo(f"{write_backup(file):,} bytes in {file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """Make the store what it was when FILE was written; what it holds now is replaced."""
    bring_up()
    with connect(program="twin restore") as connection:
        city = stored_city(connection)
    if city and not yes:
        click.confirm(f"The store holds {city.name}. Replace all of it?", abort=True)
    read_backup(file)
    bring_up()
    click.echo(f"restored from {file}")


commands = (backup, restore)
