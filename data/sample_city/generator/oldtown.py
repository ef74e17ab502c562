"""The old town: irregular blocks between curved streets, where every house stands on a street."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Polygon

from generator.ground import Cell
from generator.names import park_name, street_name
from generator.placing import front, largest
from generator.planned import site
from generator.town import Building, Green, Street, Town, dice

Array = NDArray[np.float64]
ZONES, BLOCKS = 10, 200


def build_old_town(town: Town, cells: list[Cell], main: list[Street]) -> list[Polygon]:
    """Build the old town on the cells of its kind; gives its zones on land."""
    rng = dice(30)
    land = shapely.union_all([c.patch() for c in cells], grid_size=0.01)
    region = largest(land.buffer(0.02).buffer(-0.02))
    blocks = _bent(_voronoi(region, BLOCKS, rng), region)
    zones = _zones(blocks, region, rng)
    streets = _streets(blocks, zones, region, rng)
    town.streets += streets
    square = int(np.argmin([b.distance(region.centroid) for b in blocks]))
    gardens = {int(k) for k in rng.choice(len(blocks), 9, replace=False)} - {square}
    for number, block in enumerate(blocks):
        area = site(block, main + streets, 1.2)
        if number == square or number in gardens:
            kind, word = ("广场", "Square") if number == square else ("公园", "Garden")
            town.greens.append(Green(area.buffer(-1), kind, "public", park_name(rng, word)))
        else:
            town.buildings += _houses(area, rng)
            yard = largest(area.buffer(-15))
            if yard.area > 450 and rng.random() < 0.5:
                town.greens.append(Green(largest(yard.simplify(0.5)), "花园", "private"))
    return zones


def _voronoi(region: Polygon, count: int, rng: np.random.Generator) -> list[Polygon]:
    x0, y0, x1, y1 = region.bounds
    points = rng.uniform((x0, y0), (x1, y1), (count * 4, 2))
    points = points[shapely.contains_xy(region, points)][:count]
    cells: list[Polygon] = []
    for _ in range(7):
        raw = shapely.voronoi_polygons(MultiPoint(points), extend_to=region)
        cells = [largest(c.intersection(region)) for c in raw.geoms]
        cells = sorted((c for c in cells if c.area > 1), key=lambda c: (c.centroid.x, c.centroid.y))
        points = np.array([c.centroid.coords[0] for c in cells])
    return cells


def _bent(blocks: list[Polygon], region: Polygon) -> list[Polygon]:
    """Curve the edges: a displacement that depends on place alone, so that neighbours still share them."""
    dense = np.array([shapely.segmentize(b, 14.0) for b in blocks], dtype=object)
    moved: NDArray[np.object_] = shapely.set_precision(shapely.transform(dense, lambda xy: _shift(xy, region)), 0.01)
    return [largest(b) for b in moved]


def _shift(xy: Array, region: Polygon) -> Array:
    from_edge = shapely.distance(shapely.points(xy), region.exterior)
    much = np.clip(from_edge / 70, 0, 1)[:, None] * 7.5
    x, y = xy.T
    wave = np.column_stack([np.sin(y / 23 + 0.6 * np.sin(x / 37)), np.sin(x / 27 + 0.8 * np.cos(y / 31))])
    moved: Array = xy + much * wave
    return moved


def _zones(blocks: list[Polygon], region: Polygon, rng: np.random.Generator) -> list[Polygon]:
    seeds = np.array([c.centroid.coords[0] for c in _voronoi(region, ZONES, rng)])
    middles = np.array([b.centroid.coords[0] for b in blocks])
    nearest = np.argmin(np.linalg.norm(middles[:, None] - seeds[None], axis=2), axis=1)
    return [
        largest(shapely.union_all([b for b, n in zip(blocks, nearest, strict=True) if n == k], grid_size=0.01))
        for k in range(len(seeds))
    ]


def _streets(blocks: list[Polygon], zones: list[Polygon], region: Polygon, rng: np.random.Generator) -> list[Street]:
    edges = shapely.line_merge(shapely.union_all([b.exterior for b in blocks], grid_size=0.01))
    borders = shapely.union_all([z.exterior for z in zones])
    found = []
    for line in sorted(shapely.get_parts(edges), key=lambda x: x.coords[0]):
        middle = line.interpolate(0.5, normalized=True)
        if middle.distance(region.exterior) < 0.8 or line.length < 0.5:
            continue
        on_border = middle.distance(borders) < 0.3
        road_class = "local" if on_border else str(rng.choice(["living_street", "residential", "residential"]))
        width = 7.0 if on_border else round(float(rng.uniform(4.2, 5.6)), 1)
        found.append(
            Street(LineString(line), road_class, width, street_name(rng) if line.length > 45 else None, "cobblestone")
        )
    return found


def _houses(area: Polygon, rng: np.random.Generator) -> list[Building]:
    found = []
    for shape in front(area, rng, (7, 13), (8.5, 12), (0.5, 1.6)):
        draw = rng.random()
        use = "商住" if draw < 0.18 else "商业" if draw < 0.22 else "公共" if draw < 0.235 else "住宅"
        floors = int(rng.choice([1, 2, 2, 2, 3]))
        homes = 0 if use in ("商业", "公共") else int(rng.integers(1, 3))
        found.append(Building(shape, "old", use, floors, homes, int(rng.integers(1890, 1966))))
    return found
