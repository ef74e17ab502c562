"""Ways of building on a planned site: slabs, perimeter blocks, houses, towers, halls, offices, a school."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from generator.ground import Cell
from generator.placing import Shapes, boxes, ells, front, keep, largest
from generator.town import Building

Span = tuple[float, float]
Array = NDArray[np.float64]


def lattice(cell: Cell, s: Span, t: Span, pitch: Span, from_edge: float) -> tuple[Array, Array]:
    """Centres (n, 2) and directions of a regular arrangement in a patch, ``pitch`` metres apart along and across."""
    wide, high = cell.across((t[0] + t[1]) / 2, s).length, cell.along((s[0] + s[1]) / 2, t).length
    columns, rows = max(1, int((wide - 2 * from_edge) / pitch[0])), max(1, int((high - 2 * from_edge) / pitch[1]))
    a = (np.arange(columns) + 0.5) * (wide - 2 * from_edge) / columns + from_edge
    b = (np.arange(rows) + 0.5) * (high - 2 * from_edge) / rows + from_edge
    aa, bb = np.meshgrid(s[0] + a / wide * (s[1] - s[0]), t[0] + b / high * (t[1] - t[0]))
    pairs = np.column_stack([aa.ravel(), bb.ravel()])
    return cell.at(pairs[:, 0], pairs[:, 1]), np.array([cell.angle(float(x), float(y)) for x, y in pairs])


def slabs(area: Polygon, cell: Cell, s: Span, t: Span, rng: np.random.Generator, floors: int) -> list[Building]:
    """Rows of slabs that face south, lengths changing from row to row."""
    pitch = float(rng.choice([46, 54, 62]))
    wide = cell.across((t[0] + t[1]) / 2, s).length - 20
    pitch = wide / max(1, int(wide / pitch))
    centres, angles = lattice(cell, s, t, (pitch - 0.01, 27), 10)
    widths = np.full(len(centres), min(pitch - 9.0, 58.0))
    shapes = boxes(centres, widths, 12.5, angles)
    year = int(rng.integers(1992, 2019))
    return [
        Building(p, "slab", floors=floors, dwellings=floors * 2 * max(1, round((pitch - 9) / 20)), year=year)
        for p in keep(shapes, area, 3.0)
    ]


TOWER_PITCH, TOWER_EDGE = 52, 16


def tower_gaps(high: float) -> list[float]:
    """Where the gaps between rows of towers lie on a site ``high`` metres deep."""
    rows = max(1, int((high - 2 * TOWER_EDGE) / TOWER_PITCH))
    return [TOWER_EDGE + k * (high - 2 * TOWER_EDGE) / rows for k in range(1, rows)]


def towers(area: Polygon, cell: Cell, s: Span, t: Span, rng: np.random.Generator) -> list[Building]:
    """Point towers with a row of shops along the street."""
    centres, angles = lattice(cell, s, t, (TOWER_PITCH, TOWER_PITCH), TOWER_EDGE)
    shapes = keep(boxes(centres, rng.uniform(20, 25), rng.uniform(18, 22), angles), area, 4.0)
    floors, year = int(rng.integers(9, 16)), int(rng.integers(2008, 2024))
    found = [Building(p, "tower", floors=floors, dwellings=floors * 4, year=year) for p in shapes]
    shops = front(area, rng, (16, 30), (7, 9), (3, 12))
    free = keep(shops, area.buffer(0.4), 1.0)
    drives = [shapely.shortest_line(b.shape, area.exterior).buffer(3) for b in found]
    clear = [
        p for p in free if all(p.distance(b.shape) > 4 for b in found) and not any(p.intersects(d) for d in drives)
    ]
    return found + [Building(p, "shop", "商业", 2, 0, year) for p in clear]


def perimeter(area: Polygon, rng: np.random.Generator, floors: int) -> list[Building]:
    """Houses of flats along the streets around a courtyard."""
    year = int(rng.integers(1985, 2016))
    found = []
    for shape in front(area, rng, (17, 27), (11, 13.5), (3.5, 7)):
        shop = rng.random() < 0.07
        mixed = not shop and rng.random() < 0.12
        use = "商业" if shop else "商住" if mixed else "住宅"
        flats = 0 if shop else (floors - int(mixed)) * (2 if shape.area < 270 else 3)
        found.append(Building(shape, "perimeter", use, 2 if shop else floors, flats, year + int(rng.integers(0, 6))))
    return found


def houses(area: Polygon, rng: np.random.Generator) -> list[Building]:
    """Detached and paired houses with front gardens."""
    plot = largest(area.buffer(-2.5))
    year = int(rng.integers(1996, 2018))
    found = []
    for shape in front(plot, rng, (9.5, 13), (9, 11.5), (4.5, 7.5)):
        flats = 2 if rng.random() < 0.25 else 1
        found.append(Building(shape, "house", "住宅", int(rng.integers(2, 4)), flats, year + int(rng.integers(0, 5))))
    return found


def halls(area: Polygon, cell: Cell, s: Span, t: Span, rng: np.random.Generator) -> list[Building]:
    """Halls of works and warehouses."""
    centres, angles = lattice(cell, s, t, (rng.uniform(66, 96), rng.uniform(44, 62)), 8)
    n = len(centres)
    shapes = boxes(centres, rng.uniform(40, 62, n), rng.uniform(24, 36, n), angles)
    wings = ells(centres, rng.uniform(40, 58, n), rng.uniform(16, 22, n), angles, 13)
    mixed = np.where(rng.random(n) < 0.25, wings, shapes)
    return [
        Building(
            p,
            "hall",
            "仓储" if rng.random() < 0.3 else "工业",
            int(rng.integers(1, 4)),
            0,
            int(rng.integers(1988, 2022)),
        )
        for p in keep(mixed, area, 6.0)
    ]


def offices(area: Polygon, cell: Cell, s: Span, t: Span, rng: np.random.Generator) -> list[Building]:
    """Office blocks and department stores, some with flats on top."""
    centres, angles = lattice(cell, s, t, (45, 43), 7)
    n = len(centres)
    shapes = keep(boxes(centres, rng.uniform(26, 37, n), rng.uniform(24, 33, n), angles), area, 5.0)
    found = []
    for shape in shapes:
        mixed = rng.random() < 0.3
        floors = int(rng.integers(5, 22))
        found.append(
            Building(
                shape,
                "office",
                "商住" if mixed else "办公" if rng.random() < 0.6 else "商业",
                floors,
                24 if mixed else 0,
                int(rng.integers(1998, 2024)),
            )
        )
    return found


def school(area: Polygon, cell: Cell, s: Span, t: Span, rng: np.random.Generator) -> tuple[list[Building], Polygon]:
    """A school of three wings, and its sports field."""
    a, b = s[0] + 0.32 * (s[1] - s[0]), (t[0] + t[1]) / 2
    angle = cell.angle(a, b)
    across = np.array([-np.sin(angle), np.cos(angle)])
    middle = cell.at(a, b)[0]
    wings: Shapes = boxes(
        np.array([middle + across * 26, middle - across * 0, middle - across * 26]),
        np.array([44.0, 44.0, 36.0]),
        12.0,
        angle,
    )
    year = int(rng.integers(1990, 2020))
    built = [Building(p, "school", "公共", int(rng.integers(3, 6)), 0, year) for p in keep(wings, area, 5.0)]
    centre = cell.at(s[0] + 0.76 * (s[1] - s[0]), b)[0]
    pitch = boxes(centre[None, :], 46.0, 76.0, angle)[0].buffer(0)
    field = shapely.intersection(pitch, area)
    clear = field if all(field.distance(x.shape) > 3 for x in built) else Polygon()
    return built, clear if isinstance(clear, Polygon) else Polygon()
