"""Which records speak of which building, and how much of each building they cover."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch, BoolArray, CityFacts, Features, FloatArray, Geometries, IntArray
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.nearest import Nearest
from twin.spatial.sums import sum_by

MATCH_M = 50.0
"""A record farther than this from any footprint speaks of no building."""


def not_old(records: Features, field: str, city: CityFacts) -> BoolArray:
    """Whether records count for causes: all but those known to be older than ``stale_after_years``.

    A record without any date is not known to be old.
    """
    return is_fresh(record_dates(records, field), city) | np.isnat(record_dates(records, field))


def nearest_building(points: Geometries, batch: Batch) -> tuple[IntArray, IntArray]:
    """Positions (point, building): each point with the footprint that holds it, or the nearest within 50 m.

    Of equally near footprints the first.
    """
    footprints = batch.once("nearest_building", lambda: Nearest(batch.layer("building").geometry))
    building, metres = footprints.of(points, MATCH_M)
    point = np.flatnonzero(metres <= MATCH_M)
    return point, building[point]


def fresh_and_covered(
    premises: FloatArray, building: IntArray, recorded: FloatArray, covered: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Premises with a fresh record, and covered ones among them, of each building.

    Args:
        premises: (buildings,) that each holds; no more than these are recorded.
        building: (records,) position of each fresh record's building.
        recorded: (records,) premises of each record.
        covered: (records,) of these, covered ones.
    """
    total = sum_by(building, recorded, len(premises))
    of_these = sum_by(building, covered, len(premises))
    fresh = np.minimum(total, premises)
    share = np.divide(of_these, total, out=np.zeros(len(premises)), where=total > 0)
    return fresh, fresh * np.minimum(share, 1.0)
