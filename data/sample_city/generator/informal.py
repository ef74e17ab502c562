"""Informal infill: lanes that grow in from the edge and end blind, houses turned as they came, behind one another."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from generator.ground import Cell
from generator.names import park_name
from generator.placing import boxes, keep, largest
from generator.town import Building, Green, Street, Town, dice

Array = NDArray[np.float64]
Span = tuple[float, float]


def build_informal(town: Town, cell: Cell, green: str, main: list[Street]) -> None:
    """A whole cell of informal infill, in some with a park that only one side can reach."""
    rng = dice(20, cell.column, cell.row)
    whole = cell.patch()
    roads = shapely.union_all([x.line.buffer(x.width / 2 + 2.0) for x in main if x.line.distance(whole) < 40])
    area = largest(whole.difference(roads))
    if green == "w":
        park = _walled_park(town, cell, rng)
        fill(town, cell, area, (0, 1), (0, 1), rng, park)
        return
    cut = float(rng.uniform(0.4, 0.6))
    street = Street(cell.along(cut), "local", 6.0)
    town.streets.append(street)
    halves: list[tuple[Span, int]] = [((0, cut), 0), ((cut, 1), 1)]
    corner = int(rng.integers(0, 2)) if green in "pc" else -1
    for s, side in halves:
        part = largest(area.intersection(cell.patch(s)).difference(street.line.buffer(5.0)))
        if side == corner:
            plot = largest(part.intersection(cell.patch((s[0], s[1]), (0.36, 0.62)))).buffer(-2)
            green_plot = largest(plot)
            town.greens.append(Green(green_plot, "公园", "public" if green == "p" else "restricted", park_name(rng)))
            part_low = largest(part.intersection(cell.patch(s, (0, 0.36))))
            part_top = largest(part.intersection(cell.patch(s, (0.62, 1))))
            fill(town, cell, part_low, s, (0, 0.36), dice(21, cell.column, cell.row))
            fill(town, cell, part_top, s, (0.62, 1), dice(22, cell.column, cell.row))
        else:
            fill(town, cell, part, s, (0, 1), dice(23, cell.column, cell.row, side))


def _walled_park(town: Town, cell: Cell, rng: np.random.Generator) -> Polygon:
    middle = float(rng.uniform(0.46, 0.54))
    park = cell.patch((middle - 0.11, middle + 0.11), (0.42, 0.60))
    town.greens.append(Green(park, "公园", "public", park_name(rng)))
    town.streets.append(Street(cell.along(middle, (0, 0.45)), "alley", 4.0, surface="concrete"))
    return park


def fill(
    town: Town, cell: Cell, area: Polygon, s: Span, t: Span, rng: np.random.Generator, park: Polygon | None = None
) -> None:
    """Lanes first, then houses where there is room between them."""
    if area.area < 1500:
        return
    roads = shapely.union_all([x.line for x in town.streets if x.width >= 3.5 and x.line.distance(area) < 30])
    ways = _lanes(cell, area, s, t, rng, park, roads)
    town.streets += ways
    shut = [w.line.buffer(w.width / 2 + 0.9, cap_style="flat") for w in ways]
    if park is not None:
        gate = [x for x in town.streets[-len(ways) - 1 :] if x.road_class == "alley" and x.width == 4.0]
        shut += [park.buffer(3), *(x.line.buffer(3.4) for x in gate)]
    room = area.difference(shapely.union_all(shut)) if shut else area
    town.buildings += _houses(cell, room, area, s, t, rng)


def _houses(
    cell: Cell, room: BaseGeometry, area: Polygon, s: Span, t: Span, rng: np.random.Generator
) -> list[Building]:
    x0, y0, x1, y1 = area.bounds
    pitch = 16.5
    grid = np.stack(np.meshgrid(np.arange(x0, x1, pitch), np.arange(y0, y1, pitch)), axis=-1).reshape(-1, 2)
    turn = cell.angle((s[0] + s[1]) / 2, (t[0] + t[1]) / 2)
    centres = np.vstack([grid + rng.uniform(-5.5, 5.5, grid.shape), rng.uniform((x0, y0), (x1, y1), grid.shape)])
    n = len(centres)
    drift = 0.5 * np.sin(centres[:, 0] / 90) * np.cos(centres[:, 1] / 70)
    shapes = boxes(centres, rng.uniform(7.5, 13, n), rng.uniform(6.5, 10, n), turn + drift + rng.normal(0, 0.28, n))
    found = []
    for shape in keep(shapes, room, 1.3):
        floors = int(rng.choice([1, 2, 2, 3, 3, 4]))
        shop = rng.random() < 0.03
        homes = 0 if shop else int(rng.integers(1, floors + 1))
        found.append(
            Building(shape, "informal", "商业" if shop else "住宅", floors, homes, int(rng.integers(1982, 2022)))
        )
    return found


def _lanes(
    cell: Cell, area: Polygon, s: Span, t: Span, rng: np.random.Generator, park: Polygon | None, roads: BaseGeometry
) -> list[Street]:
    closed = area.difference(park.buffer(27)) if park is not None else area
    shapely.prepare(closed)
    middle = np.array(area.centroid.coords[0])
    found: list[Street] = []
    around = cell.patch(s, t).exterior
    starts = int(around.length / 105)
    for k in range(starts):
        start = np.array(around.interpolate((k + rng.uniform(0.25, 0.75)) / starts, normalized=True).coords[0])
        if roads.distance(Point(start)) > 1.0:
            continue
        if park is not None and Point(start).distance(cell.across(0.0)) < 40 and abs(start - middle)[0] < 70:
            continue
        to = middle + rng.normal(0, 70, 2) - start
        first = _grow(start, float(np.arctan2(to[1], to[0])), rng.uniform(70, 150), closed, found, rng, True)
        if first is None:
            continue
        found.append(Street(first, "alley", round(float(rng.uniform(2.0, 3.0)), 1), surface="unpaved"))
        for vertex in first.coords[2:-1]:
            if rng.random() < 0.45:
                _branch(np.array(vertex), first, closed, found, rng)
    return found


def _branch(
    vertex: Array, stem: LineString, closed: BaseGeometry, found: list[Street], rng: np.random.Generator
) -> None:
    heading = np.arctan2(*(np.array(stem.coords[-1]) - np.array(stem.coords[0]))[::-1])
    turn = float(heading + rng.choice([-1, 1]) * rng.uniform(0.9, 1.7))
    side = _grow(vertex, turn, rng.uniform(32, 80), closed, [f for f in found if f.line is not stem], rng, False)
    if side is not None:
        road_class = str(rng.choice(["footway", "path", "alley"]))
        width = rng.uniform(2.0, 2.6) if road_class == "alley" else rng.uniform(1.5, 2.0)
        found.append(Street(side, road_class, round(float(width), 1), surface="unpaved"))


def _grow(
    start: Array, heading: float, length: float, closed: BaseGeometry, others: list[Street],
    rng: np.random.Generator, from_road: bool,
) -> LineString | None:  # fmt: skip
    points, gone = [start], 0.0
    lines = shapely.union_all([o.line for o in others]) if others else None
    while gone < length:
        step = 24.0 if from_road and len(points) == 1 else float(rng.uniform(12, 18))
        after = points[-1] + step * np.array([np.cos(heading), np.sin(heading)])
        if not closed.contains(Point(after)):
            break
        if lines is not None and LineString([points[-1], after]).distance(lines) < (
            11 if len(points) > 1 or from_road else 6
        ):
            break
        points.append(after)
        gone += step
        heading += float(rng.normal(0, 0.2))
    return LineString(points) if len(points) >= (3 if from_road else 2) else None
