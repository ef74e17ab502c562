"""Premises whose sewage is treated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch, FloatArray
from twin.index import Values, index
from twin.networks.sewer import Sewer
from twin.spatial.connections import (
    Connections,
    connection_bounds,
    connection_notes,
    connection_reasons,
    connections_of,
)
from twin.spatial.premises import zone_premises

NO_PLANT = "No treatment plant is among the sewer nodes: no sewage counts as treated"
FULL = "A plant takes more sewage than it can treat: premises that drain to it count by capacity / load"


@index(
    title="Sewage treatment",
    title_zh="污水收集处理率",
    unit="share",
    layers=("sewer_pipe", "sewer_node"),
    optional_layers=("building", "sewer_connection"),
    reach_m={"building": 30.0, "sewer_connection": 30.0, "sewer_pipe": None, "sewer_node": None},
    networks=("sewer",),
)
def sewer_treatment(batch: Batch, *, reach_m: float = 30.0) -> Values:
    """Share of premises whose sewage flows to a treatment plant that has room for it.

    Formula: min(1, N / D). D = premises of the buildings whose representative point lies in the zone. N =
    Σ over the connection points in the zone that are ``connected`` and whose nearest pipe, at most
    ``reach_m`` away, traces to a treatment plant: ``premises`` × min(1, ``capacity_m3d`` / ``load_m3d``)
    of that plant, 1 where either is not known. Pipes that carry rain or reclaimed water are not looked at.
    A pipe traces to a plant if any way down from it leads there; of pipes equally near the one with the
    lowest key is taken. A record counts whatever its age. Only if no connection is recorded in the whole
    city: the same of the buildings whose footprint lies within ``reach_m`` of a pipe, and a note says
    *proxy*.

    Unit: share of premises, 0…1. Denominator: premises. Direction: at least. Counted in n: premises (D).
    Quality: premises with a fresh record (``recorded_on``, else the day on which the source was observed)
    / D; 0 for a proxy. Parts: ``recorded`` and ``unrecorded`` premises; ``low`` and ``high`` = the value
    if none or all of the unrecorded were treated; ``connected`` = premises connected, of which ``to_plant``
    drain to a plant, whatever its room, ``to_outfall`` to an outfall, ``to_nowhere`` to pipes that end at
    no plant or outfall, and ``no_pipe`` have no pipe within ``reach_m``. Source: Xiong'an outline of 2018,
    row 21 of its indicators (污水收集处理率 ≥ 99 %); SDG 6.3.1, wastewater safely treated.

    >>> from shapely import box, LineString, Point
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.sewer_treatment import sewer_treatment
    >>> from twin.networks.sewer import sewer
    >>> pipes = Features.of(
    ...     [LineString([(0, 0), (100, 0)]), LineString([(0, 50), (100, 50)])],
    ...     pipe_id=["a", "b"],
    ...     from_node=["1", "2"],
    ...     to_node=["3", "4"],
    ... )
    >>> kinds = ["treatment_plant", "outfall"]
    >>> layers = {
    ...     "building": Features.of([box(0, 5, 9, 9), box(0, 55, 9, 59)], dwellings=[6, 4]),
    ...     "sewer_connection": Features.of([Point(5, 5), Point(5, 55)], premises=[6, 4], connected=[True, True]),
    ...     "sewer_pipe": pipes,
    ...     "sewer_node": Features.of([Point(100, 0), Point(100, 50)], node_id=["3", "4"], kind=kinds),
    ... }
    >>> city = CityFacts.of(layers, "2025-06-30")
    >>> zones = Features.of([box(-50, -50, 150, 150)])
    >>> found = sewer_treatment.compute(Batch(zones, layers, city, {"sewer": sewer.build(layers, city)}))
    >>> found.value, found.parts["to_outfall"]
    (array([0.6]), array([4.]))
    """
    network: Sewer = batch.networks["sewer"]
    homes, found = zone_premises(batch), connections_of(batch, reach_m)
    pipe, _ = network.nearest(found.place, reach_m)
    # Position -1, no pipe, picks what is appended: no plant and no end.
    room = np.append(network.treated_share, 0.0)[pipe]
    ends = np.append(network.ends, "no_pipe")[pipe]
    treated = found.sum(found.connected * room)
    return Values.from_ratio(
        treated,
        homes.total,
        n=homes.total,
        quality=found.sum(found.fresh) / np.maximum(homes.total, 1),
        reason=connection_reasons(batch),
        parts={**connection_bounds(batch, found, treated), **_by_end(found, ends)},
        notes=(*connection_notes(batch, found), *_notes(network)),
    )


def _by_end(found: Connections, ends: NDArray[np.object_]) -> dict[str, FloatArray]:
    def connected(*names: str) -> FloatArray:
        return found.sum(found.connected & np.isin(ends.astype(str), names))

    return {
        "connected": found.sum(found.connected),
        "to_plant": connected("plant"),
        "to_outfall": connected("outfall"),
        "to_nowhere": connected("nowhere", "cycle"),
        "no_pipe": connected("no_pipe"),
    }


def _notes(network: Sewer) -> tuple[str, ...]:
    plant = network.nodes.words("kind") == "treatment_plant"
    full = bool((network.plant_share()[plant] < 1).any())
    return (*(() if plant.any() else (NO_PLANT,)), *((FULL,) if full else ()))
