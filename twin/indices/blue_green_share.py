"""Land under water and green."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, BoolArray, FloatArray, IntArray
from twin.index import Values, index
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.overlay import Pieces, cut

NO_WATER = "No water bodies are loaded: only green areas are counted"


@index(
    title="Blue and green space",
    title_zh="蓝绿空间占比",
    unit="share",
    layers=("green_area",),
    optional_layers=("water_body",),
    counted="green areas and water bodies",
)
def blue_green_share(batch: Batch) -> Values:
    """Share of the zone's area that is water or green, counted once where they overlap.

    Formula: area(union(green areas, water bodies) ∩ zone) / area(zone), in the metric CRS. Green areas of
    every ``kind`` (wetland, forest and farmland too) and every ``access`` count. Water bodies are read
    where the city has them.

    Unit: share of area, 0…1. Denominator: area of the zone in m². Direction: at least. Counted in n:
    green areas and water bodies with a part in the zone. Quality: share of the blue and green area that
    stands on a fresh record (green: ``updated_on``; both: else the day on which the source was observed);
    0 where there is none at all. Parts: ``green_m2``, and ``water_m2`` = water outside green areas.
    Source: Xiong'an outline of 2018, row 10 of its indicators (蓝绿空间占比 ≥ 70 %).

    >>> from shapely import box
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.blue_green_share import blue_green_share
    >>> layers = {
    ...     "green_area": Features.of([box(0, 0, 50, 100)], kind=["park"]),
    ...     "water_body": Features.of([box(40, 0, 60, 200)], kind=["river"]),
    ... }
    >>> city = CityFacts.of(layers, "2025-06-30")
    >>> blue_green_share.compute(Batch(Features.of([box(0, 0, 100, 100)]), layers, city)).value
    array([0.6])
    """
    green, water = batch.layer("green_area"), batch.layer("water_body")
    pieces = cut(np.concatenate([green.geometry, water.geometry]), batch.zones.geometry)
    dates = np.concatenate([record_dates(green, "updated_on"), record_dates(water)])
    total = pieces.union_area()
    planted = pieces.union_area(pieces.source < len(green)) if len(water) else total
    area = shapely.area(batch.zones.geometry)
    return Values.from_ratio(
        total,
        area,
        n=_count(pieces),
        quality=_share_on(pieces, is_fresh(dates, batch.city)[pieces.source], total),
        reason=np.where(area > 0, "", "This zone has no area"),
        parts={"green_m2": planted, "water_m2": np.maximum(total - planted, 0)},
        notes=() if batch.city.rows.get("water_body") else (NO_WATER,),
    )


def _count(pieces: Pieces) -> IntArray:
    """Polygons of each zone, one of several parts once."""
    sources = int(pieces.source.max(initial=0)) + 1
    pairs = np.unique(pieces.zone * sources + pieces.source)
    return np.bincount(pairs // sources, minlength=pieces.zones)


def _share_on(pieces: Pieces, fresh: BoolArray, total: FloatArray) -> FloatArray:
    if fresh.all():
        return (total > 0).astype(np.float64)
    if not fresh.any():
        return np.zeros(pieces.zones)
    return pieces.union_area(fresh) / np.where(total > 0, total, 1)
