"""The recompute of scores: reads a batch, computes its indices, writes it with its checkpoint, and goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np

from layers.schema import Layer
from twin.batch import CityFacts, Features
from twin.database import causes, results
from twin.database.connect import Connection, connect
from twin.database.dirty import drop, release, take
from twin.database.features import all_features, dwellings_known, layer_versions, row_counts, zones_in_order
from twin.database.rasters import grids, raster_counts
from twin.database.sources import StoredCity, city_of
from twin.discover import discover
from twin.errors import RunCancelled, StoreNotReady, UnknownName
from twin.goals import Profile
from twin.log import log
from twin.runs.batch import Cut, Shared, cut, own_parts
from twin.runs.causes import flag_rows
from twin.runs.dirty import described_facts, dirty_zones
from twin.runs.executor import Executor, Pool, executor_of
from twin.runs.plan import Plan, plan
from twin.runs.work import Job
from twin.settings import settings


class Progress(Protocol):
    """Who is told how a run goes on."""

    def begin(self, run: int, zones: int, done: int) -> None:
        """Hear that a run of so many zones begins, or goes on with so many done."""

    def zones(self, count: int) -> None:
        """Hear that so many more zones are done."""

    def note(self, sentence: str) -> None:
        """Hear what was decided, and why."""


class Quiet:
    """Nobody is told."""

    def begin(self, run: int, zones: int, done: int) -> None:
        """Say nothing."""

    def zones(self, count: int) -> None:
        """Say nothing."""

    def note(self, sentence: str) -> None:
        """Say nothing."""


@dataclass
class Finished:
    """A run that is done: its number, zones, seconds by stage, and whether it resumed an unfinished one."""

    run: int
    zones: int
    resumed: bool
    stages: dict[str, float] = field(default_factory=dict)


def score(
    profile: Profile,
    *,
    zones: Sequence[str] | None = None,
    dirty: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Compute every goal of a profile for every zone, for those named, or for those whose inputs were touched.

    Args:
        profile: its goals whose index is computed here are scored.
        zones: codes; the scores of all other zones are taken over from the last finished run.
        dirty: only zones that edits and loads touched since they were scored; see ``twin/runs/dirty.py``.
        workers: how many compute at once; default ``TWIN_WORKERS``, else one a processor.
        scheduler: ``threads``, ``processes``, ``dask``, or the address of a Dask scheduler; default
            ``TWIN_SCHEDULER``, else threads.
        progress: told how it goes on.

    Raises:
        StoreNotReady: nothing is loaded, or no run is there to take other zones' scores from.
        RunInProgress: another recompute is running.
        RunCancelled: somebody cancelled it.
        WorkersLost: the scheduler does not answer, or its workers died.
        UnknownName: a code that is no zone, or a parameter that an index does not have.
    """
    planned, address = plan(profile), settings().scheduler if scheduler is None else scheduler
    with connect(autocommit=True, program="twin score") as connection, results.only_run(connection):
        engine = _Engine(connection, planned, progress or Quiet())
        return engine.run(zones, _pool(workers, address), executor_of(address), only_dirty=dirty)


def _pool(workers: int | None, address: str) -> Pool:
    count = workers or settings().workers or os.cpu_count() or 1
    return Pool(count, address if "://" in address else "")


def is_scored(profile: Profile) -> bool:
    """Whether the last finished run is of this profile, this program and the data as they are now."""
    with connect(program="twin score") as connection:
        last = results.finished_run(connection)
        return last is not None and results.identity_of(last) == _identity(connection, plan(profile), None)


def _identity(connection: Connection, planned: Plan, codes: Sequence[str] | None) -> results.Identity:
    selection = "all" if codes is None else ",".join(sorted(codes))
    versions = ";".join(f"{layer}={version}" for layer, version in layer_versions(connection).items())
    data = f"{selection};batch={settings().batch};{versions}"
    return results.Identity(planned.profile.digest, data, planned.code_version)


