"""Flags of a goal: zones that fall short of it, each with its cause, its parts, and the evidence in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from twin.attribution import evidence as seen
from twin.attribution.method import CAUSES, FEWEST_PREMISES, Case, Method, Names
from twin.attribution.premise import PremiseModel, PremiseRows
from twin.attribution.sentences import Said, evidence, no_evidence
from twin.attribution.structural import structural
from twin.attribution.waterfall import parts_of, second_causes
from twin.attribution.words import LANGUAGES
from twin.batch import BoolArray, FloatArray, IntArray

FULL = 0.999
FRESH_ENOUGH = 0.5
UNTOLD = {"data": 0.4, "other": 0.3}
"""Confidence in a cause that no premise was looked at for."""


@dataclass(frozen=True)
class ZoneScores:
    """What a goal's index says of all zones of the city, arrays of one length, NaN where there is no value."""

    zone: Names
    value: FloatArray
    target: FloatArray
    shortfall: FloatArray
    quality: FloatArray
    people: FloatArray
    premises: FloatArray

    @property
    def flagged(self) -> IntArray:
        """Positions of zones that fall short and have premises enough to seek a cause."""
        return np.flatnonzero((np.nan_to_num(self.shortfall) > 0) & (self.premises >= FEWEST_PREMISES))

    def part(self, zones: slice) -> ZoneScores:
        """Those of some zones that follow each other."""
        return ZoneScores(**{each.name: getattr(self, each.name)[zones] for each in fields(self)})

    def only(self, chosen: BoolArray) -> ZoneScores:
        """The same, as if none but the zones ``chosen`` (zones,) fell short."""
        return replace(self, shortfall=np.where(chosen, self.shortfall, 0.0))


@dataclass(frozen=True)
class Spoken:
    """What sentences need to know of an index and its goal's profile."""

    titles: Mapping[str, str]
    unit: str
    stale_years: float


@dataclass(frozen=True)
class Flag:
    """Why a zone misses a goal: the row that screens and exports show.

    ``evidence`` by language; ``parts`` by cause, adding up to the shortfall; ``details`` are the numbers behind.
    """

    zone: str
    cause: str
    confidence: float
    second_cause: str
    value: float
    target: float
    shortfall: float
    gain_if_tidy: float | None
    gain_if_supplied: float | None
    people_affected: float | None
    evidence: Mapping[str, str]
    parts: Mapping[str, float]
    details: Mapping[str, Any]


def flags_of(
    scores: ZoneScores,
    spoken: Spoken,
    model: PremiseModel,
    rows: PremiseRows,
    capacity: FloatArray,
    node_keys: Mapping[int, str],
    method: Method = structural,
) -> list[Flag]:
    """Flags of a goal whose premises are known.

    Args:
        scores: of all zones; ``rows.zone`` are positions among them.
        spoken: for the sentences.
        model: of the goal's index.
        rows: premises of the whole city.
        capacity: (rows,) of each row's supply.
        node_keys: keys of the rows of the supply layer, by id.
        method: how causes are told apart.
    """
    case = Case(rows, model.lifts_of(rows, capacity), scores.value, scores.target, scores.shortfall, model.confidence)
    verdicts = method(case)
    parts = parts_of(case, verdicts)
    second = second_causes(parts, scores.shortfall, verdicts.cause)
    numbers, fixes = seen.numbers_of(case, verdicts, capacity), seen.fixes_of(case, verdicts)
    nodes = seen.main_nodes(case, node_keys)
    node_room = seen.node_capacity(case, capacity, nodes)
    found = []
    for at in scores.flagged:
        key = node_keys.get(int(nodes[at]), "")
        said = Said(
            spoken.titles,
            spoken.unit,
            float(scores.value[at]),
            float(scores.target[at]),
            str(verdicts.cause[at]),
            float(verdicts.confidence[at]),
            str(second[at]),
            spoken.stale_years,
            seen.plain(numbers, at),
            key,
            bool(node_room[at] < FULL),
            model.words,
        )
        helps = {name: float(gain[at]) for name, gain in fixes.items() if gain[at] > 0}
        details = {
            **said.numbers,
            "node": key,
            "node_full": said.node_is_full,
            "fixes": helps,
            "method": method.__name__,
        }
        gains = (_known(verdicts.tidy[at] - verdicts.y0[at]), _known(verdicts.supplied[at] - verdicts.y0[at]))
        words = {lang: evidence(said, lang) for lang in LANGUAGES}
        found.append(_flag(scores, at, said, gains, words, {c: float(p[at]) for c, p in parts.items()}, details))
    return found


def flags_without_premises(scores: ZoneScores, spoken: Spoken, layer: str = "", *, excess: bool = False) -> list[Flag]:
    """Flags of a goal whose premises tell nothing, at a low confidence: they cannot be looked at, or the value is too
    high (``excess``), which what premises lack does not explain.

    The cause is ``data`` where less than half of what the index counts has a fresh record, or where ``layer``, the
    supply, is empty in the city; else ``other``. It explains the whole shortfall.
    """
    found = []
    for at in scores.flagged:
        cause = "data" if layer or scores.quality[at] < FRESH_ENOUGH else "other"
        said = Said(
            spoken.titles,
            spoken.unit,
            float(scores.value[at]),
            float(scores.target[at]),
            cause,
            UNTOLD[cause],
        )
        quality = float(scores.quality[at])
        words = {lang: no_evidence(said, lang, quality=quality, layer=layer, excess=excess) for lang in LANGUAGES}
        parts = {name: float(scores.shortfall[at]) * (name == cause) for name in CAUSES}
        found.append(_flag(scores, at, said, (None, None), words, parts, {"method": "none"}))
    return found


def _flag(
    scores: ZoneScores,
    at: int,
    said: Said,
    gains: tuple[float | None, float | None],
    words: Mapping[str, str],
    parts: Mapping[str, float],
    details: Mapping[str, Any],
) -> Flag:
    return Flag(
        zone=str(scores.zone[at]),
        cause=said.cause,
        confidence=said.confidence,
        second_cause=said.second,
        value=said.value,
        target=said.target,
        shortfall=float(scores.shortfall[at]),
        gain_if_tidy=gains[0],
        gain_if_supplied=gains[1],
        people_affected=_known(scores.people[at]),
        evidence=words,
        parts=parts,
        details=details,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
