"""Messiness and premises of a batch as rows, and after all batches the flags of the whole city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from layers.schema import Layer
from twin.attribution.flags import Flag, Spoken, ZoneScores, flags_of, flags_without_premises
from twin.attribution.premise import PremiseRows
from twin.batch import Batch, Features, FloatArray, IntArray
from twin.database import causes
from twin.database.causes import FlagRow, FormRow, PremiseRow
from twin.database.connect import Connection, Row
from twin.discover import discover
from twin.goals import Profile
from twin.messiness.measure import messiness
from twin.runs.batch import Shared
from twin.runs.plan import Plan, Planned
from twin.scoring.attainment import held_against
from twin.spatial.premises import zone_premises


def form_rows(batch: Batch, zones: int) -> Iterator[FormRow]:
    """Messiness of the first ``zones`` zones of a batch; own parts come after them and are left out."""
    form, premises = messiness(batch), zone_premises(batch).total
    codes = batch.zones.columns["code"].tolist()
    for at in range(zones):
        metrics = {name: _rounded(each[at]) for name, each in form.metrics.items() if np.isfinite(each[at])}
        interval = (_messiness(form.value[at]), _messiness(form.low[at]), _messiness(form.high[at]))
        yield FormRow(codes[at], int(premises[at]), *interval, int(form.n[at]), str(form.reason[at]), metrics)


def premise_rows(planned: Planned, batch: Batch, shared: Shared, zones: int) -> Iterator[PremiseRow]:
    """Evidence of a goal's premises in the first ``zones`` zones of a batch; a row a zone that has premises.

    None where the index has no premise model, or nothing is loaded that supplies.
    """
    model, goal = planned.premises, planned.goal.index
    if model is None or goal not in shared.prepared:
        return
    rows = model.rows(batch, shared.prepared[goal], **planned.params)
    rows = rows.take(rows.zone < zones)
    rows = rows.take(np.argsort(rows.zone, kind="stable"))
    codes = batch.zones.columns["code"].tolist()
    starts = np.searchsorted(rows.zone, np.arange(zones + 1))
    for at in range(zones):
        if starts[at] == starts[at + 1]:
            continue
        part = slice(starts[at], starts[at + 1])
        yield PremiseRow(goal, codes[at], {name: getattr(rows, name)[part] for name in causes.ARRAY_TYPES})


def flag_rows(
    connection: Connection, run: int, plan: Plan, shared: Shared, supplies: Mapping[str, Features]
) -> list[FlagRow]:
    """Flags of every goal of a run, for the whole city.

    Args:
        connection: to the store that holds the run's scores and evidence.
        run: its number.
        plan: what it computes.
        shared: what its batches shared.
        supplies: layers of what supplies, whole, by name.
    """
    found = []
    for planned in plan.goals:
        goal = planned.goal.index
        scores = zone_scores(causes.scores_of_goal(connection, run, goal), planned)
        found += [_row(goal, flag) for flag in _flags(connection, run, planned, scores, plan.profile, shared, supplies)]
    return found


def _flags(
    connection: Connection,
    run: int,
    planned: Planned,
    scores: ZoneScores,
    profile: Profile,
    shared: Shared,
    supplies: Mapping[str, Features],
) -> list[Flag]:
    goal, index, model = planned.goal.index, planned.index, planned.premises
    if not len(scores.flagged):
        return []
    spoken = Spoken({"en": index.title, "zh": index.title_zh}, index.unit, profile.stale_after_years)
    if model is None:
        return flags_without_premises(scores, spoken)
    if goal not in shared.prepared:
        return flags_without_premises(scores, spoken, layer=model.supply)
    rows = city_rows(causes.premises_of_goal(connection, run, goal), scores.zone)
    capacity = model.capacity_of(rows, shared.prepared[goal], **planned.params)
    keys = _keys(model.supply, supplies[model.supply])
    too_high = scores.value > scores.target
    short = flags_of(scores.only(~too_high), spoken, model, rows, capacity, keys)
    return short + flags_without_premises(scores.only(too_high), spoken, excess=True)


def zone_scores(stored: Sequence[Row], planned: Planned) -> ZoneScores:
    """Stored scores of a goal as arrays, in the order of the rows."""

    def numbers(name: str) -> FloatArray:
        return np.array([row[name] for row in stored], dtype=np.float64)

    zone = np.array([row["zone"] for row in stored], dtype=object)
    target = np.array([held_against(planned.goal, row["value"]) for row in stored], dtype=np.float64)
    people, premises = numbers("people_affected"), np.nan_to_num(numbers("premises"))
    return ZoneScores(zone, numbers("value"), target, numbers("shortfall"), numbers("quality"), people, premises)


def city_rows(stored: Sequence[Row], zones: Sequence[str] | np.ndarray[Any, Any]) -> PremiseRows:
    """Stored evidence of a goal as rows, each zone by its position among ``zones``; of other zones none."""
    position = {str(code): at for at, code in enumerate(zones)}
    kept = [row for row in stored if row["zone"] in position]
    lengths = [len(row["building"]) for row in kept]
    zone: IntArray = np.repeat(np.array([position[row["zone"]] for row in kept], dtype=np.int64), lengths)
    columns: dict[str, Any] = {}
    for name, kind in causes.ARRAY_TYPES.items():
        type_of = np.int64 if kind.startswith("int") else np.float64
        columns[name] = np.concatenate([np.empty(0, type_of), *(row[name].astype(type_of) for row in kept)])
    return PremiseRows(zone=zone, **columns)


def _keys(layer: str, rows: Features) -> dict[int, str]:
    key = discover("layers", Layer)[layer].key
    return dict(zip(rows.ids.tolist(), rows.words(key).tolist(), strict=True))


def _row(goal: str, flag: Flag) -> FlagRow:
    given = {name: value for name, value in vars(flag).items() if name != "evidence"}
    return FlagRow(goal=goal, evidence=flag.evidence["en"], evidence_zh=flag.evidence["zh"], **given)


def _messiness(value: float) -> float | None:
    return _rounded(value) if np.isfinite(value) else None


def _rounded(value: float) -> float:
    """To twelve digits: sums of lengths differ in the last ones by how zones are cut into batches."""
    return float(f"{value:.12g}")
