"""Public green within a walk: what is reached on foot, and what lies near but cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.attribution.premise import PremiseRows, premise_model
from twin.attribution.premises._walk import STRAIGHT, Places, known_open, seen_places, walking_lifts
from twin.attribution.rows import building_premises, premise_rows
from twin.batch import Batch, CityFacts, Features
from twin.indices.green_access import counted_green
from twin.spatial.access import TOLERANCE_M, walked
from twin.spatial.street_access import ACCESS_REACH_M


@premise_model(
    layers={"building": ACCESS_REACH_M},
    supply="green_area",
    networks=("streets", "ways"),
    confidence=0.7,
    words={
        "en": {
            "messy": "{near_uncovered} premises lie near open green in a straight line, yet have no way to it within "
            "the walk: the streets lead around or end.",
            "technology": "{none_near} premises have no green of any kind near.",
            "other": "{closed_near} premises have only green near that is closed to the public.",
            "tidy": "With ordinary streets about {tidy}; with a public green where none is near {supplied}.",
        },
        "zh": {
            "messy": "{near_uncovered}户直线距离内有开放绿地，但步行无法在限距内到达：道路绕行或中断。",
            "technology": "{none_near}户附近没有任何绿地。",
            "other": "{closed_near}户附近只有不对公众开放的绿地。",
            "tidy": "若道路通达约可达{tidy}；若在缺绿处新建公园约可达{supplied}。",
        },
    },
)
def green_access(
    batch: Batch, prepared: Places, *, walk_m: float = 300.0, straight_m: float | None = None, **_: object
) -> PremiseRows:
    """Walks from footprints to public green, as the index measures them; every premise counts as recorded.

    ``reach`` is the straight distance from the footprint to the nearest edge of green that is public or of unknown
    access, ``closed`` to green of any access, both by ``straight_m`` (0.633 × ``walk_m``, what such a walk reaches in a
    straight line on ordinary streets).
    """
    premises = building_premises(batch)
    footprints = batch.layer("building").geometry
    metres = walked(batch, batch.per_node["green_access"])[:, 0]
    within = straight_m if straight_m is not None else STRAIGHT * walk_m
    reach, closed, node = prepared.near(footprints, within)
    return premise_rows(
        batch,
        fresh=premises,
        covered=premises * (metres <= walk_m + TOLERANCE_M),
        reach=reach,
        network=metres / walk_m,
        closed=closed,
        node=node,
    )


@green_access.prepare
def _greens(
    layers: Mapping[str, Features],
    networks: Mapping[str, Any],  # noqa: ARG001 - in the form of all
    city: CityFacts,  # noqa: ARG001
    *,
    min_area_m2: float = 0.0,
    kinds: Sequence[str] = (),
    **_: object,
) -> Places:
    greens = counted_green(layers["green_area"], kinds, min_area_m2)
    access = greens.words("access")
    unknown = np.array([each is None for each in access], dtype=bool)
    return Places(greens.ids, greens.geometry, np.asarray(access == "public", dtype=bool), unknown)


green_access.capacity_of_each(known_open)
green_access.seen(seen_places)
green_access.lifts(walking_lifts)
