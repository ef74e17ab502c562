"""The cells of a city in valleys: uneven, with curved borders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Voronoi
from shapely.geometry import LineString

from twin.batch import FloatArray, Geometries, IntArray

EAST, NORTH, CELL_M = 396_500.0, 5_188_000.0, 236.0


@dataclass(frozen=True)
class Cells:
    """``zones`` with a ``centre`` each, ``borders`` between them (vertices every 12 m) and the two zones of each
    border (-1: outside)."""

    zones: Geometries
    centre: FloatArray
    borders: Geometries
    between: IntArray


def cells(count: int, random: np.random.Generator) -> Cells:
    """So many cells along a valley, longer than wide."""
    reach = 2 + int(np.sqrt(count))
    i, j = np.meshgrid(np.arange(-2 * reach, 2 * reach + 1), np.arange(-2 * reach, 2 * reach + 1))
    lattice = np.column_stack([(i + 0.5 * (j % 2)).ravel(), (0.866 * j).ravel()]) * CELL_M
    seeds = lattice + random.normal(0, 0.13 * CELL_M, lattice.shape)
    seeds = seeds[np.argsort(np.hypot(seeds[:, 0] / 1.7, seeds[:, 1]), kind="stable")]
    bend = _Bend(random)
    mosaic = Voronoi(seeds[: count + 12 * reach + 40])
    lines, between = [], []
    for (one, other), ends in zip(mosaic.ridge_points, mosaic.ridge_vertices, strict=True):
        if min(one, other) < count and -1 not in ends:
            straight = LineString(mosaic.vertices[ends]).segmentize(12.0)
            lines.append(LineString(bend(shapely.get_coordinates(straight))))
            between.append([each if each < count else -1 for each in (one, other)])
    faces = np.array(shapely.polygonize(lines).geoms, dtype=object)
    centre = bend(seeds[:count])
    point, face = shapely.STRtree(faces).query(shapely.points(centre), predicate="within")
    if not np.array_equal(point, np.arange(count)):
        raise ValueError("A cell lost its centre: the terrain is bent too far.")
    return Cells(faces[face], centre, np.array(lines, dtype=object), np.array(between))


class _Bend:
    """Bends the plane smoothly, by up to some fifty metres."""

    def __init__(self, random: np.random.Generator) -> None:
        self.wave = random.normal(size=(6, 2)) * 2 * np.pi / random.uniform(700, 1500, (6, 1))
        self.phase = random.uniform(0, 2 * np.pi, 6)
        self.move = random.normal(0, 14, (6, 2))

    def __call__(self, xy: FloatArray) -> FloatArray:
        moved = xy + np.sin(xy @ self.wave.T + self.phase) @ self.move
        return np.asarray(np.round(moved + np.array([EAST, NORTH]), 3))
