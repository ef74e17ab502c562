"""Public transport within a walk: stops that are reached on foot, and stops near that cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.attribution.premise import PremiseRows, premise_model
from twin.attribution.premises._walk import STRAIGHT, Places, known_open, seen_places, walking_lifts
from twin.attribution.rows import building_premises, premise_rows
from twin.batch import Batch, CityFacts, Features
from twin.spatial.access import TOLERANCE_M, walked
from twin.spatial.street_access import ACCESS_REACH_M


@premise_model(
    layers={"building": ACCESS_REACH_M},
    supply="transit_stop",
    networks=("streets", "ways"),
    confidence=0.7,
    words={
        "en": {
            "messy": "{near_uncovered} premises lie near a stop in a straight line, yet have no way to it within the "
            "walk: the streets lead around or end.",
            "technology": "{none_near} premises have no stop near.",
            "other": "{closed_near} premises have only stops near that are too rarely served.",
            "tidy": "With ordinary streets about {tidy}; with a stop where none is near {supplied}.",
        },
        "zh": {
            "messy": "{near_uncovered}户直线距离内有站点，但步行无法在限距内到达：道路绕行或中断。",
            "technology": "{none_near}户附近没有站点。",
            "other": "{closed_near}户附近只有班次过少的站点。",
            "tidy": "若道路通达约可达{tidy}；若在缺站处新设站点约可达{supplied}。",
        },
    },
)
def transit_access(
    batch: Batch,
    prepared: Places,
    *,
    walk_m: float = 300.0,
    **_: object,
) -> PremiseRows:
    """Walks from footprints to stops with service, as the index measures them; every premise counts as recorded.

    ``reach`` is the straight distance from the footprint to the nearest stop that has service or of which it is not
    known, ``closed`` to any stop, both by 0.633 × ``walk_m``, what such a walk reaches in a straight line.
    """
    premises = building_premises(batch)
    footprints = batch.layer("building").geometry
    beyond = walked(batch, batch.per_node["transit_access"])[:, 0]
    reach, closed, node = prepared.near(footprints, STRAIGHT * walk_m)
    return premise_rows(
        batch,
        fresh=premises,
        covered=premises * (beyond <= TOLERANCE_M),
        reach=reach,
        network=np.maximum(beyond + walk_m, 0.0) / walk_m,
        closed=closed,
        node=node,
    )


@transit_access.prepare
def _stops(
    layers: Mapping[str, Features],
    networks: Mapping[str, Any],  # noqa: ARG001 - in the form of all
    city: CityFacts,  # noqa: ARG001
    *,
    max_headway_min: float | None = None,
    **_: object,
) -> Places:
    stops = layers["transit_stop"]
    headway = stops.numbers("headway_min")
    served = headway <= max_headway_min if max_headway_min is not None else np.ones(len(stops), dtype=bool)
    return Places(stops.ids, stops.geometry, served, np.isnan(headway) & ~served)


transit_access.capacity_of_each(known_open)
transit_access.seen(seen_places)
transit_access.lifts(walking_lifts)
