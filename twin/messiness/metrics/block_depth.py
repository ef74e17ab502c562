"""Buildings behind other buildings."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch
from twin.messiness.metric import Parts, metric, of_buildings
from twin.spatial.street_access import ACCESS_REACH_M, street_access


@metric(
    title="Buildings behind other buildings",
    title_zh="被其他建筑阻隔的建筑",
    unit="share",
    counted="buildings",
    layers={"building": ACCESS_REACH_M},
    networks=("ways",),
)
def block_depth(batch: Batch) -> Parts:
    """Share of buildings from which the way to the nearest usable street leads through another building.

    Formula: buildings with depth ≥ 1 / buildings. Depth counts the other footprints that the shortest line from the
    footprint to the nearest *usable* way crosses by 5 cm or more; usable is a way of a class that a service vehicle can
    use, at least 3.5 m wide. Looked at within 120 m. Not measured where the city has no usable way.

    Direction: more is messier. Planned 0; informal blocks 0.3–0.8. An organic old town whose houses all stand on a
    street has 0.

    Source: block depth as in Brelsford et al. 2018, Science Advances 4:eaar4644; Bettencourt and Marchio 2025, Nature
    645:399: structures without a way out but through others.
    """
    access = street_access(batch)
    return of_buildings(batch, np.where(np.isfinite(access.usable_m), access.depth >= 1, np.nan))
