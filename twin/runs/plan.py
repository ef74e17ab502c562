"""What a run computes: the goals of a profile whose index is known, and all that these need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin import __version__
from twin.discover import discover
from twin.goals import Goal, Profile
from twin.index import Index
from twin.networks.network import Network


@dataclass(frozen=True)
class Planned:
    """A goal with its index and the parameters that it is computed with."""

    goal: Goal
    index: Index
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a run computes, and what it must read for that."""

    profile: Profile
    goals: tuple[Planned, ...]
    networks: Mapping[str, Network]

    @property
    def reach_m(self) -> dict[str, float]:
        """How far around a batch's zones each layer is read, in metres."""
        reach: dict[str, float] = {}
        for each in self.goals:
            for layer in (*each.index.layers, *each.index.optional_layers):
                reach[layer] = max(reach.get(layer, 0.0), each.index.reach_m)
        return reach

    @property
    def whole_layers(self) -> set[str]:
        """Layers that are read whole, once a run: those of networks, and those that give numbers to nodes."""
        whole = {layer for network in self.networks.values() for layer in network.layers}
        for each in self.goals:
            if each.index.per_node_of is not None:
                whole |= {*each.index.layers, *each.index.optional_layers} - {"building"}
        return whole

    @property
    def code_version(self) -> str:
        """What of this program decides the values: its release, and the version of each method."""
        methods = ",".join(f"{each.index.id}={each.index.method_version}" for each in self.goals)
        return f"{__version__};{methods}"

    def described(self) -> dict[str, dict[str, Any]]:
        """By goal: what screens and exports say of it."""
        return {
            each.goal.index: {
                "title": each.index.title,
                "title_zh": each.index.title_zh,
                "unit": each.index.unit,
                "counted": each.index.counted,
                "bounds": [b if abs(b) != float("inf") else None for b in each.index.bounds],
                "method_version": each.index.method_version,
                "params": dict(each.params),
                "notes": [],
            }
            for each in self.goals
        }


def plan(profile: Profile) -> Plan:
    """The plan of a profile. Goals whose index is not computed here are reported ones, and left out.

    Raises:
        UnknownName: a goal sets a parameter that its index does not have.
    """
    indices = discover("twin.indices", Index)
    networks = discover("twin.networks", Network)
    goals = tuple(
        Planned(goal, indices[goal.index], indices[goal.index].checked_params(goal.params, profile.name))
        for goal in profile.goal
        if goal.index in indices
    )
    needed = {name for each in goals for name in each.index.networks}
    return Plan(profile, goals, {name: networks[name] for name in sorted(needed)})
