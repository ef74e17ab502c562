"""The outskirts: villages, leapfrog estates, fields, the large park and the wetlands."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import Point, Polygon

from generator import fabrics
from generator.ground import Cell
from generator.names import park_name
from generator.placing import boxes, front, keep, largest, parts
from generator.planned import site
from generator.town import Building, Green, Street, Town, Water, dice

Span = tuple[float, float]


def build_outskirts(town: Town, cell: Cell, main: list[Street]) -> None:
    """One cell outside the continuous town, by its kind."""
    rng = dice(40, cell.column, cell.row)
    if cell.kind == "L":
        _estate(town, cell, main, rng)
    elif cell.kind == "V":
        _village(town, cell, main, rng)
    elif cell.kind == "F":
        _farms(town, cell, rng)
    elif cell.kind == "K":
        _great_park(town, cell, main, rng)
    else:
        _wetland(town, cell, main, rng)


def _patch(rng: np.random.Generator, half: float) -> tuple[Span, Span]:
    a, b = (float(rng.uniform(half + 0.12, 0.88 - half)) for _ in range(2))
    return (a - half, a + half), (b - half, b + half)


def _fields(town: Town, cell: Cell, built: Polygon | None, rng: np.random.Generator) -> None:
    """Fields of unequal size around what is built, here and there a wood."""
    cuts = [
        np.sort(np.concatenate([[0.0, 1.0], np.linspace(0, 1, n + 1)[1:-1] + rng.uniform(-0.05, 0.05, n - 1)]))
        for n in (4, 5)
    ]
    land = cell.patch()
    near = [x for x in town.streets if x.line.distance(land) < 40]
    shut = [x.line.buffer(x.width / 2 + 3) for x in near] + ([built.buffer(14)] if built is not None else [])
    houses = [b.shape.buffer(9) for b in town.buildings[-140:]]
    closed = shapely.union_all(shut + houses)
    for s in zip(cuts[0][:-1], cuts[0][1:], strict=True):
        for t in zip(cuts[1][:-1], cuts[1][1:], strict=True):
            wood = rng.random() < 0.12
            access = None if rng.random() < (0.8 if wood else 0.5) else "private"
            for plot in parts(cell.patch(s, t).buffer(-3.0).difference(closed)):
                if plot.area > 2000:
                    town.greens.append(Green(largest(plot.simplify(0.5)), "林地" if wood else "农田", access))


def _estate(town: Town, cell: Cell, main: list[Street], rng: np.random.Generator) -> None:
    """An estate of its own in the middle of fields: one access road, no park."""
    s, t = _patch(rng, float(rng.uniform(0.16, 0.21)))
    middle = (s[0] + s[1]) / 2
    access = Street(cell.along(middle, (0, t[0])), "local", 7.0)
    columns, rows = 2, 3
    cuts_s = [s[0] + k * (s[1] - s[0]) / columns for k in range(columns + 1)]
    cuts_t = [t[0] + k * (t[1] - t[0]) / rows for k in range(rows + 1)]
    streets = [Street(cell.along(x, t, cuts_t), "local", 7.0) for x in cuts_s]
    streets += [Street(cell.across(y, s, [*cuts_s, middle]), "local", 7.0) for y in cuts_t]
    town.streets += [access, *streets]
    flats = rng.random() < 0.45
    for a in range(columns):
        for b in range(rows):
            if rng.random() < 0.15:
                continue
            ss, tt = (cuts_s[a], cuts_s[a + 1]), (cuts_t[b], cuts_t[b + 1])
            area = site(cell.patch(ss, tt), [*main, *streets], 3.0)
            town.buildings += fabrics.perimeter(area, rng, 4) if flats else fabrics.houses(area, rng)
    _fields(town, cell, cell.patch(s, t), rng)


def _village(town: Town, cell: Cell, main: list[Street], rng: np.random.Generator) -> None:
    """An old village: a bent main street, short lanes, houses along them."""
    s, t = _patch(rng, float(rng.uniform(0.13, 0.17)))
    middle = (t[0] + t[1]) / 2
    spine = cell.across(middle, (0, 1), [*s])
    streets = [Street(spine, "local", 5.5)]
    for k in range(3):
        at = s[0] + (k + 0.5) * (s[1] - s[0]) / 3 + float(rng.uniform(-0.02, 0.02))
        streets.append(Street(cell.along(at, (t[0], t[1])), "alley", 4.0, surface="concrete"))
    town.streets += streets
    for x0, x1 in _between(s, 4):
        for part in ((t[0], middle), (middle, t[1])):
            area = site(cell.patch((x0, x1), part), [*main, *streets], 1.5).buffer(-0.5)
            for shape in front(largest(area), rng, (8, 12), (7, 10), (2, 7)):
                if rng.random() < 0.85:
                    homes = 1 + int(rng.random() < 0.1)
                    town.buildings.append(
                        Building(
                            shape, "village", "住宅", int(rng.integers(1, 3)), homes, int(rng.integers(1955, 2015))
                        )
                    )
    if rng.random() < 0.6:
        _pond(town, cell, s, t, rng)
    _fields(town, cell, cell.patch(s, t), rng)


def _between(s: Span, n: int) -> list[Span]:
    step = (s[1] - s[0]) / n
    return [(s[0] + k * step, s[0] + (k + 1) * step) for k in range(n)]


def _pond(town: Town, cell: Cell, s: Span, t: Span, rng: np.random.Generator) -> None:
    spot = cell.at(s[1] + 0.07 if s[1] < 0.8 else s[0] - 0.07, t[0] + 0.02)[0]
    shape = _blob(spot, float(rng.uniform(20, 30)), rng)
    clear = all(shape.distance(b.shape) > 4 for b in town.buildings[-140:])
    if clear and all(shape.distance(x.line) > 12 for x in town.streets[-40:]):
        town.waters.append(Water(shape, "pond"))


def _blob(spot: np.ndarray, radius: float, rng: np.random.Generator) -> Polygon:
    turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    phase = rng.uniform(0, 6, 2)
    r = radius * (1 + 0.22 * np.sin(2 * turn + phase[0]) + 0.12 * np.sin(3 * turn + phase[1]))
    return Polygon(spot + np.column_stack([r * np.cos(turn) * 1.25, r * np.sin(turn)]))


def _farms(town: Town, cell: Cell, rng: np.random.Generator) -> None:
    """Open fields with a track through them and, in some, a few farmsteads."""
    track = Street(cell.along(float(rng.uniform(0.35, 0.65))), "track", 3.5, surface="unpaved")
    town.streets.append(track)
    yards = int(rng.choice([0, 0, 2, 3, 5]))
    for _ in range(yards):
        b = float(rng.uniform(0.1, 0.9))
        x, y = track.line.interpolate(b, normalized=True).coords[0]
        turn = cell.angle(0.5, b)
        centre = np.array(
            [[x + 16 * np.cos(turn), y + 16 * np.sin(turn)], [x + 34 * np.cos(turn), y + 34 * np.sin(turn)]]
        )
        pair = keep(boxes(centre, np.array([12.0, 16.0]), 9.0, turn), cell.patch().buffer(-20), 2.0)
        if all(p.distance(o.shape) > 30 for p in pair for o in town.buildings[-12:] if o.fabric == "farm"):
            town.buildings += [
                Building(p, "farm", "住宅" if k == 0 else "仓储", 1, int(k == 0), 1985) for k, p in enumerate(pair)
            ]
    _fields(town, cell, None, rng)


def _great_park(town: Town, cell: Cell, main: list[Street], rng: np.random.Generator) -> None:
    """A large park with paths, a lake and pavilions."""
    ground = site(cell.patch(), main, 3.0)
    lake = _blob(cell.at(0.45, 0.5)[0], 75, rng)
    town.waters.append(Water(lake, "lake", "III"))
    paths = [cell.along(0.22), cell.along(0.76), cell.across(0.22), cell.across(0.78)]
    town.streets += [Street(p, "footway", 3.0, surface="paving_stones") for p in paths]
    pavilion = boxes(cell.at([0.6, 0.3, 0.84], [0.85, 0.15, 0.3]), 22.0, 14.0, cell.angle(0.5, 0.5))
    town.buildings += [Building(p, "pavilion", "公共", 1, 0, 1999) for p in pavilion]
    yards = shapely.union_all([p.buffer(3) for p in pavilion])
    park = largest(ground.difference(lake).difference(yards))
    town.greens.append(Green(park, "公园", "public", park_name(rng, "Great Park")))


def _wetland(town: Town, cell: Cell, main: list[Street], rng: np.random.Generator) -> None:
    """Reeds and pools by the river, and fields on the dry side."""
    ground = site(cell.patch(), main, 4.0)
    pools = [_blob(cell.at(a, b)[0], float(rng.uniform(30, 52)), rng) for a, b in rng.uniform(0.18, 0.82, (6, 2))]
    chosen: list[Polygon] = []
    for pool in pools:
        if ground.contains(pool) and all(pool.distance(p) > 12 for p in chosen):
            chosen.append(pool)
    town.waters += [Water(p, "pond", "III") for p in chosen]
    reeds = largest(ground.difference(shapely.union_all(chosen)) if chosen else ground)
    town.greens.append(Green(reeds, "湿地", "restricted", park_name(rng, "Marsh")))
    hut = Point(cell.at(0.9, 0.9)[0])
    if rng.random() < 0.5 and not any(hut.distance(p) < 30 for p in chosen):
        town.streets.append(Street(cell.across(0.5), "track", 3.0, surface="unpaved"))
