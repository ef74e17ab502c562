"""``twin qgis``: a project for QGIS, with layers, forms and styles from the declarations."""

from __future__ import annotations

from pathlib import Path

import click

from layers.schema import Layer
from twin.commands.output import say
from twin.commands.store import bring_up
from twin.database.connect import connect
from twin.database.mapped import city_extent, mapped_layers
from twin.database.published import Run, read_run
from twin.database.services import YOUR_NAME, section_elsewhere, section_here
from twin.database.sources import city_of
from twin.discover import discover
from twin.errors import UsageError
from twin.qgis.contents import project_of
from twin.qgis.project import Project
from twin.qgis.reference import Reference
from twin.qgis.source import SERVICE
from twin.settings import settings

ENDING = ".qgz"


@click.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File, ending in .qgz.")
@click.option("--for", "reader", type=click.Choice(["editors", "viewers"]), default="editors", show_default=True,
              help="Viewers get layers that cannot be changed, and no history.")  # fmt: skip
def qgis(out: Path, reader: str) -> None:
    """Write a project for QGIS: all layers to edit by the same rules, zones by goal and by cause to read.

    No password stands in it, and no name: it asks for the service 'twin', which each person keeps in a file of their
    own. How is printed.
    """
    if out.suffix != ENDING:
        raise UsageError(f"{out} does not end in {ENDING}, by which QGIS knows its projects")
    bring_up()
    project = _project(reader == "editors")
    project.write(out)
    groups = ", ".join(f"{len(layers)} × {title.lower()}" for title, layers in project.groups.items())
    say(f"{out}: {groups}. No password is in it.")
    click.echo(_how_to_connect())


def _project(for_editors: bool) -> Project:
    with connect(program="twin qgis") as connection:
        city = city_of(connection)
        layers = mapped_layers(connection, discover("layers", Layer))
        reference = Reference(city.srid, city_extent(connection))
        goals = _goals(read_run(connection))
    return project_of(city.name, layers, goals, reference, for_editors=for_editors)


def _goals(run: Run | None) -> dict[str, str]:
    return {} if run is None else {goal.index: str(run.goals[goal.index]["title"]) for goal in run.computed}


def _how_to_connect() -> str:
    elsewhere = section_elsewhere(SERVICE)
    here = "This machine" if settings().is_private else "The server of TWIN_DSN"
    told = [f"# {here}: put this into ~/.pg_service.conf, or into a file that PGSERVICEFILE names."]
    told.append(f"{section_here(SERVICE)}\n")
    if settings().is_private and elsewhere:
        told += ["# Other machines: this one instead. On Windows the file is %APPDATA%\\postgresql\\.pg_service.conf"]
        told.append(f"{elsewhere}\n")
    elif settings().is_private:
        told.append("# Other machines: start the store with TWIN_LISTEN=0.0.0.0:5433, and call this again.\n")
    told += [
        f"# Write your name instead of {YOUR_NAME}; QGIS and psql ask for the password. Try: psql service={SERVICE}"
    ]
    return "\n".join(told)


commands = (qgis,)
