"""Flags of a run: of the whole city, or of those zones whose flags an edit can have changed.

An edit changes the flags of the zones that are computed again, and of those whose supply has another capacity since:
a cabinet that is full for a new house is full for the houses beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.schema import Layer
from twin.attribution.flags import Flag, Spoken, ZoneScores, flags_of, flags_without_premises
from twin.attribution.method import Names
from twin.attribution.premise import AskingRows, Demand, PremiseModel, PremiseRows
from twin.batch import FloatArray, IntArray
from twin.database import causes
from twin.database.causes import FlagRow
from twin.database.connect import Connection, Row
from twin.discover import discover
from twin.runs.catchments import Asked, Catchments
from twin.runs.plan import Plan, Planned
from twin.runs.prepare import Ready
from twin.scoring.attainment import held_against
from twin.slices import slices

ZONES_AT_ONCE = 250
"""Whose premises are looked at together for the flags of a whole city."""


@dataclass(frozen=True)
class Scope:
    """A run on its ``base``, the codes of the ``zones`` that it computed (None: all), and ``former``, the run that it
    goes on from.
    """

    run: int
    base: int
    zones: frozenset[str] | None = None
    former: int | None = None

    @property
    def stands_alone(self) -> bool:
        """Whether there are no flags of a run before that may hold no longer."""
        return self.run == self.base


@dataclass
class Flagged:
    """Flags with the zones, by goal, that they are all flags of (None: all zones), and what is to be kept for next."""

    rows: list[FlagRow] = field(default_factory=list)
    zones: dict[str, frozenset[str] | None] = field(default_factory=dict)
    catchments: dict[str, Catchments] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Iterable[Flagged], zones: dict[str, frozenset[str] | None]) -> Flagged:
        """All flags of some zones, from those of a few of them at a time."""
        whole = cls()
        for part in parts:
            whole.add(part)
        whole.zones = zones
        return whole

    def add(self, other: Flagged) -> None:
        """Those of other goals, too."""
        self.rows += other.rows
        self.zones |= other.zones
        self.catchments |= other.catchments


def write_flags_of_run(
    connection: Connection,
    scope: Scope,
    plan: Plan,
    ready: Ready,
    kept: Mapping[str, Catchments],
    *,
    keeps: bool,
) -> dict[str, Catchments]:
    """Write the flags of a run.

    Returns:
        Catchments for the next run: of an edit, and of a whole city where the process ``keeps`` them.
    """

    def write(flagged: Flagged) -> None:
        if scope.stands_alone:
            # There are none to compare with, and to look for some each time would go over all that were written.
            causes.add_flags(connection, scope.base, scope.run, flagged.rows)
        else:
            causes.write_flags(connection, scope.base, scope.run, flagged.rows, flagged.zones)

    whole, is_edit = Flagged(), scope.zones is not None
    for flagged in flags_of_run(connection, scope, plan, ready, kept, keeps=keeps or is_edit):
        # Of a whole city they are written as they come, or memory would grow with it; of an edit all at once.
        if not is_edit:
            write(flagged)
            flagged.rows = []
        if is_edit or keeps:
            whole.add(flagged)
    if is_edit:
        write(whole)
    return whole.catchments


def flags_of_run(
    connection: Connection, scope: Scope, plan: Plan, ready: Ready, kept: Mapping[str, Catchments], *, keeps: bool
) -> Iterator[Flagged]:
    """Flags of a run, goal by goal, and of a run of all zones so many zones at a time: in a large city they are many.

    Args:
        connection: to the store that holds the run's scores and evidence.
        scope: the run, and which zones it computed.
        plan: what it computes.
        ready: what its batches shared.
        kept: catchments by goal of the run before; without them all zones of the goal are looked at.
        keeps: whether catchments are kept for the next run.
    """
    for planned in plan.goals:
        work = _Goal(connection, scope, plan, ready, planned)
        goal, former = planned.goal.index, kept.get(planned.goal.index)
        if planned.premises is None or goal not in ready.shared.prepared:
            zones, found = scope.zones, work.untold(planned.premises)
        elif former is not None and work.may_go_on_from(former):
            yield work.around(planned.premises, former)
            continue
        else:
            zones, found = None, work.everywhere(planned.premises, keeps=keeps)
        # On a run before there may be flags of zones that are gone: they are found among all.
        yield from found if scope.stands_alone else [Flagged.of(found, {goal: zones})]


@dataclass(frozen=True)
class _Goal:
    connection: Connection
    scope: Scope
    plan: Plan
    ready: Ready
    planned: Planned

    def may_go_on_from(self, former: Catchments) -> bool:
        """Whether supply is as it was for the run before, whose catchments are at hand, and no zone overlaps another.

        Who counts a building that two zones hold is a matter of all zones.
        """
        zones = self.scope.zones
        return (
            zones is not None
            and former.run == self.scope.former
            and self.ready.is_as_before(self._name)
            and not zones & self.ready.overlapping
        )

    def untold(self, model: PremiseModel | None) -> Iterator[Flagged]:
        """Flags of a goal whose premises tell nothing."""
        scores, layer = self._scores(self.scope.zones), model.supply if model else ""
        for part in map(scores.part, slices(len(scores.zone), ZONES_AT_ONCE)):
            yield self._flagged(part.zone, flags_without_premises(part, self._spoken, layer=layer))

    def everywhere(self, model: PremiseModel, *, keeps: bool) -> Iterator[Flagged]:
        """Flags of the whole city, of so many zones at once that memory does not grow with it.

        Where zones overlap, who counts a building is a matter of all of them: then of all at once. What is asked is
        read before, where capacity hangs on it, and noted by zone where it is kept for the next run.
        """
        scores = self._scores(None)
        parts = slices(len(scores.zone), len(scores.zone) if self.ready.overlapping else ZONES_AT_ONCE)
        known = self._premises(scores.zone) if len(parts) == 1 else None
        by_part: list[Asked] = []
        if model.is_shared or keeps:
            for part in parts:
                asking = self._asking(scores.zone[part]) if known is None else known
                by_part.append(Asked.of(scores.zone[part], asking, asking.once()))
        asked = Asked.joined(by_part)
        demand = asked.demand()
        capacity = self._capacity(model, demand)
        for part in parts:
            rows = self._premises(scores.zone[part]) if known is None else known
            of_rows = (demand, capacity) if model.is_shared else self._asked_here(model, rows)
            flags = self._flags(model, scores.part(part), rows, of_rows[0].at(rows.node, of_rows[1]))
            yield self._flagged(scores.zone[part], flags)
        yield Flagged(catchments={self._name: Catchments(self.scope.run, asked, demand, capacity)})

    def _asked_here(self, model: PremiseModel, rows: PremiseRows) -> tuple[Demand, FloatArray]:
        demand = Demand.of(rows)
        return demand, self._capacity(model, demand)

    def around(self, model: PremiseModel, former: Catchments) -> Flagged:
        """Flags of the zones that were computed again, and of those whose supply has another capacity since."""
        computed = self.scope.zones or frozenset()
        scores, rows = self._evidence(computed)
        anew = Asked.of(scores.zone, rows, np.ones(len(rows), dtype=bool))
        asked = Asked.joined([former.asked.without(computed), anew])
        demand = asked.demand()
        capacity = self._capacity(model, demand)
        zones = computed | former.touched(asked, demand, capacity)
        if zones != computed:
            scores, rows = self._evidence(zones)
        flagged = self._flagged(zones, self._flags(model, scores, rows, demand.at(rows.node, capacity)))
        flagged.catchments[self._name] = Catchments(self.scope.run, asked, demand, capacity)
        return flagged

    def _flagged(self, zones: Iterable[str], flags: Iterable[Flag]) -> Flagged:
        return Flagged([_row(self._name, flag) for flag in flags], {self._name: frozenset(zones)})

    def _evidence(self, zones: frozenset[str]) -> tuple[ZoneScores, PremiseRows]:
        scores = self._scores(zones)
        return scores, self._premises(scores.zone)

    def _premises(self, zones: Names) -> PremiseRows:
        stored = causes.premises_of_goal(self.connection, self.scope.run, self._name, zones.tolist())
        return PremiseRows(**_columns(stored, zones, causes.ARRAY_TYPES))

    def _asking(self, zones: Names) -> AskingRows:
        stored = causes.asking_premises_of_goal(self.connection, self.scope.run, self._name, zones.tolist())
        return AskingRows(**_columns(stored, zones, causes.ASKING))

    @property
    def _name(self) -> str:
        return self.planned.goal.index

    @property
    def _spoken(self) -> Spoken:
        index = self.planned.index
        return Spoken({"en": index.title, "zh": index.title_zh}, index.unit, self.plan.profile.stale_after_years)

    def _keys(self, model: PremiseModel, node: IntArray) -> dict[int, str]:
        """Keys of some rows of supply, by id."""
        rows = self.ready.supplies[model.supply]
        at = np.flatnonzero(np.isin(rows.ids, node))
        keys = rows.words(discover("layers", Layer)[model.supply].key)[at]
        return dict(zip(rows.ids[at].tolist(), keys.tolist(), strict=True))

    def _scores(self, zones: frozenset[str] | None) -> ZoneScores:
        return zone_scores(causes.scores_of_goal(self.connection, self.scope.run, self._name, zones), self.planned)

    def _capacity(self, model: PremiseModel, demand: Demand) -> FloatArray:
        return model.capacity_of(demand, self.ready.shared.prepared[self._name], **self.planned.params)

    def _flags(self, model: PremiseModel, scores: ZoneScores, rows: PremiseRows, capacity: FloatArray) -> list[Flag]:
        if not len(scores.flagged):
            return []
        too_high = scores.value > scores.target
        short = flags_of(scores.only(~too_high), self._spoken, model, rows, capacity, self._keys(model, rows.node))
        return short + flags_without_premises(scores.only(too_high), self._spoken, excess=True)


def zone_scores(stored: Sequence[Row], planned: Planned) -> ZoneScores:
    """Stored scores of a goal as arrays, in the order of the rows."""

    def numbers(name: str) -> FloatArray:
        return np.array([row[name] for row in stored], dtype=np.float64)

    zone = np.array([row["zone"] for row in stored], dtype=object)
    target = np.array([held_against(planned.goal, row["value"]) for row in stored], dtype=np.float64)
    people, premises = numbers("people_affected"), np.nan_to_num(numbers("premises"))
    return ZoneScores(zone, numbers("value"), target, numbers("shortfall"), numbers("quality"), people, premises)


def _columns(stored: Sequence[Row], zones: Names, names: Iterable[str]) -> dict[str, Any]:
    """Stored evidence as columns of rows, each zone by its position among ``zones``."""
    position = {str(code): at for at, code in enumerate(zones)}
    lengths = [len(row["building"]) for row in stored]
    places = np.array([position[row["zone"]] for row in stored], dtype=np.int64)
    columns: dict[str, Any] = {"zone": np.repeat(places, lengths)}
    for name in names:
        type_of = np.int64 if causes.ARRAY_TYPES[name].startswith("int") else np.float64
        columns[name] = np.concatenate([np.empty(0, type_of), *(row[name] for row in stored)]).astype(type_of)
    return columns


def _row(goal: str, flag: Flag) -> FlagRow:
    given = {name: value for name, value in vars(flag).items() if name != "evidence"}
    return FlagRow(goal=goal, evidence=flag.evidence["en"], evidence_zh=flag.evidence["zh"], **given)
