"""``twin up | down | status``: the store."""

from __future__ import annotations

from typing import Any

import click

from layers.schema import Layer
from twin.commands.output import json_option, print_json, print_rows, say
from twin.database import results
from twin.database.changes import fold_changes
from twin.database.connect import check_server, cluster, connect, ensure_up
from twin.database.dirty import note_reaches
from twin.database.features import row_counts
from twin.database.migrate import migrate
from twin.database.rasters import raster_counts
from twin.database.sources import stored_city
from twin.database.tables import make_tables
from twin.discover import discover
from twin.errors import StoreUnavailable, UsageError
from twin.runs.plan import reaches, value_reaches
from twin.settings import described, settings


def bring_up() -> None:
    """Start the store, and bring its schema and its layers' tables up to this program."""
    ensure_up(say)
    with connect(program="twin up") as connection:
        for name in migrate(connection):
            say(f"migrated: {name}")
        fold_changes(connection)
        city = stored_city(connection)
        if city:
            for layer in make_tables(connection, discover("layers", Layer), city.srid):
                say(f"table of layer {layer} follows its declaration")
            note_reaches(connection, reaches(), value_reaches())


@click.command()
def up() -> None:
    """Start the private PostGIS (or reach the one of TWIN_DSN) and bring its schema up to date."""
    bring_up()
    where = str(cluster().folder) if settings().is_private else "the server of TWIN_DSN"
    click.echo(f"up: {where}")


@click.command()
@click.option("--delete", is_flag=True, help="Remove the private cluster with all its rows.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def down(delete: bool, yes: bool) -> None:
    """Stop the private PostGIS."""
    if not settings().is_private:
        raise UsageError("the server of TWIN_DSN is not ours to stop")
    if delete:
        if not yes:
            click.confirm(f"Remove {cluster().folder} with all its rows, history included?", abort=True)
        if cluster().folder.exists():
            cluster().delete()
        click.echo("removed")
        return
    click.echo("stopped" if cluster().down() else "it was not running")


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Every setting and where it came from; the store, the city, its layers and the last run."""
    report = {"settings": [dict(zip(("name", "value", "from"), row, strict=True)) for row in described()]}
    report |= _store()
    if as_json:
        print_json(report)
        return
    print_rows(report["settings"], {"name": "setting", "value": "value", "from": "from"}, "")
    click.echo()
    for name, value in report.items():
        if name not in ("settings", "layers"):
            click.echo(f"{name:<10} {value}")
    if report.get("layers"):
        click.echo()
        print_rows(report["layers"], {"layer": "layer", "rows": "rows"}, "")


def _store() -> dict[str, Any]:
    if settings().is_private and not cluster().is_up():
        return {"store": f"private PostGIS in {cluster().folder}: {'down' if cluster().exists else 'not made yet'}"}
    try:
        with connect(program="twin status") as connection:
            version = check_server(connection)
            migrate(connection)
            city = stored_city(connection)
            where = f"private PostGIS in {cluster().folder}" if settings().is_private else "TWIN_DSN"
            report: dict[str, Any] = {"store": f"{where}: up, PostGIS {version}"}
            if city:
                report["city"] = f"{city.name}, EPSG:{city.srid}, profile {city.profile}"
                counts = row_counts(connection, discover("layers", Layer)) | raster_counts(connection)
                report["layers"] = [{"layer": name, "rows": rows} for name, rows in counts.items()]
            run = results.finished_run(connection)
            if run:
                report["run"] = f"{run['id']}: {run['profile_name']}, {run['zones']} zones, {run['finished_at']:%c}"
            return report
    except StoreUnavailable as error:
        return {"store": str(error)}


commands = (up, down, status)
