"""``twin score | explain``: values of zones, and where they come from."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from twin.commands.output import MOMENT, errors, json_option, print_json, print_rows, say
from twin.commands.store import bring_up
from twin.database import results
from twin.database.connect import connect
from twin.database.published import city_value, read_run
from twin.database.sources import city_of
from twin.errors import UsageError
from twin.goals import Profile, load_profile
from twin.runs.engine import Finished
from twin.runs.engine import score as run_score
from twin.runs.explain import explanation
from twin.settings import settings

DIRTY = "dirty"
"""In place of codes: the zones that edits and loads touched since they were scored."""


LOCAL_CLUSTER = "dask"


class Bar:
    """A bar on the terminal."""

    def __init__(self) -> None:
        """Not begun yet."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.shown = Progress(*columns, console=errors, transient=True)
        self._task = self.shown.add_task("scoring", total=None)

    def begin(self, run: int, zones: int, done: int) -> None:
        """Show how many zones there are."""
        self.shown.update(self._task, description=f"run {run}", total=zones, completed=done)

    def zones(self, count: int) -> None:
        """Show that so many more are done."""
        self.shown.advance(self._task, count)

    def note(self, sentence: str) -> None:
        """Say what was decided, and why."""
        say(sentence)


def score_city(
    profile: str | None,
    zones: str,
    workers: int | None,
    scheduler: str | None = None,
    as_of: datetime.datetime | None = None,
) -> tuple[Profile, Finished]:
    """Score with a bar: the recipe's profile where none is named."""
    bring_up()
    with connect(program="twin score") as connection:
        name = profile or city_of(connection).profile
    chosen = load_profile(name, Path())
    bar = Bar()
    with bar.shown:
        done = run_score(
            chosen,
            zones=_codes(zones),
            dirty=zones == DIRTY,
            workers=workers,
            scheduler=scheduler,
            progress=bar,
            as_of=as_of,
        )
    return chosen, done


def _codes(zones: str) -> list[str] | None:
    if zones in ("all", DIRTY):
        return None
    codes = [code.strip() for code in zones.split(",") if code.strip()]
    if not codes:
        raise UsageError("--zones: give 'all', 'dirty' or codes of zones, parted by commas")
    return codes


@click.command()
@click.option("--profile", help="Name in data/profiles/, or path of a TOML file; default the recipe's.")
@click.option("--zones", default="all", show_default=True, help="all, dirty, or codes parted by commas.")
@click.option("--workers", type=click.IntRange(min=1), help="At once; default TWIN_WORKERS, or one a processor.")
@click.option(
    "--scheduler", help="threads, processes, dask, or tcp://… of a Dask scheduler; default TWIN_SCHEDULER, or threads."
)
@click.option("--as-of", type=MOMENT, help="Layers as they stood then: 2026-11-20 or 2026-11-20T10:00.")
@json_option
def score(
    profile: str | None,
    zones: str,
    workers: int | None,
    scheduler: str | None,
    as_of: datetime.datetime | None,
    as_json: bool,
) -> None:
    """Compute every goal of the profile for every zone. Called again, it resumes an unfinished run.

    With --workers N batches are computed by N processes of a Dask cluster on this machine, with --scheduler by those of
    another; their addresses of the database come from their own TWIN_DSN.

    A run --as-of a moment is kept beside the others: maps do not show it, `twin export scores --run N` gives it.
    """
    if as_of is not None and zones != "all":
        raise UsageError("--as-of goes with all zones; leave --zones out")
    if scheduler is None and workers and workers > 1 and not settings().scheduler:
        scheduler = LOCAL_CLUSTER
    chosen, done = score_city(profile, zones, workers, scheduler, as_of)
    summary = _summary(chosen, done)
    if as_json:
        print_json(summary)
        return
    say(f"{'resumed ' if done.resumed else ''}run {done.run}: {done.zones} zones, {chosen.name}, {done.stages}")
    columns = {"goal": "goal", "city": "city", "target": "target", "reached": "reached", "below": "below"}
    print_rows(summary["goals"], {**columns, "no_data": "no data"}, "No goal of this profile is computed from layers.")


def _summary(profile: Profile, done: Finished) -> dict[str, Any]:
    with connect(program="twin score") as connection:
        counts = results.class_counts(connection, done.run)
        run = read_run(connection, done.run)
        city = {name: city_value(connection, run, name) if run else None for name in counts}
    goals = []
    for name in sorted(counts):
        classes = counts[name]
        goals.append(
            {
                "goal": name,
                "city": city[name],
                "target": profile.goal_of(name).target,
                "reached": sum(classes.get(c, 0) for c in (5, 6)),
                "below": sum(classes.get(c, 0) for c in (1, 2, 3, 4)),
                "no_data": classes.get(0, 0),
            }
        )
    return {"run": done.run, "zones": done.zones, "resumed": done.resumed, "seconds": done.stages, "goals": goals}


@click.command()
@click.argument("zone")
@click.argument("goal", required=False)
@click.option("--run", type=int, help="Number of a finished run; default the last one.")
@json_option
def explain(zone: str, goal: str | None, run: int | None, as_json: bool) -> None:
    """What a zone's values are, what they count, and which rows of which files they come from."""
    with connect(program="twin explain") as connection:
        found = explanation(connection, zone, goal, run)
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(found.as_text())


commands = (score, explain)