class _Engine:
    def __init__(self, connection: Connection, planned: Plan, progress: Progress) -> None:
        self._connection = connection
        self._plan = planned
        self._progress = progress
        self._stages: dict[str, float] = {}

    def run(self, codes: Sequence[str] | None, pool: Pool, executor: Executor, *, only_dirty: bool = False) -> Finished:
        """Begin or resume a run, and end it."""
        city = city_of(self._connection)
        ordered = zones_in_order(self._connection)
        if not ordered:
            raise StoreNotReady("no zone is loaded; add a source of layer zone to the recipe, then load it")
        self._facts = _facts(self._connection, city, self._plan.profile)
        marks: Sequence[int] = ()
        if only_dirty:
            found = dirty_zones(self._connection, self._plan, self._facts)
            self._progress.note(found.reason)
            if found.last_run is not None and found.is_none:
                return Finished(found.last_run, 0, False)
            codes, marks = found.codes, found.marks
        chosen = _chosen(ordered, codes)
        parts = cut(chosen, settings().batch)
        run, resumed = self._begin(len(ordered), parts, codes)
        with self._connection.transaction():
            release(self._connection)
            take(self._connection, run, codes, marks)
        written = results.done_batches(self._connection, run)
        todo = [part for part in parts if part.number not in written]
        self._progress.begin(run, len(chosen), len(chosen) - sum(len(part.ids) for part in todo))
        log("runs").info(
            "run begins", extra={"run": run, "zones": len(chosen), "batches": len(todo), "resumed": resumed}
        )
        shared, supplies = self._timed("prepare", lambda: self._prepare(city))
        self._timed("batches", lambda: self._compute(run, todo, shared, pool, executor))
        self._timed("flags", lambda: self._flag(run, shared, supplies))
        goals = self._plan.described()
        for name, notes in results.notes_of(self._connection, run).items():
            goals[name]["notes"] = notes
        results.note_goals(self._connection, run, goals)
        with self._connection.transaction():
            results.end_run(self._connection, run, self._stages)
            drop(self._connection, run)
            causes.forget_premises(self._connection, run)
        log("runs").info("run finished", extra={"run": run, "zones": len(chosen), **self._stages})
        return Finished(run, len(chosen), resumed, self._stages)

    def _timed(self, stage: str, work: Any) -> Any:
        started = time.monotonic()
        done = work()
        self._stages[stage] = round(time.monotonic() - started, 3)
        return done

    def _begin(self, zones: int, parts: list[Cut], codes: Sequence[str] | None) -> tuple[int, bool]:
        profile = self._plan.profile
        identity = _identity(self._connection, self._plan, codes)
        before = results.unfinished(self._connection)
        if before and results.identity_of(before) == identity:
            return int(before["id"]), True
        former = results.finished_run(self._connection) if codes is not None else None
        if codes is not None and (former is None or former["profile_hash"] != profile.digest):
            raise StoreNotReady(f"no finished run of {profile.name} to take the other zones from; run `twin score`")
        with self._connection.transaction():
            dumped = profile.model_dump(mode="json")
            facts = described_facts(self._facts)
            run = results.begin_run(self._connection, identity, profile.name, dumped, zones, len(parts), facts)
            if former is not None:
                recomputed = [code for part in parts for code in part.codes]
                results.copy_former_scores(self._connection, run, former["id"], recomputed)
                causes.copy_former(self._connection, run, former["id"], recomputed)
        return run, False

    def _prepare(self, city: StoredCity) -> tuple[Shared, dict[str, Features]]:
        layers, facts = discover("layers", Layer), self._facts
        whole = {name: all_features(self._connection, layers[name]) for name in sorted(self._plan.whole_layers)}
        networks = {name: each.build(whole, facts) for name, each in self._plan.networks.items()}
        per_node = {
            each.goal.index: each.index.per_node_of(whole, networks, facts, **each.params)
            for each in self._plan.goals
            if each.index.per_node_of is not None
        }
        prepared = {
            each.goal.index: each.premises.prepare_of(whole, networks, facts, **each.params)
            for each in self._plan.goals
            if each.premises is not None and len(whole[each.premises.supply])
        }
        own = own_parts(all_features(self._connection, layers["zone"]))
        shared = Shared(facts, networks, per_node, own, grids(self._connection, city.srid), prepared)
        return shared, {name: whole[name] for name in self._plan.supplies}

    def _compute(self, run: int, todo: list[Cut], shared: Shared, pool: Pool, executor: Executor) -> None:
        job = Job(run, self._plan.profile, shared, self._plan.code_version)
        if not todo:
            return
        done = executor.execute(job, todo, pool)
        with closing(cast(Generator[Cut], done)):
            for part in done:
                self._progress.zones(len(part.ids))
                if results.is_cancelled(self._connection, run):
                    results.give_up(self._connection, run)
                    raise RunCancelled(f"run {run} was cancelled; the scores shown are those of the run before")

    def _flag(self, run: int, shared: Shared, supplies: dict[str, Features]) -> None:
        with self._connection.transaction():
            causes.write_flags(self._connection, run, flag_rows(self._connection, run, self._plan, shared, supplies))


def _chosen(ordered: Sequence[tuple[int, str]], codes: Sequence[str] | None) -> Sequence[tuple[int, str]]:
    if codes is None:
        return ordered
    known = {code for _, code in ordered}
    for code in codes:
        if code not in known:
            raise UnknownName("zone", code, known)
    return [zone for zone in ordered if zone[1] in set(codes)]


def _facts(connection: Connection, city: StoredCity, profile: Profile) -> CityFacts:
    today = np.datetime64(city.reference_date) if city.reference_date else np.datetime64("today")
    return CityFacts(
        rows=row_counts(connection, discover("layers", Layer)) | raster_counts(connection),
        dwellings_known=dwellings_known(connection),
        reference_date=today,
        stale_after_years=profile.stale_after_years,
        street_classes=profile.street_classes,
    )
