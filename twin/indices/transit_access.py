"""Premises within a walk of public transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.batch import Batch, BoolArray, CityFacts, Columns, Features, FloatArray
from twin.index import Values, index
from twin.spatial.access import TOLERANCE_M, centroids, walked
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.graph import Graph
from twin.spatial.premises import premises_notes, zone_premises
from twin.spatial.reached import metres_to_places

UNKNOWN_HEADWAY = "Stops whose headway is not known are not counted, since a longest headway is asked for"


@index(
    title="Transit within a walk",
    title_zh="公共交通站点覆盖率",
    unit="share",
    layers=("building", "street", "transit_stop"),
    reach_m={"street": None, "transit_stop": None},
    networks=("streets",),
)
def transit_access(
    batch: Batch,
    *,
    walk_m: float = 300.0,  # noqa: ARG001 - read once a run, by the function of the nodes
    walk_by_mode: Mapping[str, float] | None = None,  # noqa: ARG001 - as walk_m
    max_headway_min: float | None = None,  # noqa: ARG001 - as walk_m
) -> Values:
    """Share of premises from which a stop of public transport with service is reached on foot.

    Formula: N / D, at most 1. D = premises of the buildings whose representative point lies in the zone.
    N = those with hop + network + hop ≤ ``walk_m``: straight from the footprint's centroid to the nearest
    node of the street network, along the network, and straight from the node nearest to a stop to this.
    ``walk_by_mode`` sets another distance for stops of a mode, in the words of the layer, as { rail = 1000 }.
    Every stop of the layer counts as served, whatever its mode, unless ``max_headway_min`` is given: then
    those with a ``headway_min`` of at most that, and a stop without one does not count.

    Unit: share of premises, 0…1. Denominator: premises. Direction: at least. Counted in n: premises (D).
    Quality: share of D whose answer stands on known facts: a covered premise on a stop with a fresh record
    (the day on which its source was observed) in reach, one that is not covered on there being no stop of
    unknown headway in reach. Parts: ``unknown_service`` = premises not covered, with a stop of unknown
    headway in reach; ``low`` and ``high`` = the value if none or all of these were covered. Source:
    Xiong'an outline of 2018, rows 36 and 37 of its indicators (起步区公共交通站点服务半径 ≤ 300 m, 覆盖率
    100 %); SDG 11.2.1 asks for 500 m to a bus and 1000 m to a train, by network.

    >>> from shapely import box, LineString, Point
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.transit_access import transit_access
    >>> from twin.networks.streets import streets
    >>> layers = {
    ...     "building": Features.of([box(95, 5, 105, 15), box(495, 5, 505, 15)], dwellings=[3, 1]),
    ...     "street": Features.of([LineString([(0, 0), (600, 0)])], road_class=["residential"]),
    ...     "transit_stop": Features.of([Point(0, 5)], stop_id=["a"], mode=["bus"]),
    ... }
    >>> city = CityFacts.of(layers, "2025-06-30")
    >>> nets = {"streets": streets.build(layers, city)}
    >>> nodes = {"transit_access": transit_access.per_node_of(layers, nets, city)}
    >>> zones = Features.of([box(0, -100, 600, 100)])
    >>> transit_access.compute(Batch(zones, layers, city, nets, nodes)).value
    array([0.75])
    """
    homes = zone_premises(batch)
    graph = batch.networks["streets"]
    beyond = walked(batch, batch.per_node["transit_access"])
    within = (beyond <= TOLERANCE_M)[homes.building]
    covered, fresh, unknown = within[:, 0], within[:, 1], within[:, 2] & ~within[:, 0]
    count, unsure, total = homes.where(covered), homes.where(unknown), np.maximum(homes.total, 1)
    return Values.from_ratio(
        count,
        homes.total,
        n=homes.total,
        quality=homes.where(np.where(covered, fresh, ~unknown)) / total,
        reason=homes.reason if len(graph) else ["No street of the city can be walked on"] * len(batch.zones),
        parts={"unknown_service": unsure, "low": count / total, "high": (count + unsure) / total},
        notes=(*premises_notes(batch), *((UNKNOWN_HEADWAY,) if unsure.any() else ())),
    )


@transit_access.per_node
def _metres_beyond_the_walk(
    city_layers: Mapping[str, Features],
    networks: Mapping[str, Any],
    facts: CityFacts,
    *,
    walk_m: float = 300.0,
    walk_by_mode: Mapping[str, float] | None = None,
    max_headway_min: float | None = None,
    **_: object,
) -> Columns:
    """Metres by which the walk from nodes to a stop passes its limit, under 0 where it does not.

    For the nearest stop, counted by its own limit, of those with service, of these with a fresh record, and of those
    of which it is not known.
    """
    stops = city_layers["transit_stop"]
    limit = _limits(stops, walk_m, walk_by_mode or {})
    headway = stops.numbers("headway_min")
    served = headway <= max_headway_min if max_headway_min is not None else np.ones(len(stops), dtype=bool)
    unknown = np.isnan(headway) & ~served
    fresh = served & is_fresh(record_dates(stops), facts)
    to_served, to_unknown = (_beyond(networks["streets"], stops, limit, each) for each in (served, unknown))
    to_fresh = to_served if np.array_equal(fresh, served) else _beyond(networks["streets"], stops, limit, fresh)
    return to_served, to_fresh, to_unknown


def _limits(stops: Features, walk_m: float, by_mode: Mapping[str, float]) -> FloatArray:
    modes = stops.words("mode")
    return np.array([by_mode.get(str(mode), walk_m) for mode in modes], dtype=np.float64)


def _beyond(graph: Graph, stops: Features, limit: FloatArray, chosen: BoolArray) -> FloatArray:
    beyond: FloatArray = np.broadcast_to(np.inf, len(graph))
    for metres in np.unique(limit[chosen]):
        places = centroids(stops.geometry[chosen & (limit == metres)])
        beyond = np.minimum(beyond, metres_to_places(graph, places) - metres)
    return beyond
