"""Premises that can have a fast line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from twin.batch import Batch, Features, IntArray
from twin.index import Values, index
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.membership import building_points, held_by
from twin.spatial.places import DRIFT_M, Replaced, replaced
from twin.spatial.premises import ZonePremises, premises_notes, zone_premises
from twin.spatial.sums import sum_by

BOTH_FORMS = "Coverage is recorded both as points and as areas: they add up, to at most all premises"


@index(
    title="Gigabit broadband",
    title_zh="千兆宽带覆盖率",
    unit="share",
    layers=("building", "broadband_coverage"),
    reach_m={"broadband_coverage": DRIFT_M},
)
def broadband_gigabit(batch: Batch, *, min_down_mbps: float = 1000.0) -> Values:
    """Share of premises that can have at least ``min_down_mbps`` down.

    Formula: min(1, N / D). D = premises of the buildings whose representative point lies in the zone. N =
    premises of the coverage points in the zone with at least that speed, plus, where coverage is recorded
    as areas, premises of the buildings of the zone whose representative point lies in such an area (of
    several areas the fastest wins). Rows are parts and add up, points and areas too; only rows of one
    ``place_id`` replace each other: the newest of each operator, then the fastest operator. A record
    counts whatever its age; no record counts as not covered.

    Unit: share of premises, 0…1. Denominator: premises. Direction: at least. Counted in n: premises (D).
    Quality: premises with a fresh record (``surveyed_on``, else the day on which the source was observed)
    / D. Parts: ``recorded`` = premises of all rows; ``unrecorded`` = D less these; ``low`` and ``high`` =
    the value if none or all of the unrecorded were covered. Source: Xiong'an outline of 2018, row 9 of
    its indicators (gigabit to the home); available means that a connection is or could be had in ordinary
    time, as in the Digital Opportunity Data Collection of the FCC.

    >>> from shapely import box, Point
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.broadband_gigabit import broadband_gigabit
    >>> layers = {
    ...     "building": Features.of([box(0, 0, 9, 9), box(20, 0, 29, 9)], dwellings=[6, 4]),
    ...     "broadband_coverage": Features.of([Point(5, 5), Point(25, 5)], premises=[6, 2], max_down_mbps=[1000, 50]),
    ... }
    >>> zones = Features.of([box(-50, -50, 50, 50)])
    >>> found = broadband_gigabit.compute(Batch(zones, layers, CityFacts.of(layers, "2025-06-30")))
    >>> found.value, found.parts["unrecorded"], found.parts["high"]
    (array([0.6]), array([2.]), array([0.8]))
    """
    rows, homes = batch.layer("broadband_coverage"), zone_premises(batch)
    gone = replaced(rows, batch.zones.geometry, date="surveyed_on", speed="max_down_mbps")
    fresh = is_fresh(record_dates(rows, "surveyed_on"), batch.city)
    speed = rows.numbers("max_down_mbps")
    zone, row, premises = np.hstack([_at_points(batch, rows, gone), _in_areas(batch, rows, gone, homes)])
    count = len(batch.zones)
    covered = sum_by(zone, premises * (speed[row] >= min_down_mbps), count)
    recorded = sum_by(zone, premises, count)
    unrecorded = np.maximum(homes.total - recorded, 0)
    total = np.maximum(homes.total, 1)
    return Values.from_ratio(
        covered,
        homes.total,
        n=homes.total,
        quality=sum_by(zone, premises * fresh[row], count) / total,
        reason=homes.reason,
        parts={
            "recorded": recorded,
            "unrecorded": unrecorded,
            "low": np.minimum(covered / total, 1),
            "high": np.minimum((covered + unrecorded) / total, 1),
        },
        notes=(*premises_notes(batch), *((BOTH_FORMS,) if _has_both_forms(rows) else ())),
    )


def _at_points(batch: Batch, rows: Features, gone: Replaced) -> IntArray:
    """Zone, row and premises (3, pairs) of the points in zones."""
    points = np.flatnonzero(shapely.get_dimensions(rows.geometry) == 0)
    point, zone = held_by(rows.geometry[points], batch.zones.geometry)
    row = points[point]
    premises = np.nan_to_num(rows.numbers("premises")[row]).astype(np.int64)
    return np.vstack([zone, row, premises])[:, gone.stands(row, zone)]


def _in_areas(batch: Batch, rows: Features, gone: Replaced, homes: ZonePremises) -> IntArray:
    """Zone, row and premises (3, pairs) of the buildings in areas, each with its fastest row."""
    areas = np.flatnonzero(shapely.get_dimensions(rows.geometry) == 2)
    if not len(areas):
        return np.empty((3, 0), dtype=np.int64)
    building, area = held_by(building_points(batch), rows.geometry[areas])
    inside = pd.DataFrame({"building": building, "row": areas[area]})
    home = pd.DataFrame({"building": homes.building, "zone": homes.zone, "premises": homes.premises})
    pairs = home.merge(inside, on="building")
    pairs = pairs[gone.stands(pairs["row"].to_numpy(), pairs["zone"].to_numpy())]
    pairs["speed"] = rows.numbers("max_down_mbps")[pairs["row"]]
    pairs["date"] = record_dates(rows, "surveyed_on")[pairs["row"]]
    best = pairs.sort_values(["speed", "date"], na_position="first").drop_duplicates(["building", "zone"], keep="last")
    return best[["zone", "row", "premises"]].to_numpy(np.int64).T


def _has_both_forms(rows: Features) -> bool:
    return len(np.unique(shapely.get_dimensions(rows.geometry))) > 1
