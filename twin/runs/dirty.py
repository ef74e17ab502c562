"""Which zones must be computed again after edits and loads, so that the result is that of a full recompute.

Edits and loads leave marks: the zones within reach of what they changed, and the layer. Where the layer is one that the
whole city shares, for a network, for numbers of its nodes or for supply, these are made anew, and compared by square
with what the last run saw (``twin/spatial/sight.py``): zones that looked as far as a square that changed are computed
too. All zones are, when the profile, the program or a fact of the whole city is another than in the last run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from twin.batch import CityFacts
from twin.database import results
from twin.database.connect import Connection, Row
from twin.database.dirty import drop_idle, waiting
from twin.database.seen import former_sights, zones_that_see
from twin.runs.batch import Cut
from twin.runs.facts import described_facts
from twin.runs.plan import Plan
from twin.runs.prepare import ZONE_LAYER, Ready
from twin.runs.work import Valued

MOST_SQUARES = 20_000
"""Changes in more squares than these are changes of the whole city."""


@dataclass(frozen=True)
class DirtyZones:
    """``codes`` of zones to compute, None for all; ``reason`` in a sentence; ``last`` the run to take the others from.

    ``valued``: those of ``codes`` whose values may change; of the others only what is said of causes. None: all.
    ``layers``: by whose rows alone they may; None: by anything.
    ``marks`` are of layers as such, for which a run answers that computes these zones (None: for all); ``gone`` says
    that zones may be there no longer. ``compared``: what zones see was held against what they saw, and may be noted.
    """

    codes: Sequence[str] | None
    reason: str
    last: Row | None
    marks: Sequence[int] | None = None
    gone: bool = False
    compared: bool = False
    valued: frozenset[str] | None = None
    layers: Set[str] | None = None

    @property
    def is_none(self) -> bool:
        """Whether the last run is as the data."""
        return self.last is not None and self.codes == [] and not self.marks

    def valued_of(self, part: Cut, plan: Plan) -> Valued:
        """What of a batch and of a plan may have other values."""
        zones = part if self.valued is None else part.of(self.valued)
        return Valued(zones, plan if self.layers is None else plan.hanging_on(self.layers))


def dirty_zones(connection: Connection, plan: Plan, facts: CityFacts, ready: Callable[[], Ready]) -> DirtyZones:
    """Zones whose scores of the last finished run are behind the data.

    ``ready`` gives what all batches share as it is now; it is called where a layer changed that they share.
    """
    last = results.scored_run(connection)
    if last is None:
        return DirtyZones(None, "Nothing is scored yet: all zones are computed.", None)
    run = int(last["id"])
    if (last["profile_hash"], last["code_version"]) != (plan.profile.digest, plan.code_version):
        return DirtyZones(None, f"Run {run} is of another profile or program: all zones are computed.", last)
    if last["facts"] != described_facts(facts):
        return DirtyZones(None, f"What holds for the whole city changed since run {run}: all zones are computed.", last)
    read, whole = {*plan.reach_m, *plan.supplies, ZONE_LAYER}, plan.whole_layers | plan.rasters
    with connection.pipeline():
        drop_idle(connection, read | whole, {*whole, ZONE_LAYER})
        marks = waiting(connection)
    changed = sorted(whole.intersection(marks.layers))
    codes, valued = (_of_layers(each, read) for each in (marks.zones, marks.valued))
    answered = [mark for layer in (*changed, ZONE_LAYER) for mark in marks.layers.get(layer, ())]
    if changed:
        saw = None if plan.rasters.intersection(changed) else zones_that_saw(connection, run, ready())
        if saw is None:
            reason = f"{' and '.join(changed)} changed, for zones that are not known: all zones."
            return DirtyZones(None, reason, last, answered, compared=True)
        codes, valued = codes | saw, valued | saw
    gone = ZONE_LAYER in marks.layers
    reason = f"{len(codes)} zones were touched since run {run}."
    layers = None if changed or gone else read.intersection(marks.valued)
    return DirtyZones(sorted(codes), reason, last, answered, gone, bool(changed), valued, layers)


def _of_layers(zones: Mapping[str, frozenset[str]], read: Set[str]) -> frozenset[str]:
    return frozenset(code for layer, touched in zones.items() if layer in read for code in touched)


def zones_that_saw(connection: Connection, run: int, ready: Ready) -> set[str] | None:
    """Zones that looked, in a run, as far as the squares in which what is shared changed since; None: not known."""
    former = former_sights(connection, ready.sights)
    found: set[str] = set()
    for name, sights in ready.sights.items():
        if sights is None or {each.kind for each in sights} != set(former.get(name, {})):
            if sights is None or len(sights):
                return None
            continue
        for sight in sights:
            before = former[name][sight.kind]
            if sight.digest == before.digest:
                continue
            x, y = sight.changed(before)
            if len(x) > MOST_SQUARES:
                return None
            found |= zones_that_see(connection, run, sight.kind, x.tolist(), y.tolist())
    return found
