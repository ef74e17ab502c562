"""What an executor is: it computes the batches of a run somewhere, in any order, and says which are done.

A file in ``twin/runs/executors/`` declares one. Batches are written by who computes them, in one transaction with their
checkpoint; a batch that is computed twice, because a worker was lost on the way, is written once.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker

from twin.discover import discover
from twin.errors import SettingError
from twin.runs.batch import Cut
from twin.runs.work import Job

LOCAL = "threads"


@dataclass(frozen=True)
class Pool:
    """Where to compute: so many ``workers``, or those that a scheduler at ``address`` has."""

    workers: int
    address: str = ""


Execute = Callable[[Callable[[], Job], Sequence[Cut], Pool], Iterator[Cut]]
"""Computes the batches of a job and gives each as soon as it is written; closed early, it starts no more of them.

The job is made when it is asked for, which takes as long as networks take: workers may start meanwhile.
"""


@dataclass(frozen=True)
class Executor:
    """An executor: ``schemes`` are the beginnings of scheduler addresses that it answers to."""

    id: str
    title: str
    execute: Execute
    schemes: tuple[str, ...] = ()


def block_interrupts() -> set[int]:
    """Processes that this thread starts from now on do not hear Ctrl-C, which a terminal sends to all that it runs.

    Who began the run hears it, and ends them in order. The tracker of Python's own resources is started before: who
    starts it hears signals again. Gives the signals that were blocked before.
    """
    resource_tracker.ensure_running()
    return {int(each) for each in signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})}


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes that are started in the block do not hear Ctrl-C; what came meanwhile is heard at its end."""
    blocked = block_interrupts()
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def executor_of(scheduler: str) -> Executor:
    """The executor of that name, or the one that answers to the address; "" is threads of this process.

    Raises:
        SettingError: none does.
    """
    known = discover("twin.runs.executors", Executor)
    if not scheduler:
        return known[LOCAL]
    for each in known.values():
        if scheduler == each.id or scheduler.startswith(each.schemes or ("\0",)):
            return each
    schemes = [f"{scheme}…" for each in known.values() for scheme in each.schemes]
    raise SettingError(f"scheduler '{scheduler}': give {', '.join([*known, *schemes])}")
