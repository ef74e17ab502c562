"""Connection to the sewer: records of each connection, pipes that lead to a plant, their room and the plant's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from twin.attribution.premise import Demand, PremiseRows, premise_model
from twin.attribution.records import fresh_and_covered, nearest_building, not_old
from twin.attribution.rows import building_premises, premise_rows
from twin.batch import Batch, CityFacts, Features, FloatArray, IntArray
from twin.networks.sewer import Sewer
from twin.scoring.people import PEOPLE_PER_DWELLING
from twin.spatial.sight import Sight
from twin.spatial.street_access import ACCESS_REACH_M
from twin.spatial.sums import sum_by

RECORD_REACH_M = 60.0
LOOKED_FOR = 10.0
"""Pipes are looked for this many times the reach; farther is out of reach all the same."""


WORDS = {
    "en": {
        "node": "pipe",
        "nodes": "pipes to a plant",
        "spare": "with room",
        "full": "which is too small downstream",
    },
    "zh": {"node": "管道", "nodes": "通往污水厂的管道", "spare": "容量有余", "full": "下游容量不足"},
}
"""Nouns of sentences, by language."""


@premise_model(
    layers={"building": ACCESS_REACH_M, "sewer_connection": RECORD_REACH_M},
    supply="sewer_pipe",
    networks=("sewer", "ways"),
    words=WORDS,
)
def sewer_connection(batch: Batch, prepared: Sewer, *, reach_m: float = 30.0, **_: object) -> PremiseRows:
    """Connection records that are not old, at the footprint that holds them or the nearest within 50 m; in a city
    without such records a premise within ``reach_m`` of any pipe is taken as connected.

    Supply: pipes that lead to a treatment plant. Reach = metres from the footprint to the nearest of these, by
    ``reach_m``. Capacity = the least of min(1, Q_full / peak flow) of the pipes downstream (Manning; peak = residents
    × ``litres_per_person_day`` × ``peak_factor``, of all premises in reach) and of the plant's capacity by its load.
    """
    premises = building_premises(batch)
    footprints = batch.layer("building").geometry
    if batch.city.rows.get("sewer_connection"):
        fresh, covered = connected(batch, premises, 1.0)
    else:
        any_pipe, _to_any = prepared.nearest(footprints, reach_m)
        fresh, covered = premises, premises * (any_pipe >= 0).astype(np.float64)
    reach, node = to_plant(batch, prepared, reach_m)
    return premise_rows(batch, fresh=fresh, covered=covered, reach=reach, node=node)


def to_plant(batch: Batch, sewer: Sewer, reach_m: float) -> tuple[FloatArray, IntArray]:
    """Metres of each building to the nearest pipe that leads to a plant, by ``reach_m``, and its id; inf, -1."""

    def look() -> tuple[IntArray, FloatArray]:
        """The search, once a batch for all models that ask."""
        return sewer.nearest(batch.layer("building").geometry, LOOKED_FOR * reach_m, sewer.reaches_plant)

    pipe, metres = batch.once(f"pipe_to_plant_{reach_m:g}", look)
    return metres / reach_m, np.append(sewer.pipes.ids, -1)[pipe]


def connected(batch: Batch, premises: FloatArray, share: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Fresh and covered premises of each building by its connection records; ``share`` of each counts (records,)."""
    records = batch.layer("sewer_connection")
    counts = np.flatnonzero(not_old(records, "recorded_on", batch.city))
    point, building = nearest_building(records.geometry[counts], batch)
    row = counts[point]
    recorded = np.nan_to_num(records.numbers("premises")[row])
    is_connected = records.words("connected")[row].astype(bool)
    shares = np.broadcast_to(np.asarray(share, dtype=np.float64), (len(records),))[row]
    return fresh_and_covered(premises, building, recorded, recorded * is_connected * shares)


@sewer_connection.prepare
def sewer_of(layers: Mapping[str, Features], networks: Mapping[str, Any], city: CityFacts, **_: object) -> Sewer:  # noqa: ARG001
    """The prepared network itself."""
    sewer: Sewer = networks["sewer"]
    return sewer


@sewer_connection.seen
def nothing_else(prepared: Sewer, networks: Mapping[str, Any]) -> list[Sight]:  # noqa: ARG001 - one form for all
    """Nothing but the network itself."""
    return []


@sewer_connection.capacity
def room(
    demand: Demand,
    prepared: Sewer,
    *,
    litres_per_person_day: float = 200.0,
    peak_factor: float = 2.5,
    **_: object,
) -> FloatArray:
    """Capacity 0…1 of each pipe, when all premises in reach drain into theirs."""
    count = len(prepared.pipes.ids)
    if not count:
        return np.ones(len(demand))
    pipe = pd.Index(prepared.pipes.ids).get_indexer(pd.Index(demand.node))
    known = pipe >= 0
    people = sum_by(pipe[known], PEOPLE_PER_DWELLING * demand.premises[known], count)
    return np.where(known, prepared.spare(litres_per_person_day, peak_factor, people)[pipe], 1.0)
