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
from twin.database.dirty import Marks, waiting
from twin.runs.plan import Plan

ZONE_LAYER = "zone"


@dataclass(frozen=True)
class DirtyZones:
    """``codes`` of zones to compute, None for all; ``reason`` in a sentence; ``last_run`` to take the others from."""

    codes: Sequence[str] | None
    reason: str
    last_run: int | None


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
    return _by_marks(waiting(connection), plan, run)


def _by_marks(marks: Marks, plan: Plan, run: int) -> DirtyZones:
    whole = sorted(marks.layers & (plan.whole_layers | plan.rasters))
    if whole:
        return DirtyZones(None, f"{' and '.join(whole)} changed, which the whole city leans on: all zones.", run)
    read = {*plan.reach_m, ZONE_LAYER}
    codes = sorted({code for layer, touched in marks.zones.items() if layer in read for code in touched})
    return DirtyZones(codes, f"{len(codes)} zones were touched since run {run}.", run)
