"""Premises that are connected to the sewer."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch
from twin.index import Values, index
from twin.spatial.connections import connection_bounds, connection_notes, connection_reasons, connections_of
from twin.spatial.premises import zone_premises


@index(
    title="Sewer connection",
    title_zh="污水管网接入率",
    unit="share",
    layers=(),
    optional_layers=("building", "sewer_connection", "sewer_pipe", "sewer_node"),
    reach_m={"building": 30.0, "sewer_connection": 30.0, "sewer_pipe": None, "sewer_node": None},
    networks=("sewer",),
)
def sewer_connection(
    batch: Batch,
    *,
    reach_m: float = 30.0,
    litres_per_person_day: float = 200.0,  # noqa: ARG001 - read by attribution
    peak_factor: float = 2.5,  # noqa: ARG001 - read by attribution
) -> Values:
    """Share of premises that are connected to the sewer.

    Formula: min(1, N / D). D = premises of the buildings whose representative point lies in the zone. N =
    Σ ``premises`` of the points of layer ``sewer_connection`` in the zone that are ``connected``. A record
    counts whatever its age; no record counts as not connected. Only if the layer is empty in the whole
    city: N = premises of the buildings whose footprint lies within ``reach_m`` of a pipe that carries
    sewage (any but storm and reclaimed), and a note says *proxy*. ``litres_per_person_day`` and
    ``peak_factor`` do not enter the value.

    Unit: share of premises, 0…1. Denominator: premises. Direction: at least. Counted in n: premises (D).
    Quality: premises with a fresh record (``recorded_on``, else the day on which the source was observed)
    / D; 0 for a proxy. Parts: ``recorded`` = premises of all records; ``unrecorded`` = D less these;
    ``low`` and ``high`` = the value if none or all of the unrecorded were connected; ``connected`` = N.
    Source: the part of row 21 of the indicators of the Xiong'an outline of 2018 that connections show
    (污水收集处理率); SDG 6.3.1 counts a household as collected if it is connected to a sewer.

    >>> from shapely import box, Point
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.sewer_connection import sewer_connection
    >>> layers = {
    ...     "building": Features.of([box(0, 0, 9, 9), box(20, 0, 29, 9)], dwellings=[6, 4]),
    ...     "sewer_connection": Features.of([Point(5, 5), Point(25, 5)], premises=[6, 2], connected=[True, False]),
    ... }
    >>> zones = Features.of([box(-50, -50, 50, 50)])
    >>> found = sewer_connection.compute(Batch(zones, layers, CityFacts.of(layers, "2025-06-30")))
    >>> found.value, found.parts["unrecorded"], found.parts["high"]
    (array([0.6]), array([2.]), array([0.8]))
    """
    homes, found, reason = zone_premises(batch), connections_of(batch, reach_m), connection_reasons(batch)
    connected = found.sum(found.connected)
    return Values.from_ratio(
        connected,
        homes.total,
        n=homes.total,
        quality=found.sum(found.fresh) / np.maximum(homes.total, 1),
        reason=reason,
        parts={**connection_bounds(batch, found, connected), "connected": connected},
        notes=connection_notes(batch, found),
    )
