"""Houses along lines, scattered houses, and which of them can stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from twin.batch import FloatArray, Geometries

PLOT = ("x", "y", "wide", "deep", "angle")
STREET = ("line", "road_class", "width", "mapped", "lane")


@dataclass(frozen=True)
class Form:
    """A city's form: zones (polygons), streets (``STREET`` columns; all that are really there), houses
    (polygon, zone, place, size) and green areas (polygon, zone)."""

    zones: Geometries
    streets: pd.DataFrame
    houses: pd.DataFrame
    greens: pd.DataFrame


def street(line: Any, road_class: str, width: float, *, mapped: bool = True, lane: bool = False) -> dict[str, Any]:
    """One row of the streets."""
    return {"line": line, "road_class": road_class, "width": width, "mapped": mapped, "lane": lane}


def along(
    line: shapely.LineString,
    side: float,
    random: np.random.Generator,
    *,
    pitch: float,
    setback: float,
    size: tuple[float, float],
    turn: float = 0.0,
    kept: float = 1.0,
) -> FloatArray:
    """Plots (n, 5) in a row along a line, on its left (+1) or right (-1): ``setback`` metres from it."""
    at = np.arange(random.uniform(0.5, 0.9) * pitch, line.length - 0.4 * pitch, pitch)
    at = (at + random.normal(0, 0.04 * pitch, len(at)))[random.random(len(at)) < kept]
    if len(at) == 0:
        return np.empty((0, 5))
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 1.0))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 1.0, 0)))
    way = ahead - behind
    way = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    across = np.column_stack([-way[:, 1], way[:, 0]]) * side
    wide, deep = _sizes(len(at), size, random)
    centre = here + across * (setback + deep / 2)[:, None]
    angle = np.arctan2(way[:, 1], way[:, 0]) + random.normal(0, turn, len(at))
    return np.column_stack([centre, wide, deep, angle])


def scattered(
    area: Any, random: np.random.Generator, *, pitch: float, size: tuple[float, float], turn: float, kept: float = 1.0
) -> FloatArray:
    """Plots (n, 5) strewn over an area, about ``pitch`` metres apart."""
    x0, y0, x1, y1 = area.bounds
    x, y = np.meshgrid(np.arange(x0 + pitch / 3, x1, pitch), np.arange(y0 + pitch / 3, y1, pitch))
    xy = np.column_stack([x.ravel(), y.ravel()]) + random.normal(0, 0.14 * pitch, (x.size, 2))
    xy = xy[shapely.contains_xy(area, xy[:, 0], xy[:, 1]) & (random.random(len(xy)) < kept)]
    wide, deep = _sizes(len(xy), size, random)
    return np.column_stack([xy, wide, deep, random.normal(random.uniform(0, 3), turn, len(xy))])


def _sizes(count: int, size: tuple[float, float], random: np.random.Generator) -> FloatArray:
    return np.array([each * np.exp(random.normal(0, 0.1, count)) for each in size])


def boxes(plots: FloatArray) -> Geometries:
    """Rectangles of plots (n, 5)."""
    x, y, wide, deep, angle = plots.T
    corner = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)])
    along_x, along_y = corner[:, 0] * wide[:, None], corner[:, 1] * deep[:, None]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    rings = np.stack([along_x * cos - along_y * sin + x[:, None], along_x * sin + along_y * cos + y[:, None]], axis=2)
    return np.asarray(shapely.polygons(np.round(rings, 3)))


def settle(
    groups: Sequence[tuple[str, FloatArray]], zones: Geometries, streets: pd.DataFrame, greens: Geometries
) -> pd.DataFrame:
    """The houses that can stand, of groups (place, plots) in order of right: polygon, zone, place.

    A house keeps off streets and lanes by their real width and off green areas, and of two that would
    touch the later gives way. Houses outside all zones are left out.
    """
    places = np.concatenate([np.full(len(plots), place, dtype=object) for place, plots in groups])
    shapes = boxes(np.concatenate([plots for _, plots in groups]))
    standing = np.ones(len(shapes), dtype=bool)
    tree = shapely.STRtree(shapes)
    room = streets["width"].to_numpy(np.float64) / 2 + 0.3
    standing[tree.query(streets["line"].to_numpy(), predicate="dwithin", distance=room)[1]] = False
    standing[tree.query(greens, predicate="intersects")[1]] = False
    one, other = tree.query(shapes, predicate="dwithin", distance=0.8)
    for first, second in zip(one[one < other], other[one < other], strict=True):
        if standing[first]:
            standing[second] = False
    held = np.full(len(shapes), -1)
    house, zone = shapely.STRtree(zones).query(shapely.point_on_surface(shapes), predicate="within")
    held[house] = zone
    kept = standing & (held >= 0)
    return pd.DataFrame({"shape": shapes[kept], "zone": held[kept], "place": places[kept]})
