"""``twin sources``: what is loaded, how old it is, how sound; and a first recipe for files that are not."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from layers.schema import Layer
from pipelines.guess import guess_recipe
from twin.commands.output import json_option, print_json, print_rows
from twin.database.connect import connect
from twin.database.sources import city_of, sources_state
from twin.discover import discover
from twin.goals import load_profile

DAYS_A_YEAR = 365.25
POOR_SHARE = 0.05


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def sources(ctx: click.Context, as_json: bool) -> None:
    """List what is loaded: from whom, under what licence, how old, how many rows, and how sound."""
    if ctx.invoked_subcommand:
        return
    with connect(program="twin sources") as connection:
        city = city_of(connection)
        rows = sources_state(connection, discover("layers", Layer))
    today = city.reference_date or datetime.date.today()
    stale = load_profile(city.profile).stale_after_years
    listed = [{**row, **_age(row, today, stale)} for row in rows]
    if as_json:
        print_json(listed)
        return
    columns = {"layer": "layer", "path": "file", "sublayer": "table", "publisher": "publisher", "licence": "licence"}
    more = {"observed_on": "observed", "age": "age", "rows": "rows", "rejected": "rejected", "health": "health"}
    print_rows(listed, columns | more, "Nothing is loaded yet; run `twin load DIR`.")


def _age(row: dict[str, Any], today: datetime.date, stale_after_years: float) -> dict[str, str]:
    observed = row["observed_on"]
    years = (today - observed).days / DAYS_A_YEAR if observed else None
    faults = []
    if years is None:
        faults.append("no date")
    elif years > stale_after_years:
        faults.append("stale")
    if not row["licence"]:
        faults.append("no licence given")
    if row["rejected"] > POOR_SHARE * max(row["rows_read"], 1):
        faults.append(f"{row['rejected'] / row['rows_read']:.0%} rejected")
    if row["rows"] and row["rows_outside"] == row["rows"]:
        faults.append("no row lies in a zone")
    return {"age": f"{years:.1f} years" if years is not None else "unknown", "health": "; ".join(faults) or "good"}


@sources.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; else FOLDER/city.toml.")
@click.option("--force", is_flag=True, help="Replace a recipe that is there.")
def guess(folder: Path, out: Path | None, force: bool) -> None:
    """Look into FOLDER and write a first city.toml; what is unsure stands in it as a comment."""
    target = out or folder / "city.toml"
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there already; use --force to replace it, or --out for another file")
    guessed = guess_recipe(folder)
    target.write_text(guessed.text, encoding="utf-8")
    click.echo(f"{target}: {guessed.sure} sources, {guessed.unsure} questions (look for '?' in it)")
    if not guessed.sure:
        click.echo(
            "None of the files is understood so well that it can be loaded as it is: answer the questions first."
        )


commands = (sources,)
