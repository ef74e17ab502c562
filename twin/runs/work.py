"""The work of one batch: read it, compute all of it, write it with its checkpoint; the same wherever it is done."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from twin.batch import Batch, IntArray
from twin.database import causes, results
from twin.database.connect import Connection, connect
from twin.errors import WorkerDiffers
from twin.goals import Profile
from twin.index import Values
from twin.log import log
from twin.memory import uncollected
from twin.runs.batch import Cut, Shared, arriving_batch, read_batch
from twin.runs.causes import form_rows, premise_rows
from twin.runs.plan import Plan, Planned, plan
from twin.runs.rows import score_rows
from twin.spatial.sight import looking


@dataclass(frozen=True)
class Job:
    """What all batches of a run need; it can be sent to another process or machine. It holds no address, no secret.

    ``base`` is the run of all zones that this one stands on, ``code_version`` that of the program which began it.
    """

    run: int
    base: int
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
    with uncollected():
        _compute_and_write(job, planned, part)


def _compute_and_write(job: Job, planned: Plan, part: Cut) -> None:
    with connect(program="twin score") as connection, looking() as looked:
        if not results.is_wanted(connection, job.run, part.number):
            return
        work = _Work.read(connection, job, planned, part, looked, {})
        scores, evidence = work.scores(), work.evidence()
        with connection.transaction(), _timed(work.stages, "write"):
            if results.note_batch(connection, work.done()):
                results.write_scores(connection, job.base, job.run, scores)
                evidence.write(connection, job)
    work.log()


@dataclass(frozen=True)
class Valued:
    """What of a run may have other values than before: some of its zones, and goals of its plan."""

    part: Cut
    plan: Plan


def compute_at_once(
    connection: Connection,
    planned: Plan,
    job: Job,
    part: Cut,
    valued: Valued,
    publish: Callable[[], None],
    settle: Callable[[], None],
) -> None:
    """Compute the one batch of a run here, and have its scores published before its evidence is looked at.

    ``connection`` commits by itself. Scores are written in one transaction with ``publish``, evidence in the next with
    ``settle``. Values are asked of what is ``valued`` alone, with no more around it than values hang on; evidence of
    all of the batch, which is then looked at as in any other run.
    """
    stages: dict[str, float] = {}
    scores: list[results.ScoreRow] = []
    if valued.part.ids:
        reach_m = valued.plan.value_reach_m
        with _timed(stages, "values"), arriving_batch(connection, reach_m, valued.part, job.shared) as read:
            scores = _scores(valued.plan, *read, {})
    with connection.transaction(), _timed(stages, "write"):
        results.write_scores(connection, job.base, job.run, scores)
        publish()
    with looking() as looked:
        work = _Work.read(connection, job, planned, part, looked, stages)
        # For the notes, and for how far all of these zones look, on which later marks hang.
        work.scores()
        evidence = work.evidence()
        with connection.transaction():
            results.note_batch(connection, work.done())
            evidence.write(connection, job)
            settle()
    work.log()


@dataclass(frozen=True)
class _Evidence:
    forms: Sequence[causes.FormRow]
    premises: Sequence[causes.PremiseRow]

    def write(self, connection: Connection, job: Job) -> None:
        causes.write_forms(connection, job.base, job.run, self.forms)
        causes.write_premises(connection, job.base, job.run, self.premises)


def _scores(planned: Plan, batch: Batch, own: IntArray, notes: dict[str, Sequence[str]]) -> list[results.ScoreRow]:
    """Of all goals of a plan; what their indices note comes into ``notes``, by goal."""
    rows: list[results.ScoreRow] = []
    for each in planned.goals:
        values = compute(each, batch)
        rows += score_rows(each, values, batch, own)
        if values.notes:
            notes[each.goal.index] = values.notes
    return rows


class _Work:
    """A batch that was read, on its way: indices, then evidence; with the seconds of each."""

    def __init__(
        self,
        job: Job,
        planned: Plan,
        part: Cut,
        looked: Mapping[str, float],
        stages: dict[str, float],
        read: tuple[Batch, IntArray],
    ) -> None:
        self.stages = stages
        self._job, self._plan, self._part, self._looked = job, planned, part, looked
        self._notes: dict[str, Sequence[str]] = {}
        self._batch, self._own = read

    @classmethod
    def read(
        cls,
        connection: Connection,
        job: Job,
        planned: Plan,
        part: Cut,
        looked: Mapping[str, float],
        stages: dict[str, float],
    ) -> _Work:
        with _timed(stages, "read"):
            read = read_batch(connection, planned.reach_m, part, job.shared)
        return cls(job, planned, part, looked, stages, read)

    def scores(self) -> list[results.ScoreRow]:
        with _timed(self.stages, "indices"):
            return _scores(self._plan, self._batch, self._own, self._notes)

    def evidence(self) -> _Evidence:
        count, shared = len(self._own), self._job.shared
        with _timed(self.stages, "premises"):
            premises = [row for each in self._plan.goals for row in premise_rows(each, self._batch, shared, count)]
        with _timed(self.stages, "messiness"):
            forms = list(form_rows(self._batch, count, self._looked))
        return _Evidence(forms, premises)

    def done(self) -> results.DoneBatch:
        part = self._part
        return results.DoneBatch(self._job.run, part.number, len(part.ids), self.stages, self._notes, _whose())

    def log(self) -> None:
        about = {"run": self._job.run, "batch": self._part.number, "zones": len(self._part.ids)}
        log("runs").info("batch done", extra={**about, **self.stages})


def compute(planned: Planned, batch: Batch) -> Values:
    """An index over a batch, with its goal's parameters."""
    return planned.index.compute(batch, **planned.params)


def _whose() -> str:
    return f"{platform.node()}:{os.getpid()}"


@contextmanager
def _timed(stages: dict[str, float], stage: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    stages[stage] = round(stages.get(stage, 0.0) + time.monotonic() - started, 4)
