"""Buildings that no street is in front of."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch
from twin.messiness.metric import Parts, metric, of_buildings
from twin.networks.ways import Ways, nearest_way
from twin.spatial.crossing import crossed_buildings
from twin.spatial.street_access import ACCESS_REACH_M, FRONTAGE_M, lines_to, street_access


@metric(
    title="Buildings without street frontage",
    title_zh="不临街的建筑",
    unit="share",
    counted="buildings",
    layers={"building": ACCESS_REACH_M},
    networks=("ways",),
)
def street_frontage(batch: Batch) -> Parts:
    """Share of buildings with no street in front: none within 30 m of the footprint with nothing between.

    Formula: buildings without frontage / buildings. Streets are ways of service classes of any width, measured from the
    footprint to the centre line; frontage on a usable street or on a narrow lane is frontage. Nothing between: the
    shortest line crosses no other footprint.

    Direction: more is messier. Planned under 0.05; informal 0.3–0.8. Houses in courtyards have none either.

    Source: Owen and Wong 2013, Applied Geography 38:107; street access as counted for SDG 11.
    """
    ways: Ways = batch.networks["ways"]
    fronts = street_access(batch).has_frontage.copy()
    behind = np.flatnonzero(~fronts)
    footprints = batch.layer("building").geometry[behind]
    limit = np.full(len(behind), FRONTAGE_M)
    building, piece, metres = nearest_way(ways.narrow_pieces, footprints, limit)
    lines = lines_to(footprints[building], ways.narrow_pieces, piece, metres)
    free = (crossed_buildings(batch, behind[building], lines) == 0) & (metres <= FRONTAGE_M)
    fronts[behind[building[free]]] = True
    return of_buildings(batch, ~fronts)
