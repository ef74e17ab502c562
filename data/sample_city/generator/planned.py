"""Planned cells: inner streets, blocks, and a fabric for each block."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import Polygon

from generator import fabrics, informal, plan
from generator.ground import Cell
from generator.names import park_name
from generator.placing import largest
from generator.town import Building, Green, Street, Town, dice

Span = tuple[float, float]


def site(shape: Polygon, streets: list[Street], setback: float) -> Polygon:
    """The part of a block that may be built on: clear of carriageways and pavements."""
    near = [x.line.buffer(x.width / 2 + setback) for x in streets if x.line.distance(shape) < 40]
    left = shapely.difference(shape, shapely.union_all(near)) if near else shape
    return largest(left).simplify(0.05)


def inner_streets(cell: Cell, cuts_s: list[float], cuts_t: list[float], width: float, shared: bool) -> list[Street]:
    """Streets along the cuts; they meet in shared vertices unless ``shared`` is false."""
    across = [cell.across(t, through=cuts_s if shared else ()) for t in cuts_t]
    upright = [cell.along(s, through=cuts_t if shared else ()) for s in cuts_s]
    return [Street(line, "local", width) for line in across + upright]


STYLES: dict[str, tuple[int, int]] = {"perimeter": (3, 3), "fine": (4, 3), "slab": (2, 2), "tower": (2, 2), "slab3": (3, 2)}


def build_planned(town: Town, cell: Cell, green: str, main: list[Street], mixed: bool) -> None:
    """A planned district, or one with informal infill where ``mixed``."""
    rng = dice(10, cell.column, cell.row)
    if cell.kind == "G":
        return _garden_suburb(town, cell, green, main, rng)
    style = str(rng.choice(["slab", "slab3"] if mixed else ["perimeter", "perimeter", "fine", "slab", "slab3", "tower"]))
    style = "perimeter" if green == "c" and not mixed else style
    columns, rows = STYLES[style]
    cuts_s, cuts_t = [k / columns for k in range(1, columns)], [k / rows for k in range(1, rows)]
    streets = inner_streets(cell, cuts_s, cuts_t, float(rng.choice([9, 10, 12])), rng.random() > 0.2)
    town.streets += streets
    blocks = [
        ((a / columns, (a + 1) / columns), (b / rows, (b + 1) / rows)) for b in range(rows) for a in range(columns)
    ]
    bare = plan.is_bare(cell.column, cell.row)
    uses = _uses(len(blocks), green, style, mixed, bare, rng)
    floors = int(rng.choice([3, 3, 4, 4, 5, 6]))
    for number, ((s, t), use) in enumerate(zip(blocks, uses, strict=True)):
        area = site(cell.patch(s, t), main + streets, 4.0)
        if use == "informal":
            informal.fill(town, cell, area, s, t, dice(11, cell.column, cell.row, number))
        else:
            _block(town, cell, area, s, t, use, floors, green, bare, main + streets, rng)


def _uses(n: int, green: str, style: str, mixed: bool, bare: bool, rng: np.random.Generator) -> list[str]:
    house = {"fine": "perimeter", "slab3": "slab"}.get(style, style)
    uses = [house] * n
    if mixed:
        for k in rng.choice(n, n // 2, replace=False):
            uses[k] = "informal"
    if green in "pc":
        uses[n // 2 if n > 4 and n % 2 else int(rng.integers(0, n))] = "half park" if n < 8 else "park"
    if n >= 9 and not bare:
        uses[int(rng.choice([k for k in range(n) if uses[k] == house]))] = "school"
    return uses


ACCESS = {"p": "public", "c": "restricted"}


def _block(
    town: Town, cell: Cell, area: Polygon, s: Span, t: Span, use: str, floors: int, green: str, bare: bool,
    streets: list[Street], rng: np.random.Generator,
) -> None:  # fmt: skip
    if use == "park":
        town.greens.append(Green(area.buffer(-1), "公园", ACCESS[green], park_name(rng)))
    elif use == "half park":
        middle = s[0] + 0.52 * (s[1] - s[0])
        park = site(cell.patch((s[0], middle), t), streets, 4.0)
        town.greens.append(Green(park.buffer(-1), "公园", ACCESS[green], park_name(rng)))
        _block(town, cell, site(cell.patch((middle, s[1]), t), streets, 4.0), (middle, s[1]), t, "slab", floors, green, bare, streets, rng)
    elif use == "school":
        built, field = fabrics.school(area, cell, s, t, rng)
        town.buildings += built
        if field.area > 1500:
            town.greens.append(Green(field, "体育用地", "restricted"))
    elif use == "tower":
        built = fabrics.towers(area, cell, s, t, rng)
        town.buildings += built
        if not bare:
            _lawn(town, area, built)
    elif use == "slab":
        _slab_block(town, cell, s, t, floors, streets, rng, not bare and floors > 3)
    else:
        town.buildings += fabrics.perimeter(area, rng, floors)
        _courtyard(town, area, bare, rng)


def _slab_block(town: Town, cell: Cell, s: Span, t: Span, floors: int, streets: list[Street], rng: np.random.Generator, lawns: bool) -> None:
    high = cell.along((s[0] + s[1]) / 2, t).length
    bands = max(1, round(high / 68))
    cuts = [t[0] + k * (t[1] - t[0]) / bands for k in range(1, bands)]
    ways = [Street(cell.across(c, s), "service", 5.0, surface="concrete") for c in cuts]
    town.streets += ways
    for low, top in zip([t[0], *cuts], [*cuts, t[1]], strict=True):
        area = site(cell.patch(s, (low, top)), streets + ways, 2.5)
        built = fabrics.slabs(area, cell, s, (low, top), rng, floors)
        town.buildings += built
        if lawns:
            _lawn(town, area, built)


def _lawn(town: Town, area: Polygon, built: list[Building]) -> None:
    """Grass between buildings, for those who live there."""
    yards = shapely.union_all([b.shape.buffer(4.5, join_style="mitre") for b in built])
    lawn = largest(area.buffer(-3, join_style="mitre").difference(yards)).buffer(-1.5).buffer(1.5, quad_segs=2)
    if isinstance(lawn, Polygon) and lawn.area > 600:
        town.greens.append(Green(lawn.simplify(0.2), "草地", "restricted"))


def _courtyard(town: Town, area: Polygon, bare: bool, rng: np.random.Generator) -> None:
    yard = area.buffer(-18)
    if not bare and isinstance(yard, Polygon) and yard.area > 1800 and rng.random() < 0.45:
        town.greens.append(Green(yard.buffer(-4).buffer(2), "花园", "private" if rng.random() < 0.7 else "restricted"))


def _garden_suburb(town: Town, cell: Cell, green: str, main: list[Street], rng: np.random.Generator) -> None:
    rows = max(4, round(cell.size()[1] / 82))
    cuts_s, cuts_t = [0.5], [k / rows for k in range(1, rows)]
    streets = inner_streets(cell, cuts_s, cuts_t, 8.0, True)
    town.streets += streets
    park = (int(rng.integers(0, 2)), rows // 2)
    for b in range(rows):
        for a in range(2):
            s, t = (a / 2, (a + 1) / 2), (b / rows, (b + 1) / rows)
            area = site(cell.patch(s, t), main + streets, 3.0)
            if (a, b) == park and green in "pc":
                town.greens.append(Green(area.buffer(-1), "公园", ACCESS[green], park_name(rng)))
            else:
                town.buildings += fabrics.houses(area, rng)


def build_business(town: Town, cell: Cell, main: list[Street]) -> None:
    """A business district around a square."""
    rng = dice(12, cell.column, cell.row)
    cuts = [1 / 3, 2 / 3]
    streets = inner_streets(cell, cuts, cuts, 14.0, True)
    town.streets += streets
    for a in range(3):
        for b in range(3):
            s, t = (a / 3, (a + 1) / 3), (b / 3, (b + 1) / 3)
            area = site(cell.patch(s, t), main + streets, 5.0)
            if (a, b) == (1, 1):
                town.greens.append(Green(area.buffer(-3), "广场", "public", park_name(rng, "Square")))
            else:
                town.buildings += fabrics.offices(area, cell, s, t, rng)


def build_industry(town: Town, cell: Cell, main: list[Street]) -> None:
    """Works and warehouses, a strip of trees along one side."""
    rng = dice(13, cell.column, cell.row)
    streets = inner_streets(cell, [0.5], [1 / 3, 2 / 3], 12.0, True)
    town.streets += streets
    for a in range(2):
        for b in range(3):
            s, t = (a / 2, (a + 1) / 2), (b / 3, (b + 1) / 3)
            town.buildings += fabrics.halls(site(cell.patch(s, t), main + streets, 7.0), cell, s, t, rng)
    hostel = [b for b in town.buildings[-12:] if b.fabric == "hall"][:1]
    for each in hostel:
        each.use, each.dwellings = "商住", int(rng.integers(6, 20))
    belt = site(cell.patch((0.0, 0.06), (0.04, 0.96)), main + streets, 1.0)
    clear = all(belt.distance(b.shape) > 2 for b in town.buildings[-120:])
    if belt.area > 800 and clear:
        town.greens.append(Green(belt, "防护绿地", None))
