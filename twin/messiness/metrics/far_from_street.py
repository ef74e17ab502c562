"""Buildings far from a street that a vehicle can use."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch
from twin.messiness.metric import Parts, metric, of_buildings
from twin.spatial.street_access import ACCESS_REACH_M, street_access

FAR_M = 45.0


@metric(
    title="Buildings far from a usable street",
    title_zh="远离可通行道路的建筑",
    unit="share",
    counted="buildings",
    layers={"building": ACCESS_REACH_M},
    networks=("ways",),
)
def far_from_street(batch: Batch) -> Parts:
    """Share of buildings more than 45 m from a street that a service vehicle can use.

    Formula: buildings with more than 45 m from footprint to the centre line of the nearest usable way / buildings.
    Usable is a way of a service class, at least 3.5 m wide. Where the city has ways but no usable one, all are far.

    Direction: more is messier. Planned about 0; informal 0.1–0.5.

    Source: the reach of hose lines in fire codes (45 m, 150 ft, from where an engine can stand to any side of a
    building: International Fire Code 503.1.1).
    """
    return of_buildings(batch, np.asarray(street_access(batch).usable_m > FAR_M))
