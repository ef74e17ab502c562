"""``twin runs``: what was computed when."""

from __future__ import annotations

import click

from twin.commands.output import json_option, print_json, print_rows
from twin.database import results
from twin.database.connect import connect


@click.command()
@json_option
def runs(as_json: bool) -> None:
    """The newest runs: profile, state, batches done."""
    with connect(program="twin runs") as connection:
        rows = results.runs(connection)
    if as_json:
        print_json(rows)
        return
    columns = {"id": "run", "profile_name": "profile", "status": "state", "zones": "zones", "done": "batches done"}
    print_rows(rows, {**columns, "batches": "of", "started_at": "started"}, "Nothing was scored yet; run `twin score`.")


commands = (runs,)
