"""The work of one batch: read it, compute all of it, write it with its checkpoint; the same wherever it is done."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from twin.batch import Batch
from twin.database import causes, results
from twin.database.connect import connect
from twin.errors import WorkerDiffers
from twin.goals import Profile
from twin.index import Values
from twin.log import log
from twin.runs.batch import Cut, Shared, read_batch
from twin.runs.causes import form_rows, premise_rows
from twin.runs.plan import Planned, plan
from twin.runs.rows import score_rows


@dataclass(frozen=True)
class Job:
    """What all batches of a run need; it can be sent to another process or machine. It holds no address, no secret.

    ``code_version`` is that of the program which began the run.
    """

    run: int
    profile: Profile
    shared: Shared
    code_version: str


def compute_batch(job: Job, part: Cut) -> None:
    """Compute a batch and write it, unless it is written already or the run is no longer wanted.

    Raises:
        WorkerDiffers: the program here is not that which began the run.
    """
    planned = plan(job.profile)
    if planned.code_version != job.code_version:
        raise WorkerDiffers(
            f"worker {_whose()} runs another program than the one that began run {job.run}: install the same release "
            f"there. Here: {planned.code_version}. Begun by: {job.code_version}"
        )
    stages: dict[str, float] = {}
    with connect(program="twin score") as connection:
        if not results.is_wanted(connection, job.run, part.number):
            return
        with _timed(stages, "read"):
            batch, own = read_batch(connection, planned, part, job.shared)
        with _timed(stages, "indices"):
            computed = {each.goal.index: compute(each, batch) for each in planned.goals}
            rows = [r for each in planned.goals for r in score_rows(each, computed[each.goal.index], batch, own)]
        with _timed(stages, "messiness"):
            forms = list(form_rows(batch, len(own)))
        with _timed(stages, "premises"):
            premises = [r for each in planned.goals for r in premise_rows(each, batch, job.shared, len(own))]
        notes = {name: values.notes for name, values in computed.items() if values.notes}
        done = results.DoneBatch(job.run, part.number, len(part.ids), stages, notes, _whose())
        with _timed(stages, "write"):
            if results.write_batch(connection, done, rows):
                causes.write_forms(connection, job.run, forms)
                causes.write_premises(connection, job.run, premises)
    log("runs").info("batch done", extra={"run": job.run, "batch": part.number, "zones": len(part.ids), **stages})


def compute(planned: Planned, batch: Batch) -> Values:
    """An index over a batch, with its goal's parameters."""
    return planned.index.compute(batch, **planned.params)


def _whose() -> str:
    return f"{platform.node()}:{os.getpid()}"


@contextmanager
def _timed(stages: dict[str, float], stage: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    stages[stage] = round(time.monotonic() - started, 4)
