"""Premises within a walk of public green."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from twin.batch import Batch, BoolArray, CityFacts, Columns, Features
from twin.index import Values, index
from twin.spatial.access import TOLERANCE_M, entrances, walked
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.premises import premises_notes, zone_premises

UNKNOWN_ACCESS = "Green areas whose access is not known are not counted as public"


@index(
    title="Public green within a walk",
    title_zh="公园服务半径覆盖率",
    unit="share",
    layers=("building", "street", "green_area"),
    reach_m={"street": None, "green_area": None},
    networks=("streets",),
)
def green_access(
    batch: Batch,
    *,
    walk_m: float = 300.0,
    entrance_m: float = 22.0,  # noqa: ARG001 - read once a run, by the function of the nodes
    straight_m: float | None = None,  # noqa: ARG001 - read by attribution; None is 0.633 × walk_m
    min_area_m2: float = 0.0,  # noqa: ARG001 - as entrance_m
    kinds: Sequence[str] = (),  # noqa: ARG001 - as entrance_m
) -> Values:
    """Share of premises from which public green is reached on foot within ``walk_m``.

    Formula: N / D, at most 1. D = premises of the buildings whose representative point lies in the zone.
    N = those with hop + network ≤ ``walk_m``: the hop goes straight from the footprint's centroid to the
    nearest node of the street network, the network length from there to the nearest entrance of a green
    area. Entrances are the nodes within ``entrance_m`` of a green area and the node nearest to its
    centroid. Green counts if its ``access`` is public: of any kind unless ``kinds`` lists some, of any
    size unless ``min_area_m2`` is given. ``straight_m``, what ``walk_m`` of ordinary streets reach in a
    straight line, does not enter the value.

    Unit: share of premises, 0…1. Denominator: premises. Direction: at least. Counted in n: premises (D).
    Quality: share of D whose answer stands on known facts: a covered premise on a public green with a
    fresh record in reach, one that is not covered on there being no green of unknown access in reach.
    Parts: ``unknown_access`` = premises not covered, with green of unknown access in reach; ``low`` and
    ``high`` = the value if none or all of these were covered. Source: Xiong'an outline of 2018, row 16 of
    its indicators (park within 300 m, 公园300米服务半径覆盖率); by network and not in a straight line,
    after WHO Europe, Urban green spaces: a brief for action, 2017.

    >>> from shapely import box, LineString
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.green_access import green_access
    >>> from twin.networks.streets import streets
    >>> layers = {
    ...     "building": Features.of([box(95, 5, 105, 15), box(495, 5, 505, 15)], dwellings=[3, 1]),
    ...     "street": Features.of([LineString([(0, 0), (600, 0)])], road_class=["residential"]),
    ...     "green_area": Features.of([box(-50, -50, 0, 50)], kind=["park"], access=["public"]),
    ... }
    >>> city = CityFacts.of(layers, "2025-06-30")
    >>> nets = {"streets": streets.build(layers, city)}
    >>> nodes = {"green_access": green_access.per_node_of(layers, nets, city)}
    >>> zones = Features.of([box(0, -100, 600, 100)])
    >>> green_access.compute(Batch(zones, layers, city, nets, nodes)).value
    array([0.75])
    """
    homes = zone_premises(batch)
    graph = batch.networks["streets"]
    metres = walked(batch, batch.per_node["green_access"])
    within = (metres <= walk_m + TOLERANCE_M)[homes.building]
    covered, fresh, unknown = within[:, 0], within[:, 1], within[:, 2] & ~within[:, 0]
    count, unsure, total = homes.where(covered), homes.where(unknown), np.maximum(homes.total, 1)
    return Values.from_ratio(
        count,
        homes.total,
        n=homes.total,
        quality=homes.where(np.where(covered, fresh, ~unknown)) / total,
        reason=homes.reason if len(graph) else ["No street of the city can be walked on"] * len(batch.zones),
        parts={"unknown_access": unsure, "low": count / total, "high": (count + unsure) / total},
        notes=(*premises_notes(batch), *((UNKNOWN_ACCESS,) if unsure.any() else ())),
    )


@green_access.per_node
def _metres_to_green(
    city_layers: Mapping[str, Features],
    networks: Mapping[str, Any],
    facts: CityFacts,
    *,
    entrance_m: float = 22.0,
    min_area_m2: float = 0.0,
    kinds: Sequence[str] = (),
    **_: object,
) -> Columns:
    """Walked metres from nodes to green: public, public with a fresh record, of unknown access."""
    graph, greens = networks["streets"], counted_green(city_layers["green_area"], kinds, min_area_m2)
    access = greens.words("access")
    public, unknown = access == "public", access == None  # noqa: E711 - elementwise
    fresh = public & is_fresh(record_dates(greens, "updated_on"), facts)
    area, node = entrances(graph, greens.geometry, entrance_m)
    to_public, to_unknown = (graph.distance_from(node[chosen[area]]) for chosen in (public, unknown))
    to_fresh = to_public if np.array_equal(fresh, public) else graph.distance_from(node[fresh[area]])
    return to_public, to_fresh, to_unknown


def counted_green(greens: Features, kinds: Sequence[str], min_area_m2: float) -> Features:
    """Green areas of these kinds (any where none is given) and of at least that size."""
    chosen: BoolArray = shapely.area(greens.geometry) >= min_area_m2
    if kinds:
        chosen &= np.isin(greens.words("kind").astype(str), list(kinds))
    return greens.take(chosen)
