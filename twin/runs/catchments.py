"""What the premises of each zone ask of which supply, kept beside a run: an edit is then answered without the city."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from twin.attribution.method import Names
from twin.attribution.premise import AskingRows, Demand
from twin.batch import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Asked:
    """What the premises of zones ask, a row for each pair of a zone and a row of supply that they are at.

    ``zone`` (P,) are positions among ``zones``, the codes; ``node`` (P,) are ids of supply, ``premises`` (P,) those in
    its reach.
    """

    zones: Names
    zone: IntArray
    node: IntArray
    premises: FloatArray

    @classmethod
    def of(cls, zones: Names, rows: AskingRows, counted: BoolArray) -> Asked:
        """What premises ask; ``rows.zone`` are positions among ``zones``, ``counted`` says which count."""
        at = np.flatnonzero(rows.node >= 0)
        # One number a pair of zone and node: sorting these is ten times faster than np.unique(axis=1).
        span = int(rows.node.max(initial=0)) + 1
        pairs, which = np.unique(rows.zone[at] * span + rows.node[at], return_inverse=True)
        amount = np.where(counted & (rows.reach <= 1), rows.premises, 0.0)[at]
        zone, node = np.divmod(pairs, span)
        return cls(zones, zone, node, np.bincount(which, amount, minlength=len(pairs)).astype(np.float64))

    @classmethod
    def joined(cls, parts: Sequence[Asked]) -> Asked:
        """What some zones ask and others."""
        if not parts:
            return cls(np.empty(0, object), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        starts = np.cumsum([0, *(len(each.zones) for each in parts[:-1])])
        return cls(
            np.concatenate([each.zones for each in parts]),
            np.concatenate([each.zone + start for each, start in zip(parts, starts, strict=True)]),
            np.concatenate([each.node for each in parts]),
            np.concatenate([each.premises for each in parts]),
        )

    def without(self, zones: Container[str]) -> Asked:
        """What all other zones ask."""
        stay = np.fromiter((code not in zones for code in self.zones), bool, len(self.zones))
        kept = stay[self.zone]
        place = np.cumsum(stay) - 1
        return Asked(self.zones[stay], place[self.zone[kept]], self.node[kept], self.premises[kept])

    def demand(self) -> Demand:
        """What is asked of each row of supply by all zones together."""
        return Demand.summed(self.node, self.premises)


@dataclass(frozen=True)
class Catchments:
    """What was asked by zone as of a run, and of each row of supply in all, with the capacity that came of it."""

    run: int
    asked: Asked
    demand: Demand
    capacity: FloatArray

    def touched(self, asked: Asked, demand: Demand, capacity: FloatArray) -> frozenset[str]:
        """Zones any of whose supply has another capacity than it had."""
        both = np.union1d(self.demand.node, demand.node)
        changed = both[self.demand.at(both, self.capacity) != demand.at(both, capacity)]
        if not len(changed):
            return frozenset()
        return frozenset(asked.zones[np.unique(asked.zone[np.isin(asked.node, changed)])].tolist())
