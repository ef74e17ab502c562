"""The overlay indices by loops over zones: with spatial indexes, and as the documentation of geopandas writes them."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from typing import Any

import geopandas as gpd
import numpy as np

from benchmarks.overlay_ways import SRID, WALK_M, City, Numbers, Way

LOOPED = 10
"""Of so many zones the loop with indexes does one, and its time is multiplied."""

CLIPPED = 100
"""Of so many zones the loop that clips does one."""


def by_loop(city: City, _: ExitStack) -> Way:
    """One zone after the other, of each layer what its index finds near; every tenth zone, NaN in the others."""
    frames = {name: gpd.GeoSeries(shapes, crs=SRID) for name, shapes in vars(city).items()}
    points = frames["centroids"]
    for each in (points, frames["greens"], frames["streets"]):
        assert len(each.sindex)
    return functools.partial(_loop, frames, points)


def _loop(frames: dict[str, Any], points: Any) -> Numbers:
    zones, greens, streets = frames["zones"], frames["greens"], frames["streets"]
    found = {name: np.full(len(zones), np.nan) for name in ("green", "near", "street", "count")}
    for at in range(0, len(zones), LOOPED):
        zone = zones.iloc[at]
        inside = points.iloc[points.sindex.query(zone, predicate="contains")]
        around = greens.iloc[greens.sindex.query(zone.buffer(WALK_M), predicate="intersects")].union_all()
        found["green"][at] = (
            greens.iloc[greens.sindex.query(zone, predicate="intersects")].intersection(zone).area.sum()
        )
        found["near"][at] = (inside.distance(around) <= WALK_M).sum()
        crossing = streets.iloc[streets.sindex.query(zone, predicate="intersects")]
        found["street"][at] = crossing.intersection(zone).length.sum()
        found["count"][at] = len(inside)
    return found


def by_clip(city: City, _: ExitStack) -> Way:
    """One zone after the other: ``clip``, and what ``intersects``, of whole layers; NaN in the zones left out."""
    frames = {name: gpd.GeoDataFrame(geometry=shapes, crs=SRID) for name, shapes in vars(city).items()}
    return functools.partial(_clip, frames)


def _clip(frames: dict[str, Any]) -> Numbers:
    zones, points, greens, streets = (frames[name] for name in ("zones", "centroids", "greens", "streets"))
    found = {name: np.full(len(zones), np.nan) for name in ("green", "near", "street", "count")}
    for at in range(0, len(zones), CLIPPED):
        zone = zones.geometry.iloc[at]
        inside = points[points.intersects(zone)]
        around = greens[greens.intersects(zone.buffer(WALK_M))].union_all()
        found["green"][at] = gpd.clip(greens, zone).area.sum()
        found["near"][at] = (inside.distance(around) <= WALK_M).sum()
        found["street"][at] = gpd.clip(streets, zone).length.sum()
        found["count"][at] = len(inside)
    return found
