"""``twin worker``: recomputes after edits and by schedule."""

from __future__ import annotations

import os
import signal
import threading
import time

import click

from twin.commands.output import say
from twin.commands.store import bring_up
from twin.jobs.worker import work
from twin.settings import settings

PATIENCE_S = 5.0
"""How long a job may take to end in order once the worker shall end."""


@click.command()
@click.option("--once", is_flag=True, help="Compute what is dirty, take the jobs that wait, and end.")
@click.option("--attached", is_flag=True, hidden=True, help="End when standard input ends: with who started it.")
def worker(once: bool, attached: bool) -> None:
    """Compute zones after edits and loads, and all of them by TWIN_SCHEDULE; as many workers as you like, anywhere."""
    if attached:
        threading.Thread(target=_end_with_input, daemon=True).start()
        work()
        return
    bring_up()
    if not once:
        schedule = f"; every zone at {settings().schedule}" if settings().schedule else ""
        say(f"waiting for edits{schedule}; Ctrl-C ends")
    work(once=once)


def _end_with_input() -> None:
    # A read through sys.stdin would hold its lock, and Python aborts at its end where a thread holds that.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # A store that went away at the same time would be waited for; a job that is cut off is put back by the sweep.
    time.sleep(PATIENCE_S)
    os._exit(0)


commands = (worker,)
