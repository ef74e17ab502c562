"""``twin load | rejects``: files in, and what did not come in. ``twin sources`` stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from layers.schema import Declaration
from pipelines.load import load as run_load
from pipelines.outcome import Loaded
from pipelines.preflight import Planned
from pipelines.raster import PlannedRaster
from pipelines.recipe import read_recipe
from pipelines.sources_cli import commands as sources_commands
from twin.commands.output import errors, json_option, print_json, print_rows, say
from twin.commands.store import bring_up
from twin.database import sources
from twin.database.connect import connect
from twin.discover import discover
from twin.errors import UnknownName
from twin.exporters.exporter import Table, export


class Counter:
    """Rows read, shown on the terminal while a load runs."""

    def __init__(self) -> None:
        """No source has begun."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
        self.shown = Progress(*columns, console=errors, transient=True)
        self._task = self.shown.add_task("opening files", total=None)

    def source(self, planned: Planned | PlannedRaster) -> None:
        """Show which source begins."""
        total = planned.contents.count if planned.contents.count >= 0 else None
        self.shown.reset(self._task, description=f"{planned.layer.id} ← {planned.path.name}", total=total)

    def rows(self, count: int) -> None:
        """Show that so many more rows were read."""
        self.shown.advance(self._task, count)


def load_city(path: Path, only: str | None = None, dry_run: bool = False) -> Loaded:
    """Load a recipe with a counter on the terminal."""
    recipe = read_recipe(path)
    if not dry_run:
        bring_up()
    counter = Counter()
    with counter.shown:
        return run_load(recipe, only=only, dry_run=dry_run, progress=counter)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--only", metavar="LAYER", help="Load the sources of one layer.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.option("--strict", is_flag=True, help="Exit 1 when a row was rejected.")
@json_option
@click.pass_context
def load(ctx: click.Context, path: Path, only: str | None, dry_run: bool, strict: bool, as_json: bool) -> None:
    """Load the files of a city: a folder with a city.toml, or such a file."""
    loaded = load_city(path, only, dry_run)
    if as_json:
        print_json({"sources": [vars(each) for each in loaded.sources], "notes": loaded.notes})
    else:
        _report(loaded, dry_run)
    if strict and loaded.rejected:
        ctx.exit(1)


def _report(loaded: Loaded, dry_run: bool) -> None:
    names = ("layer", "source", "read", "loaded", "unchanged", "rejected", "closed", "outside", "seconds")
    headings = {name: name for name in names} | {"closed": "vanished", "outside": "in no zone"}
    print_rows([vars(each) for each in loaded.sources], headings, "The recipe has no source of that layer.")
    for each in loaded.sources:
        for rule, count in each.reasons.most_common():
            say(f"{each.layer} ← {each.source}: {count} rejected by {rule}")
        for note in each.notes:
            say(f"{each.layer} ← {each.source}: {note}")
    for note in loaded.notes:
        say(f"note: {note}")
    if all(each.skipped for each in loaded.sources):
        say("Files and recipe are those of the last load: nothing was read again.")
    if loaded.rejected and not dry_run:
        say("See what was rejected, and why, with `twin rejects`.")


@click.command()
@click.option("--layer", help="Of one layer only.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a file: .gpkg, .csv, .xlsx …")
@json_option
def rejects(layer: str | None, out: Path | None, as_json: bool) -> None:
    """Rows in quarantine: where they stand, what is wrong, what to do."""
    layers = discover("layers", Declaration)
    if layer is not None and layer not in layers:
        raise UnknownName("layer", layer, layers)
    with connect(program="twin rejects") as connection:
        rows = sources.rejects(connection, layer)
        srid = sources.city_of(connection).srid
    if out:
        export(_table(rows, srid), out)
        click.echo(f"{len(rows):,} rows in {out}")
    elif as_json:
        print_json([{name: value for name, value in row.items() if name != "geom"} for row in rows])
    else:
        columns = {"layer": "layer", "path": "file", "row_number": "row", "key": "key", "reason": "reason"}
        print_rows(rows, {**columns, "hint": "what to do"}, "No row is in quarantine.")


def _table(rows: list[dict[str, Any]], srid: int) -> Table:
    names = ("layer", "path", "sublayer", "row_number", "key", "field", "rule", "reason", "hint")
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
    originals = pd.DataFrame([row["original"] for row in rows], dtype=object).astype("str")
    for name in originals:
        columns[f"original_{name}"] = originals[name].tolist()
    places = np.empty(len(rows), dtype=object)
    places[:] = [None if row["geom"] is None else shapely.from_wkb(row["geom"]) for row in rows]
    return Table("rejects", gpd.GeoDataFrame(columns, geometry=places, crs=srid))


commands = (load, rejects, *sources_commands)
