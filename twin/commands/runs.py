"""``twin runs``: what was computed when, how far a run is, and how to end it."""

from __future__ import annotations

from typing import Any

import click

from twin.commands.output import json_option, print_json, print_rows, say
from twin.database import results
from twin.database.connect import Row, connect
from twin.errors import UsageError

LISTED = {"id": "run", "profile_name": "profile", "status": "state", "zones": "zones", "done": "batches done"}
BATCHES = {"number": "batch", "zones": "zones", "seconds": "seconds", "worker": "computed by", "done_at": "done"}


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def runs(context: click.Context, as_json: bool) -> None:
    """The newest runs: profile, state, batches done."""
    if context.invoked_subcommand:
        return
    with connect(program="twin runs") as connection:
        rows = results.runs(connection)
    if as_json:
        print_json(rows)
        return
    columns = {**LISTED, "batches": "of", "started_at": "started", "as_of": "as of"}
    print_rows(rows, columns, "Nothing was scored yet; run `twin score`.")


@runs.command()
@click.argument("number", type=int)
@json_option
def show(number: int, as_json: bool) -> None:
    """How far a run is, how fast, how long it takes by stage, and each of its batches."""
    with connect(program="twin runs") as connection:
        run, batches = results.run_details(connection, number)
    if as_json:
        print_json({**run, "seconds_by_stage": _by_stage(batches), "batch": batches})
        return
    for line in _lines(run, batches):
        click.echo(line)
    print_rows(batches, BATCHES, "No batch is written yet.")


@runs.command()
@click.argument("number", type=int)
def cancel(number: int) -> None:
    """End a run: the batches that are being computed are its last. The scores shown stay those of the run before."""
    with connect(program="twin runs") as connection:
        if not results.ask_to_cancel(connection, number):
            raise UsageError(f"run {number} does not go on; `twin runs` lists what is running")
    say(f"run {number} ends after the batches that are being computed")


def _lines(run: Row, batches: list[Row]) -> list[str]:
    speed = f", {run['zones_a_second']:.1f} zones a second" if run["zones_a_second"] else ""
    left = f", about {run['seconds_left']:.0f} s left" if run["seconds_left"] else ""
    asked = ", asked to end" if run["cancel_asked"] and run["status"] == "running" else ""
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run["stages"].items())
    inner = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in _by_stage(batches).items())
    return [
        f"run {run['id']}: {run['profile_name']}, {run['status']}{asked}",
        f"  {run['zones_done']:,} of {run['zones']:,} zones in {run['done']} of {run['batches']} batches{speed}{left}",
        *([f"  stages: {stages}"] if stages else []),
        *([f"  in batches, summed over {run['workers']} workers: {inner}"] if inner else []),
    ]


def _by_stage(batches: list[Row]) -> dict[str, Any]:
    summed: dict[str, float] = {}
    for batch in batches:
        for name, seconds in batch["stages"].items():
            summed[name] = round(summed.get(name, 0.0) + seconds, 4)
    return summed


commands = (runs,)
