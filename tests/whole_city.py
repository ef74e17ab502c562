"""A city whose layers are all in memory, taken from layers to flags without a store: one batch of all its zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from twin.attribution.flags import Flag, Spoken, ZoneScores, flags_of, flags_without_premises
from twin.attribution.method import Method
from twin.attribution.premise import Demand
from twin.attribution.structural import structural
from twin.batch import NOTHING, Batch, CityFacts, Features
from twin.discover import discover
from twin.goals import Profile
from twin.networks.network import Network
from twin.runs.plan import Planned, plan
from twin.runs.work import compute
from twin.scoring.attainment import attain, held_against
from twin.scoring.people import people_affected
from twin.spatial.premises import zone_premises


class WholeCity:
    """Layers by name, scored and attributed for a profile."""

    def __init__(self, layers: Mapping[str, Features], profile: Profile, reference_date: str) -> None:
        """Build the networks, and what indices and premise models prepare once a run."""
        self.plan = plan(profile)
        self.layers = dict(layers)
        self.facts = CityFacts.of(
            layers,
            reference_date,
            stale_after_years=profile.stale_after_years,
            street_classes=profile.street_classes,
        )
        whole = {name: layers.get(name, NOTHING) for name in self.plan.whole_layers}
        known = discover("twin.networks", Network)
        self.networks = {name: known[name].build(whole, self.facts) for name in self.plan.networks}
        nodes = {
            each.goal.index: each.index.per_node_of(whole, self.networks, self.facts, **each.params)
            for each in self.plan.goals
            if each.index.per_node_of is not None
        }
        self.batch = Batch(layers["zone"], self.layers, self.facts, self.networks, nodes)
        self.prepared = {
            each.goal.index: each.premises.prepare_of(whole, self.networks, self.facts, **each.params)
            for each in self.plan.goals
            if each.premises is not None and len(whole[each.premises.supply])
        }

    def flags(self, method: Method = structural) -> pd.DataFrame:
        """One row a zone × goal that falls short, the columns of ``Flag`` and ``goal``."""
        rows = [
            {"goal": each.goal.index, **vars(flag)} for each in self.plan.goals for flag in self._flags(each, method)
        ]
        return pd.DataFrame(rows)

    def _flags(self, planned: Planned, method: Method) -> Sequence[Flag]:
        scores, index, model = self._scores(planned), planned.index, planned.premises
        spoken = Spoken({"en": index.title, "zh": index.title_zh}, index.unit, self.facts.stale_after_years)
        if model is None or planned.goal.index not in self.prepared:
            return flags_without_premises(scores, spoken, model.supply if model else "")
        prepared = self.prepared[planned.goal.index]
        rows = model.rows(self.batch, prepared, **planned.params)
        demand = Demand.of(rows)
        capacity = demand.at(rows.node, model.capacity_of(demand, prepared, **planned.params))
        return flags_of(scores, spoken, model, rows, capacity, {}, method)

    def _scores(self, planned: Planned) -> ZoneScores:
        values = compute(planned, self.batch)
        reached = attain(values.value, planned.goal)
        people = people_affected(self.batch, reached.shortfall, planned.index.unit)
        target = np.array([held_against(planned.goal, each) for each in values.value])
        types = self.batch.zones.column("zone_type")
        short = np.where([planned.goal.applies_to(each) for each in types], reached.shortfall, np.nan)
        premises = zone_premises(self.batch).total
        return ZoneScores(self.codes, values.value, target, short, values.quality, people, premises)

    @property
    def codes(self) -> np.ndarray[Any, Any]:
        """Codes of the zones, in the order of all arrays."""
        return self.batch.zones.words("code")
