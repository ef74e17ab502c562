"""Which zones must be computed again after edits and loads, so that the result is that of a full recompute.

Edits and loads leave marks: the zones within reach of what they changed, and the layer. A mark of a layer that is read
whole, for a network or for numbers of its nodes, is a matter of the whole city: then all zones are computed. So they
are when the profile, the program or a fact of the whole city is another than in the last run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from twin.batch import CityFacts
from twin.database import results
from twin.database.connect import Connection
from twin.database.dirty import Marks, drop_idle, waiting
from twin.runs.plan import Plan

ZONE_LAYER = "zone"


@dataclass(frozen=True)
class DirtyZones:
    """``codes`` of zones to compute, None for all; ``reason`` in a sentence; ``last_run`` to take the others from.

    ``marks`` say that zones came or went; a run that takes the others over answers for them.
    """

    codes: Sequence[str] | None
    reason: str
    last_run: int | None
    marks: Sequence[int] = ()

    @property
    def is_none(self) -> bool:
        """Whether the last run is as the data."""
        return self.last_run is not None and self.codes == [] and not self.marks


def described_facts(facts: CityFacts) -> str:
    """Facts of the whole city that batches look at, as text: equal texts, equal facts."""
    return json.dumps(
        {
            "filled": sorted(layer for layer, rows in facts.rows.items() if rows),
            "dwellings_known": facts.dwellings_known,
            "reference_date": str(facts.reference_date),
        }
    )


def dirty_zones(connection: Connection, plan: Plan, facts: CityFacts) -> DirtyZones:
    """Zones whose scores of the last finished run are behind the data."""
    last = results.finished_run(connection)
    if last is None:
        return DirtyZones(None, "Nothing is scored yet: all zones are computed.", None)
    run = int(last["id"])
    if (last["profile_hash"], last["code_version"]) != (plan.profile.digest, plan.code_version):
        return DirtyZones(None, f"Run {run} is of another profile or program: all zones are computed.", run)
    if last["facts"] != described_facts(facts):
        return DirtyZones(None, f"What holds for the whole city changed since run {run}: all zones are computed.", run)
    read, whole = {*plan.reach_m, ZONE_LAYER}, plan.whole_layers | plan.rasters
    drop_idle(connection, read | whole, {*whole, ZONE_LAYER})
    return _by_marks(waiting(connection), read, whole, run)


def _by_marks(marks: Marks, read: set[str], whole: set[str], run: int) -> DirtyZones:
    changed = sorted(whole.intersection(marks.layers))
    if changed:
        return DirtyZones(None, f"{' and '.join(changed)} changed, which the whole city leans on: all zones.", run)
    codes = sorted({code for layer, touched in marks.zones.items() if layer in read for code in touched})
    reason = f"{len(codes)} zones were touched since run {run}."
    return DirtyZones(codes, reason, run, marks.layers.get(ZONE_LAYER, ()))
