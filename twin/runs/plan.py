"""What a run computes: the goals of a profile whose index is known, and all that these need."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from twin import __version__
from twin.attribution.premise import PremiseModel
from twin.discover import discover
from twin.goals import Goal, Profile
from twin.index import Index
from twin.messiness.bounds import bounds
from twin.messiness.measure import METRICS, messiness_needs
from twin.messiness.metric import Metric
from twin.networks.network import Network
from twin.scoring.people import PEOPLE_REACHES, is_of_people


@dataclass(frozen=True)
class Planned:
    """A goal with its index, the parameters that it is computed with, and the model of its premises, if it has one."""

    goal: Goal
    index: Index
    params: Mapping[str, Any]
    premises: PremiseModel | None

    @property
    def value_reaches(self) -> dict[str, float]:
        """Layers that its scores hang on, and how far around a zone, in metres; networks and their layers aside."""
        counted = PEOPLE_REACHES if is_of_people(self.index.unit) else {}
        return _farthest([counted, self.index.reaches])


@dataclass(frozen=True)
class Plan:
    """What a run computes, and what it must read for that."""

    profile: Profile
    goals: tuple[Planned, ...]
    networks: Mapping[str, Network]

    @functools.cached_property
    def reach_m(self) -> dict[str, float]:
        """How far around a batch's zones each layer is read, in metres."""
        models = [each.premises.layers for each in self.goals if each.premises]
        return _farthest([self.value_reach_m, messiness_needs()[0], *models])

    @functools.cached_property
    def value_reach_m(self) -> dict[str, float]:
        """How far each layer is read where values alone are asked for, without what speaks for their causes."""
        return _farthest([each.value_reaches for each in self.goals])

    @property
    def names(self) -> tuple[str, ...]:
        """Of its goals."""
        return tuple(each.goal.index for each in self.goals)

    def hanging_on(self, layers: Set[str]) -> Plan:
        """The part of the plan whose scores may change where rows of these layers do, and only these."""
        goals = tuple(each for each in self.goals if not layers.isdisjoint(each.value_reaches))
        return replace(self, goals=goals)

    @functools.cached_property
    def whole_layers(self) -> set[str]:
        """Layers that are read whole, once a run: those of networks, and those that give numbers to nodes."""
        whole = {layer for network in self.networks.values() for layer in network.layers} | self.supplies
        for each in self.goals:
            if each.index.per_node_of is not None:
                whole |= {*each.index.layers, *each.index.optional_layers} - {"building"}
        return whole

    @functools.cached_property
    def rasters(self) -> set[str]:
        """Rasters that are read."""
        return {name for each in self.goals for name in each.index.rasters}

    @functools.cached_property
    def supplies(self) -> set[str]:
        """Layers of what supplies premises."""
        return {each.premises.supply for each in self.goals if each.premises}

    @functools.cached_property
    def code_version(self) -> str:
        """What of this program decides the values: its release, and the version of each method."""
        methods = ",".join(f"{each.index.id}={each.index.method_version}" for each in self.goals)
        models = ",".join(f"{each.premises.id}={each.premises.method_version}" for each in self.goals if each.premises)
        metrics = ",".join(f"{name}={each.method_version}" for name, each in discover(METRICS, Metric).items())
        scale = hashlib.sha256(repr(sorted(bounds().items())).encode()).hexdigest()[:8]
        return f"{__version__};{methods};premises={models};messiness={metrics};bounds={scale}"

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


def value_reaches() -> dict[str, float]:
    """How far outside a zone features of each layer may change its values, in metres, whatever the profile."""
    return _farthest([PEOPLE_REACHES, *(index.reaches for index in discover("twin.indices", Index).values())])


def reaches() -> dict[str, float]:
    """How far outside a zone features of each layer may change anything that a run says of it, in metres."""
    models = [model.layers for model in discover("twin.attribution.premises", PremiseModel).values()]
    return _farthest([value_reaches(), messiness_needs()[0], *models])


def _farthest(reaches: Sequence[Mapping[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in reaches:
        for layer, metres in each.items():
            found[layer] = max(found.get(layer, 0.0), metres)
    return found


def plan(profile: Profile) -> Plan:
    """The plan of a profile. Goals whose index is not computed here are reported ones, and left out.

    Raises:
        UnknownName: a goal sets a parameter that its index does not have.
    """
    indices = discover("twin.indices", Index)
    networks = discover("twin.networks", Network)
    models = discover("twin.attribution.premises", PremiseModel)
    goals = tuple(
        Planned(
            goal,
            indices[goal.index],
            indices[goal.index].checked_params(goal.params, profile.name),
            models.get(goal.index),
        )
        for goal in profile.goal
        if goal.index in indices
    )
    needed = {name for each in goals for name in each.index.networks} | set(messiness_needs()[1])
    needed |= {name for each in goals if each.premises for name in each.premises.networks}
    return Plan(profile, goals, {name: networks[name] for name in sorted(needed)})
