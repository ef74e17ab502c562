"""What the premises of each zone ask of which supply, kept beside a run: an edit is then answered without the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from twin.attribution.method import Names
from twin.attribution.premise import AskingRows, Demand
from twin.batch import BoolArray, FloatArray

Asked = dict[str, Demand]
"""By code of a zone, what its premises ask of which supply."""


@dataclass(frozen=True)
class Catchments:
    """What was asked by zone as of a run, and of each row of supply in all, with the capacity that came of it."""

    run: int
    asked: Asked
    demand: Demand
    capacity: FloatArray

    def asked_with(self, computed: Iterable[str], asked: Asked) -> Asked:
        """What is asked when the zones ``computed`` ask anew."""
        kept = set(self.asked).difference(computed)
        return {code: each for code, each in self.asked.items() if code in kept} | asked

    def touched(self, asked: Asked, demand: Demand, capacity: FloatArray) -> frozenset[str]:
        """Zones any of whose supply has another capacity than it had."""
        both = np.union1d(self.demand.node, demand.node)
        changed = both[self.demand.at(both, self.capacity) != demand.at(both, capacity)]
        if not len(changed):
            return frozenset()
        return frozenset(code for code, each in asked.items() if np.isin(each.node, changed).any())


def asked_by_zone(zones: Names, rows: AskingRows, counted: BoolArray) -> Asked:
    """What the premises of each zone ask; ``rows.zone`` are positions among ``zones``, ``counted`` says which count."""
    at = np.flatnonzero(rows.node >= 0)
    # One number a pair of zone and node: sorting these is ten times faster than np.unique(axis=1).
    span = int(rows.node.max(initial=0)) + 1
    pairs, which = np.unique(rows.zone[at] * span + rows.node[at], return_inverse=True)
    amount = np.where(counted & (rows.reach <= 1), rows.premises, 0.0)[at]
    sums = np.bincount(which, amount, minlength=len(pairs)).astype(np.float64)
    zone, node = np.divmod(pairs, span)
    starts = np.searchsorted(zone, np.arange(len(zones) + 1))
    parts = (slice(starts[n], starts[n + 1]) for n in range(len(zones)))
    return {str(code): Demand(node[part], sums[part]) for code, part in zip(zones, parts, strict=True)}


def summed(asked: Mapping[str, Demand]) -> Demand:
    """What is asked of each row of supply by all zones together."""
    node = np.concatenate([np.empty(0, np.int64), *(each.node for each in asked.values())])
    premises = np.concatenate([np.empty(0), *(each.premises for each in asked.values())])
    ids, which = np.unique(node, return_inverse=True)
    return Demand(ids, np.bincount(which, premises, minlength=len(ids)).astype(np.float64))
