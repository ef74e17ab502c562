"""People: which zone a footprint belongs to, who lives there, who works there."""

from __future__ import annotations

import numpy as np
import shapely

from generator.town import Town, dice

PER_DWELLING = 2.6
JOB_SPACE_M2 = {"办公": 26.0, "商业": 45.0, "商住": 160.0, "工业": 95.0, "仓储": 260.0, "公共": 60.0}
"""Floor area behind one job, by use."""


def settle(town: Town) -> None:
    """Give footprints their zone and residents, zones their population and jobs, and order footprints by zone."""
    shapes = np.array([z.shape for z in town.zones], dtype=object)
    spots = shapely.point_on_surface(np.array([b.shape for b in town.buildings], dtype=object))
    home = np.full(len(spots), -1)
    zone, spot = shapely.STRtree(spots).query(shapes, predicate="contains")
    home[spot] = zone
    town.buildings = [b for b, h in zip(town.buildings, home, strict=True) if h >= 0]
    home = home[home >= 0]
    order = np.argsort(home, kind="stable")
    town.buildings = [town.buildings[k] for k in order]
    rng = dice(60)
    people, jobs = np.zeros(len(shapes)), np.zeros(len(shapes))
    for building, h in zip(town.buildings, home[order], strict=True):
        building.zone = town.zones[h].code
        size = np.clip(rng.normal(PER_DWELLING, 0.9 / np.sqrt(max(building.dwellings, 1))), 1.0, 4.5)
        building.residents = round(building.dwellings * float(size))
        people[h] += building.residents
        jobs[h] += building.shape.area * building.floors / JOB_SPACE_M2.get(building.use, np.inf)
    for zone_, residents, work in zip(town.zones, people, jobs, strict=True):
        zone_.population = round(float(residents))
        zone_.jobs = round(float(work), -1).__int__()
