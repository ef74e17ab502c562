"""All evidence of a zone in one collection: features, the rows of its legend, and at most three labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import shapely

from dashboards.causes import UNTOLD, premise_model_of, walked_to
from dashboards.evidence.buildings import building_features
from dashboards.evidence.supply import Asked, Feature, SupplyEvidence
from dashboards.figures import Figures
from dashboards.words import Words
from twin.attribution.premise import PremiseModel
from twin.database.causes import premises_of_goal
from twin.database.connect import Connection
from twin.database.published import Run, zone_flag
from twin.discover import discover

MOST_LABELS = 3
ROLES = (
    "building-messy",
    "building-technology",
    "building-data",
    "building-other",
    "building-open",
    "node-full",
    "node-free",
    "node-unknown",
    "pipe-lost",
    "pipe-end",
    "pipe",
    "green-open",
    "green-unknown",
    "green-closed",
    "stop",
    "stop-rare",
    "lane",
)
"""Rows of the legend, from top to bottom."""


def evidence_of(connection: Connection, run: Run, goal: str, zone: str, say: Words) -> dict[str, Any]:
    """A GeoJSON collection in degrees with ``title``, ``legend`` and ``labels``; without features where a zone has no
    flag, or one that no premise was looked at for.
    """
    model, flag = premise_model_of(goal), zone_flag(connection, run.id, goal, zone)
    premises = premises_of_goal(connection, run.id, goal, [zone])
    features: list[Feature] = []
    if model is not None and flag is not None and premises and flag["details"].get("method") != UNTOLD:
        asked = Asked(zone, flag, premises[0], run.goals[goal].get("params", {}), say)
        supply = discover("dashboards.evidence.supplies", SupplyEvidence).get(model.supply)
        shown = supply.read(connection, asked) if supply else []
        features = [*building_features(connection, asked, model), *shown]
    return {
        "type": "FeatureCollection",
        "zone": zone,
        "title": say("evidence.title", zone=zone),
        "features": [each.as_json() for each in features],
        "legend": _legend(features, model, say) if model else [],
        "labels": _labels(features),
    }


def _legend(features: Sequence[Feature], model: PremiseModel, say: Words) -> list[dict[str, str]]:
    counts = Counter(each.role for each in features)
    way = "walk" if walked_to(model) else "brought"
    rows = []
    for role in ROLES:
        if counts[role]:
            label = say.get(f"evidence.role.{role}_{model.supply}", say.get(f"evidence.role.{role}_{way}", ""))
            label = label or say(f"evidence.role.{role}")
            rows.append({"role": role, "label": label, "count": Figures(say).count(counts[role])})
    return rows


def _labels(features: Sequence[Feature]) -> list[dict[str, Any]]:
    named = sorted((each for each in features if each.rank > 0), key=lambda each: -each.rank)[:MOST_LABELS]
    places = [
        shapely.get_coordinates(shapely.point_on_surface(shapely.geometry.shape(each.shape)))[0] for each in named
    ]
    return [
        {"at": place.round(6).tolist(), "name": each.name, "text": each.label}
        for each, place in zip(named, places, strict=True)
    ]
