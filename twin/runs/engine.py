"""The recompute of scores: reads a batch, computes its indices, writes it with its checkpoint, and goes on."""

from __future__ import annotations

import datetime
import functools
import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from layers.schema import Layer
from twin.database import causes, results
from twin.database.as_of import PAST, past_layers
from twin.database.connect import Connection, connect
from twin.database.dirty import drop, take
from twin.database.features import NOW, layer_versions, zone_count, zones_in_order
from twin.database.seen import note_sights
from twin.database.sources import city_of
from twin.discover import discover
from twin.errors import RunCancelled, StoreNotReady, UnknownName, UsageError
from twin.goals import Profile
from twin.log import log
from twin.memory import give_back, set_aside, uncollected
from twin.runs.batch import Cut, cut
from twin.runs.dirty import DirtyZones, dirty_zones
from twin.runs.executor import LOCAL, Executor, Pool, executor_of
from twin.runs.facts import city_facts, described_facts
from twin.runs.flagging import Scope, write_flags_of_run
from twin.runs.plan import Plan, plan
from twin.runs.prepare import Preparation, Ready
from twin.runs.progress import Finished, Progress, Quiet
from twin.runs.work import Job, compute_at_once
from twin.settings import settings

__all__ = ["Finished", "Progress", "Quiet", "is_scored", "score"]

T = TypeVar("T")


