"""Green areas of a planted city: which are open, what the map says of them, and who walks there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from tests.planted.mechanism import Outcome
from tests.planted.parameters import Parameters
from tests.planted.ways import Ways, middles
from twin.batch import BoolArray, FloatArray, Geometries, IntArray

WALK_M, STRAIGHT_M, ENTRANCE_M = 300.0, 190.0, 22.0


def opened(
    greens: pd.DataFrame, traits: pd.DataFrame, p: Parameters, today: np.datetime64, random: np.random.Generator
) -> pd.DataFrame:
    """The green areas with ``open`` (the truth), ``access`` (the record, some missing) and ``updated_on``."""
    greens = greens.copy()
    count = len(greens)
    shut = traits["skipped_parks"].to_numpy()[greens["zone"].to_numpy(int)] & (random.random(count) < 0.85)
    greens["open"] = ~shut & (random.random(count) > p.closed * 0.75)
    closed = np.where(random.random(count) < 0.5, "private", "restricted")
    access = np.where(greens["open"], "public", closed).astype(object)
    access[random.random(count) < p.unknown_access] = None
    greens["access"] = access
    greens["updated_on"] = today - random.integers(60, 2900, count).astype("timedelta64[D]")
    greens.insert(0, "green_id", [f"G{n:04d}" for n in range(count)])
    return greens


def entrances(ways: Ways, shapes: Geometries) -> IntArray:
    """Nodes at the edge of green areas, and the one nearest to each one's middle."""
    if len(shapes) == 0:
        return np.empty(0, dtype=np.int64)
    near = shapely.STRtree(np.asarray(shapely.points(ways.xy))).query(shapes, predicate="dwithin", distance=ENTRANCE_M)[
        1
    ]
    return np.concatenate([near, ways.nearest(middles(shapes))[1]])


def on_foot(ways: Ways, houses: Geometries, greens: Geometries) -> BoolArray:
    """Houses that walk to one of the green areas in time."""
    return np.asarray(ways.walk(entrances(ways, greens), middles(houses)) <= WALK_M)


def close_by(houses: Geometries, greens: Geometries) -> BoolArray:
    """Houses as near to a green area as ordinary streets would make walkable."""
    found = np.zeros(len(houses), dtype=bool)
    found[shapely.STRtree(houses).query(greens, predicate="dwithin", distance=STRAIGHT_M)[1]] = True
    return found


def green_outcome(houses: Geometries, streets: pd.DataFrame, greens: pd.DataFrame) -> tuple[Outcome, BoolArray]:
    """Who really walks to open green, in four worlds, on streets and lanes as they are; and by the record."""
    lines, shapes = streets["line"].to_numpy(), greens["shape"].to_numpy()
    is_open = greens["open"].to_numpy(bool)
    real = on_foot(Ways.of(lines), houses, shapes[is_open])
    tidy = real | close_by(houses, shapes[is_open])
    supplied = real | ~close_by(houses, shapes)
    known = shapes[(greens["access"] == "public").to_numpy()]
    recorded = on_foot(Ways.of(lines[streets["mapped"].to_numpy(bool)]), houses, known)
    return Outcome(real, tidy, supplied, tidy | supplied), recorded


def sum_by_zone(zone: IntArray, weight: FloatArray, count: int) -> FloatArray:
    """Σ weight by zone."""
    return np.bincount(zone, weight, minlength=count).astype(np.float64)
