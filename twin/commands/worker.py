"""``twin worker``: recomputes after edits and by schedule."""

from __future__ import annotations

import click

from twin.commands.output import say
from twin.commands.store import bring_up
from twin.jobs.worker import work
from twin.settings import settings


@click.command()
@click.option("--once", is_flag=True, help="Compute what is dirty, take the jobs that wait, and end.")
def worker(once: bool) -> None:
    """Compute zones after edits and loads, and all of them by TWIN_SCHEDULE; as many workers as you like, anywhere."""
    bring_up()
    if not once:
        schedule = f"; every zone at {settings().schedule}" if settings().schedule else ""
        say(f"waiting for edits{schedule}; Ctrl-C ends")
    work(once=once)


commands = (worker,)
