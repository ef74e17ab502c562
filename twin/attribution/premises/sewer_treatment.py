"""Sewage that is treated: connections whose pipe leads to a plant with room, against the rest."""

from __future__ import annotations

import numpy as np

from twin.attribution.premise import PremiseRows, premise_model
from twin.attribution.premises.sewer_connection import (
    RECORD_REACH_M,
    WORDS,
    connected,
    nothing_else,
    room,
    sewer_of,
    to_plant,
)
from twin.attribution.rows import building_premises, premise_rows
from twin.batch import Batch
from twin.networks.sewer import Sewer
from twin.spatial.street_access import ACCESS_REACH_M


@premise_model(
    layers={"building": ACCESS_REACH_M, "sewer_connection": RECORD_REACH_M},
    supply="sewer_pipe",
    networks=("sewer", "ways"),
    words=WORDS,
)
def sewer_treatment(batch: Batch, prepared: Sewer, *, reach_m: float = 30.0, **_: object) -> PremiseRows:
    """As of ``sewer_connection``, but a connected premise is covered as far as its pipe leads to a plant with room.

    A connection whose nearest pipe, at most ``reach_m`` away, leads to a treatment plant counts by min(1, capacity /
    load) of that plant, any other not at all. Supply is the same: pipes that lead to a plant.
    """
    premises = building_premises(batch)
    footprints = batch.layer("building").geometry
    share = np.append(prepared.treated_share, 0.0)
    if batch.city.rows.get("sewer_connection"):
        taken, _far = prepared.nearest(batch.layer("sewer_connection").geometry, reach_m)
        fresh, covered = connected(batch, premises, share[taken])
    else:
        taken, _far = prepared.nearest(footprints, reach_m)
        fresh, covered = premises, premises * share[taken]
    reach, node = to_plant(batch, prepared, reach_m)
    return premise_rows(batch, fresh=fresh, covered=covered, reach=reach, node=node)


sewer_treatment.prepare(sewer_of)
sewer_treatment.seen(nothing_else)
sewer_treatment.capacity(room)
