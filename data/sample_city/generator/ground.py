"""The ground plan: a grid of cells, bent smoothly as real cities are, and the river along one of its lines."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import LineString, Polygon

from generator.plan import COLUMNS, KINDS, RIVER_LINE, ROWS, letter
from generator.town import dice

Array = NDArray[np.float64]

ORIGIN = np.array([500_000.0, 4_310_000.0])
ROTATION = np.radians(-9.0)
EMBANKMENT = 68.0
"""Metres from the river's centre line to the streets along it."""

HALF_RIVER = 36.0


def bend(uv: ArrayLike) -> Array:
    """Metric coordinates (n, 2) of grid coordinates (n, 2): waves, the river's meander, a rotation."""
    u, v = np.asarray(uv, dtype=float).T
    middle_u, middle_v = sum(COLUMNS) / 2, sum(ROWS) / 2
    river_v = sum(ROWS[:RIVER_LINE])
    x = u - middle_u + 110 * np.sin(2 * np.pi * v / 5200 + 1.0) + 35 * np.sin(2 * np.pi * v / 1900)
    meander = 175 * np.sin(2 * np.pi * u / 3000 + 0.9) * np.exp(-(((v - river_v) / 900) ** 2))
    y = v - middle_v + 130 * np.sin(2 * np.pi * u / 5600 + 0.4) + meander
    cos, sin = np.cos(ROTATION), np.sin(ROTATION)
    bent: Array = ORIGIN + np.column_stack([cos * x - sin * y, sin * x + cos * y])
    return bent


@functools.cache
def knots() -> Array:
    """Grid coordinates of the grid's nodes, (columns + 1, rows + 1, 2), a little irregular."""
    u = np.concatenate([[0], np.cumsum(COLUMNS)])
    v = np.concatenate([[0], np.cumsum(ROWS)])
    grid = np.stack(np.meshgrid(u, v, indexing="ij"), axis=-1).astype(float)
    outer = np.abs(grid - [sum(COLUMNS) / 2, sum(ROWS) / 2]).max(axis=-1) > 2000
    shift = dice(1).uniform(-1, 1, grid.shape) * np.where(outer, 48, 24)[..., None]
    shift[:, RIVER_LINE, 1] = 0
    return grid + shift


@dataclass(frozen=True)
class Cell:
    """A cell of the grid. Its land has coordinates s (west to east) and t (south to north), both 0…1."""

    column: int
    row: int
    kind: str
    wave: float = 0.0

    @property
    def corners(self) -> Array:
        """Grid coordinates of the corners: south-west, south-east, north-east, north-west."""
        c, r, k = self.column, self.row, knots()
        return np.array([k[c, r], k[c + 1, r], k[c + 1, r + 1], k[c, r + 1]])

    def _uv(self, s: Array, t: Array) -> Array:
        sw, se, ne, nw = self.corners
        a, b = s[:, None], t[:, None]
        mixed: Array = (1 - a) * (1 - b) * sw + a * (1 - b) * se + a * b * ne + (1 - a) * b * nw
        return mixed

    def at(self, s: ArrayLike, t: ArrayLike) -> Array:
        """Metric coordinates (n, 2) of points of the land."""
        s_, t_ = np.broadcast_arrays(np.atleast_1d(np.asarray(s, float)), np.atleast_1d(np.asarray(t, float)))
        t_ = t_ + self.wave * np.sin(2 * np.pi * s_) * 4 * t_ * (1 - t_)
        sw, se, ne, nw = self.corners
        share = (1 - s_) * EMBANKMENT / (nw - sw)[1] + s_ * EMBANKMENT / (ne - se)[1]
        if self.row == RIVER_LINE:
            t_ = share + (1 - share) * t_
        if self.row == RIVER_LINE - 1:
            t_ = t_ * (1 - share)
        return bend(self._uv(s_, t_))

    def across(self, t: float, s: tuple[float, float] = (0, 1), through: ArrayLike = ()) -> LineString:
        """The line of equal t, with vertices at ``through``."""
        where = np.unique(np.concatenate([np.linspace(*s, 9), np.asarray(through, float)]))
        return LineString(self.at(where[(where >= s[0]) & (where <= s[1])], t))

    def along(self, s: float, t: tuple[float, float] = (0, 1), through: ArrayLike = ()) -> LineString:
        """The line of equal s, with vertices at ``through``."""
        where = np.unique(np.concatenate([np.linspace(*t, 9), np.asarray(through, float)]))
        return LineString(self.at(s, where[(where >= t[0]) & (where <= t[1])]))

    def patch(self, s: tuple[float, float] = (0, 1), t: tuple[float, float] = (0, 1)) -> Polygon:
        """The part of the land between two values of s and two of t."""
        step = np.linspace(0, 1, 9)[:-1]
        ss, tt = s[0] + step * (s[1] - s[0]), t[0] + step * (t[1] - t[0])
        ring = [
            self.at(ss, t[0]),
            self.at(s[1], tt),
            self.at(s[0] + s[1] - ss, t[1]),
            self.at(s[0], t[0] + t[1] - tt),
        ]
        return Polygon(np.vstack(ring))

    def outline(self) -> Polygon:
        """The whole cell, to the river's centre line where it lies on the river."""
        step = np.linspace(0, 1, 9)[:-1]
        zero, one = np.zeros(8), np.ones(8)
        s = np.concatenate([step, one, 1 - step, zero])
        t = np.concatenate([zero, step, one, 1 - step])
        return Polygon(bend(self._uv(s, t)))

    def size(self) -> tuple[float, float]:
        """Width and height of the land in metres, along its middle lines."""
        return self.across(0.5).length, self.along(0.5).length

    def angle(self, s: float, t: float) -> float:
        """Direction of growing s at a point, in radians."""
        (x0, y0), (x1, y1) = self.at([s - 0.01, s + 0.01], t)
        return float(np.arctan2(y1 - y0, x1 - x0))


def cells() -> list[Cell]:
    """The cells of the city, row by row from the north-west."""
    found = [
        Cell(column, row, letter(KINDS, column, row))
        for row in reversed(range(len(ROWS)))
        for column in range(len(COLUMNS))
    ]
    return [replace(c, wave=0.045 if c.kind == "G" else 0.0) for c in found if c.kind != "."]


def river() -> Polygon:
    """The river: its centre line with a width that changes along the way."""
    middle = centre_line()
    at = np.arange(len(middle))
    tangent = np.gradient(middle, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1)[:, None]
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    half = (HALF_RIVER + 5 * np.sin(at / 5.0) + 4 * np.sin(at / 13.0 + 1))[:, None]
    return Polygon(np.vstack([middle + normal * half, (middle - normal * half)[::-1]]))


def centre_line() -> Array:
    """Metric coordinates of the river's centre line, west to east."""
    nodes = knots()[:, RIVER_LINE]
    u = np.linspace(nodes[0, 0] - 250, nodes[-1, 0] + 250, 140)
    return bend(np.column_stack([u, np.full_like(u, nodes[0, 1])]))
