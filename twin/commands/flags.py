"""``twin flags``: which zones miss which goals, and why."""

from __future__ import annotations

from typing import Any

import click

from twin.attribution.method import CAUSES
from twin.commands.output import json_option, print_json, print_rows
from twin.database import causes
from twin.database.connect import connect
from twin.errors import UnknownName

SHOWN = ("zone", "goal", "cause", "confidence", "second_cause", "value", "target", "shortfall")
COLUMNS = {
    **{name: name.replace("_", " ") for name in SHOWN},
    "gain_if_tidy": "if tidy",
    "gain_if_supplied": "if supplied",
    "people_affected": "people",
}


@click.command()
@click.option("--goal", help="Only flags of this goal, by the id of its index.")
@click.option("--cause", type=click.Choice(CAUSES), help="Only flags of this cause.")
@click.option("--run", type=int, help="Number of a finished run; default the last one.")
@json_option
def flags(goal: str | None, cause: str | None, run: int | None, as_json: bool) -> None:
    """Zones that miss a goal, each with its most likely cause; those that touch most people first.

    A confidence under 0.7 means that the cause is undetermined. `twin explain ZONE GOAL` gives the evidence.
    """
    with connect(program="twin flags") as connection:
        found = causes.run_with_causes(connection, run)
        if goal is not None and goal not in found["goals"]:
            raise UnknownName("goal", goal, found["goals"], f"run {found['id']}")
        rows = causes.flags(connection, found["id"], goal=goal, cause=cause)
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    print_rows(rows, COLUMNS, "No zone falls short here.")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("geom", "run_id")} | {"run": row["run_id"]}


commands = (flags,)
