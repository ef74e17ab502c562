"""How buildings are turned against their neighbours."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from twin.batch import Batch, FloatArray, Geometries, IntArray
from twin.messiness.metric import Parts, metric, of_buildings
from twin.spatial.membership import building_points

NEIGHBOUR_M = 50.0


@metric(
    title="Buildings out of line",
    title_zh="建筑朝向不齐",
    unit="degrees",
    counted="buildings",
    layers={"building": NEIGHBOUR_M},
)
def building_alignment(batch: Batch) -> Parts:
    """Mean angle between the walls of a building and those of its neighbours.

    Formula: mean over buildings of the mean absolute angle, 0…45°, between the orientation of the building and that of
    each building within 50 m, by representative points. Orientation is the direction of the smallest rectangle around
    the footprint; walls stand at right angles, so it counts modulo 90°. Buildings without a neighbour do not count.

    Direction: more is messier. Planned 1–4°; informal 8–20°. Shown and not summed: an organic old town, fully served,
    has 6°.

    Source: Hijazi et al. 2016; Taubenböck et al. 2018, Applied Geography 92:150; formula of momepy's ``alignment``,
    with angles that do not depend on the axes.
    """
    points = building_points(batch)
    placed = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    xy = shapely.get_coordinates(points[placed])
    pairs = cKDTree(xy).query_pairs(NEIGHBOUR_M, output_type="ndarray") if len(xy) else np.empty((0, 2), np.int64)
    deviation = np.full(len(points), np.nan)
    deviation[placed] = mean_deviation(orientation(batch.layer("building").geometry[placed]), pairs)
    return of_buildings(batch, deviation)


def orientation(footprints: Geometries) -> FloatArray:
    """Degrees 0…90 of the smallest rectangle around each footprint; NaN where it has no area."""
    around = np.asarray(shapely.oriented_envelope(footprints), dtype=object)
    found = np.full(len(around), np.nan)
    whole = np.flatnonzero(shapely.get_num_coordinates(around) == 5)
    corners = shapely.get_coordinates(around[whole]).reshape(-1, 5, 2)
    sides = corners[:, 1:3] - corners[:, 0:2]
    longer = sides[np.arange(len(sides)), np.hypot(*sides.transpose(2, 0, 1)).argmax(axis=1)]
    found[whole] = np.degrees(np.arctan2(longer[:, 1], longer[:, 0])) % 90
    return found


def mean_deviation(degrees: FloatArray, pairs: IntArray) -> FloatArray:
    """Mean angle 0…45 between each orientation (modulo 90°) and those that it is paired with, NaN without a pair.

    ``pairs`` (P, 2) holds positions, each pair once.
    """
    pairs = pairs[np.isfinite(degrees[pairs]).all(axis=1)]
    apart = np.abs(degrees[pairs[:, 0]] - degrees[pairs[:, 1]])
    apart = np.minimum(apart, 90 - apart)
    count = np.bincount(pairs.ravel(), minlength=len(degrees))
    total = np.bincount(pairs.ravel(), np.repeat(apart, 2), minlength=len(degrees))
    return np.asarray(np.divide(total, count, out=np.full(len(degrees), np.nan), where=count > 0))