def score(
    profile: Profile,
    *,
    zones: Sequence[str] | None = None,
    dirty: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
    preparation: Preparation | None = None,
    as_of: datetime.datetime | None = None,
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
        preparation: networks and all that was prepared for a run before; what changed since is made anew.
        as_of: layers as they stood at that moment; such a run is kept beside the others and never shown on maps.

    Raises:
        StoreNotReady: nothing is loaded, or no run is there to take other zones' scores from.
        RunInProgress: another recompute is running.
        RunCancelled: somebody cancelled it.
        WorkersLost: the scheduler does not answer, or its workers died.
        UnknownName: a code that is no zone, or a parameter that an index does not have.
        UsageError: ``as_of`` with some zones: the others would be those of today.
    """
    if as_of is not None and (dirty or zones is not None):
        raise UsageError("a run over layers as they stood goes over all zones: leave zones out")
    planned, address = plan(profile), settings().scheduler if scheduler is None else scheduler
    held = Preparation() if preparation is None else preparation
    with held.connected() as connection, results.only_run(connection):
        engine = _Engine(connection, planned, progress or Quiet(), held, as_of)
        run = functools.partial(engine.run, zones, _pool(workers, address), executor_of(address), only_dirty=dirty)
        if as_of is None:
            return run()
        with past_layers(connection, discover("layers", Layer).values(), as_of):
            return run()


def _pool(workers: int | None, address: str) -> Pool:
    count = workers or settings().workers or os.cpu_count() or 1
    return Pool(count, address if "://" in address else "")


def is_scored(profile: Profile) -> bool:
    """Whether the last finished run is of this profile, this program and the data as they are now."""
    with connect(program="twin score") as connection:
        last = results.finished_run(connection)
        current = _identity(plan(profile), layer_versions(connection), None)
        return last is not None and results.identity_of(last) == current


def _identity(
    planned: Plan,
    versions: Mapping[str, str],
    codes: Sequence[str] | None,
    as_of: datetime.datetime | None = None,
) -> results.Identity:
    selection = ("all" if codes is None else ",".join(sorted(codes))) + (f" as of {as_of}" if as_of else "")
    state = ";".join(f"{layer}={version}" for layer, version in versions.items())
    data = f"{selection};batch={settings().batch};{state}"
    return results.Identity(planned.profile.digest, data, planned.code_version)


@dataclass(frozen=True)
class _Begun:
    run: int
    base: int
    resumed: bool
    former: int | None = None


class _Engine:
    def __init__(
        self,
        connection: Connection,
        planned: Plan,
        progress: Progress,
        held: Preparation,
        as_of: datetime.datetime | None,
    ) -> None:
        self._connection = connection
        self._as_of = as_of
        self._schema = NOW if as_of is None else PAST
        self._plan = planned
        self._progress = progress
        self._held = held
        self._stages: dict[str, float] = {}

    def run(self, codes: Sequence[str] | None, pool: Pool, executor: Executor, *, only_dirty: bool = False) -> Finished:
        """Begin or resume a run, and end it."""
        self._city = city_of(self._connection)
        self._versions = layer_versions(self._connection)
        self._facts = city_facts(self._connection, self._city, self._plan.profile, self._schema)
        found = DirtyZones(codes, "", None, None if codes is None else (), gone=codes is not None)
        if only_dirty:
            found = dirty_zones(self._connection, self._plan, self._facts, lambda: self._ready)
            self._progress.note(found.reason)
            if found.last is not None and found.is_none:
                return Finished(found.last["id"], 0, False)
        chosen = _chosen(self._connection, found.codes, self._schema, known=only_dirty)
        parts = cut(chosen, settings().batch)
        begun = self._begin(parts, found)
        replaced = self._replaced(begun, parts, found)
        if replaced and len(parts) == 1 and executor.id == LOCAL and not begun.resumed:
            self._compute_at_once(begun, parts[0], replaced, found)
        else:
            self._compute(begun, parts, pool, executor)
            if replaced:
                with self._connection.transaction():
                    results.close_evidence(self._connection, replaced)
                    self._publish(begun, replaced)
        self._flag(begun, replaced, may_note=replaced is None or found.compared)
        log("runs").info("run finished", extra={"run": begun.run, "zones": len(chosen), **self._stages})
        return Finished(begun.run, len(chosen), begun.resumed, self._stages)

    @functools.cached_property
    def _ready(self) -> Ready:
        make = functools.partial(self._held.ready, self._connection, self._city.srid, self._plan, self._facts)
        return self._timed("prepare", lambda: make(self._versions, self._schema))

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        """What ``work`` gives; its seconds are noted, without those of other stages inside it."""
        started, others = time.monotonic(), sum(self._stages.values())
        with uncollected():
            done = work()
        inside = sum(self._stages.values()) - others
        self._stages[stage] = round(time.monotonic() - started - inside, 4)
        return done

    def _begin(self, parts: list[Cut], found: DirtyZones) -> _Begun:
        codes = found.codes
        identity = _identity(self._plan, self._versions, codes, self._as_of)
        before = results.resumable(self._connection, self._as_of)
        with self._connection.pipeline(), self._connection.transaction():
            if before and results.identity_of(before) == identity:
                begun = _Begun(before["id"], before["base"] or before["id"], True)
            else:
                begun = self._begin_anew(identity, parts, found)
            if self._as_of is None:
                take(self._connection, begun.run, codes, found.marks)
        return begun

    def _begin_anew(self, identity: results.Identity, parts: list[Cut], found: DirtyZones) -> _Begun:
        profile, former = self._plan.profile, None
        if found.codes is not None:
            former = found.last or results.scored_run(self._connection)
            if former is None or former["profile_hash"] != profile.digest:
                raise StoreNotReady(f"no finished run of {profile.name} to take the other zones from; run `twin score`")
        dumped = profile.model_dump(mode="json") if former is None else None
        facts, since = described_facts(self._facts), None if former is None else former["id"]
        base = None if former is None else former["base"] or former["id"]
        zones = zone_count(self._connection) if former is None or found.gone else former["zones"]
        run = results.begin_run(
            self._connection, identity, profile.name, dumped, zones, len(parts), facts, base, self._as_of, since
        )
        return _Begun(run, base or run, False, since)

    def _compute(self, begun: _Begun, parts: list[Cut], pool: Pool, executor: Executor) -> None:
        run, written = begun.run, results.done_batches(self._connection, begun.run)
        todo = [part for part in parts if part.number not in written]
        zones = sum(len(part.ids) for part in parts)
        self._progress.begin(run, zones, zones - sum(len(part.ids) for part in todo))
        log("runs").info(
            "run begins", extra={"run": run, "zones": zones, "batches": len(todo), "resumed": begun.resumed}
        )
        if todo:
            self._timed("batches", lambda: self._execute(begun, todo, pool, executor))
            # What threads of batches let go stays theirs, and what follows would take as much again.
            give_back()

    def _job(self, begun: _Begun) -> Job:
        return Job(begun.run, begun.base, self._plan.profile, self._ready.shared, self._plan.code_version)

    def _execute(self, begun: _Begun, todo: list[Cut], pool: Pool, executor: Executor) -> None:
        done = executor.execute(lambda: self._job(begun), todo, pool)
        with closing(cast(Generator[Cut], done)):
            for part in done:
                self._progress.zones(len(part.ids))
                if results.is_cancelled(self._connection, begun.run):
                    results.give_up(self._connection, begun.run)
                    raise RunCancelled(f"run {begun.run} was cancelled; the scores shown are those of the run before")

    def _replaced(self, begun: _Begun, parts: Sequence[Cut], found: DirtyZones) -> results.Replaced | None:
        """What a run of some zones takes the place of; None of a run of all."""
        if begun.run == begun.base:
            return None
        codes = tuple(code for part in parts for code in part.codes)
        return results.Replaced(begun.base, begun.run, self._plan.names, codes, found.gone)

    def _compute_at_once(self, begun: _Begun, part: Cut, replaced: results.Replaced, found: DirtyZones) -> None:
        job, valued = self._job(begun), found.valued_of(part, self._plan)
        self._progress.begin(begun.run, len(part.ids), 0)
        values = replace(replaced, goals=valued.plan.names, zones=valued.part.codes)
        publish = functools.partial(self._publish, begun, values)
        settle = functools.partial(results.close_evidence, self._connection, replaced)
        self._timed(
            "batches", lambda: compute_at_once(self._connection, self._plan, job, part, valued, publish, settle)
        )
        self._progress.zones(len(part.ids))

    def _publish(self, begun: _Begun, replaced: results.Replaced) -> None:
        goals = self._goals(begun)
        with self._connection.pipeline():
            results.close_scores(self._connection, replaced)
            results.publish_run(self._connection, begun.run, self._stages, goals)

    def _goals(self, begun: _Begun) -> dict[str, Any]:
        goals = self._plan.described()
        since = begun.former or begun.base
        for name, notes in results.notes_of(self._connection, begun.base, since, begun.run).items():
            goals[name]["notes"] = notes
        return goals

    def _flag(self, begun: _Begun, replaced: results.Replaced | None, *, may_note: bool) -> None:
        """Make the flags, and end the run: its zones are as the data, and their marks go.

        ``may_note``: all zones that see what they did not see before were computed. Else the sights of before stay, and
        the next comparison finds what changed since.
        """
        ready, run, held = self._ready, begun.run, self._held
        computed = frozenset(replaced.zones) if replaced and not replaced.gone else None
        scope = Scope(run, begun.base, computed, begun.former)
        with self._connection.transaction():
            write = functools.partial(write_flags_of_run, self._connection, scope, self._plan, ready, held.catchments)
            catchments = self._timed("flags", lambda: write(keeps=held.keeps))
            if self._as_of is None:
                if may_note:
                    note_sights(self._connection, ready.sights)
                drop(self._connection, run)
            results.end_run(self._connection, run, self._stages, self._goals(begun))
        if self._as_of is not None:
            causes.forget_own_premises(self._connection, run)
            return
        held.catchments = catchments
        causes.forget_premises(self._connection, begun.base)
        if held.keeps and ready.made:
            set_aside()


def _chosen(connection: Connection, codes: Sequence[str] | None, schema: str, *, known: bool) -> list[tuple[int, str]]:
    """Id and code of the zones to compute, neighbours beside each other; ``known``: what is gone is left out."""
    chosen = zones_in_order(connection, codes, schema)
    if codes is None and not chosen:
        raise StoreNotReady("no zone is loaded; add a source of layer zone to the recipe, then load it")
    missing = set(codes or ()).difference(code for _, code in chosen)
    if missing and not known:
        raise UnknownName("zone", min(missing), [code for _, code in zones_in_order(connection, None, schema)])
    return chosen
