"""Planned cells: inner streets, blocks, and a fabric for each block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon

from generator import fabrics, informal, plan
from generator.ground import Cell
from generator.names import park_name
from generator.placing import largest
from generator.town import Building, Green, Street, Town, dice

Span = tuple[float, float]

STYLES: dict[str, tuple[int, int]] = {
    "perimeter": (3, 3),
    "fine": (4, 3),
    "slab": (2, 2),
    "tower": (2, 2),
    "slab3": (3, 2),
}
"""Blocks along and across by style of district."""

ACCESS = {"p": "public", "c": "restricted"}
"""Who may enter the park, by the plan's letter; other letters have none."""


@dataclass(frozen=True)
class Quarter:
    """A cell under construction: its streets, and what its plan says of greens and floors."""

    town: Town
    cell: Cell
    green: str
    bare: bool
    streets: list[Street]
    floors: int
    rng: np.random.Generator

    def area(self, s: Span, t: Span, setback: float = 4.0) -> Polygon:
        """What may be built on between two values of s and two of t."""
        return site(self.cell.patch(s, t), self.streets, setback)


def site(shape: Polygon, streets: list[Street], setback: float) -> Polygon:
    """The part of a block that may be built on: clear of carriageways and pavements."""
    near = [x.line.buffer(x.width / 2 + setback) for x in streets if x.line.distance(shape) < 40]
    left = shapely.difference(shape, shapely.union_all(near)) if near else shape
    return largest(largest(left).simplify(0.05))


def inner_streets(
    cell: Cell, cuts_s: list[float], cuts_t: list[float], width: float, shared: bool = True
) -> list[Street]:
    """Streets along the cuts; they meet in shared vertices unless ``shared`` is false."""
    across = [cell.across(t, through=cuts_s if shared else ()) for t in cuts_t]
    upright = [cell.along(s, through=cuts_t if shared else ()) for s in cuts_s]
    return [Street(line, "local", width) for line in across + upright]


def _cuts(n: int) -> list[float]:
    return [k / n for k in range(1, n)]


def _blocks(columns: int, rows: int) -> list[tuple[Span, Span]]:
    return [((a / columns, (a + 1) / columns), (b / rows, (b + 1) / rows)) for b in range(rows) for a in range(columns)]


def build_planned(town: Town, cell: Cell, green: str, main: list[Street]) -> None:
    """A planned district, in cells of kind M with informal infill in half of its blocks."""
    rng, mixed = dice(10, cell.column, cell.row), cell.kind == "M"
    style = str(
        rng.choice(["slab", "slab3"] if mixed else ["perimeter", "perimeter", "fine", "slab", "slab3", "tower"])
    )
    style = "perimeter" if green == "c" and not mixed else style
    columns, rows = STYLES[style]
    width, shared = float(rng.choice([9, 10, 12])), bool(rng.random() > 0.2)
    streets = inner_streets(cell, _cuts(columns), _cuts(rows), width, shared)
    town.streets += streets
    bare = plan.is_bare(cell.column, cell.row)
    quarter = Quarter(town, cell, green, bare, main + streets, int(rng.choice([3, 3, 4, 4, 5, 6])), rng)
    uses = _uses(columns * rows, quarter, style, mixed)
    for number, ((s, t), use) in enumerate(zip(_blocks(columns, rows), uses, strict=True)):
        if use == "informal":
            informal.fill(town, cell, quarter.area(s, t), s, t, dice(11, cell.column, cell.row, number))
        else:
            _block(quarter, s, t, use)


def _uses(n: int, quarter: Quarter, style: str, mixed: bool) -> list[str]:
    """The use of each block."""
    rng, house = quarter.rng, {"fine": "perimeter", "slab3": "slab"}.get(style, style)
    uses = [house] * n
    if mixed:
        for k in rng.choice(n, n // 2, replace=False):
            uses[k] = "informal"
    if quarter.green in ACCESS:
        middle = n // 2 if n > 4 and n % 2 else int(rng.integers(0, n))
        uses[middle] = "half park" if n < 8 else "park"
    if n >= 9 and not quarter.bare:
        uses[int(rng.choice([k for k in range(n) if uses[k] == house]))] = "school"
    return uses


def _park(quarter: Quarter, s: Span, t: Span) -> None:
    plot = largest(quarter.area(s, t).buffer(-1))
    quarter.town.greens.append(Green(plot, "公园", ACCESS[quarter.green], park_name(quarter.rng)))


def _block(quarter: Quarter, s: Span, t: Span, use: str) -> None:
    town, cell, rng = quarter.town, quarter.cell, quarter.rng
    if use == "park":
        _park(quarter, s, t)
    elif use == "half park":
        middle = s[0] + 0.52 * (s[1] - s[0])
        _park(quarter, (s[0], middle), t)
        _slab_block(quarter, (middle, s[1]), t)
    elif use == "school":
        built, field = fabrics.school(quarter.area(s, t), cell, s, t, rng)
        town.buildings += built
        if field.area > 1500:
            town.greens.append(Green(field, "体育用地", "restricted"))
    elif use == "tower":
        _tower_block(quarter, s, t)
    elif use == "slab":
        _slab_block(quarter, s, t)
    else:
        area = quarter.area(s, t)
        town.buildings += fabrics.perimeter(area, rng, quarter.floors)
        _courtyard(quarter, area)


def _tower_block(quarter: Quarter, s: Span, t: Span) -> None:
    """Rows of towers with a service road between each two."""
    high = quarter.cell.along((s[0] + s[1]) / 2, t).length
    cuts = [t[0] + y / high * (t[1] - t[0]) for y in fabrics.tower_gaps(high)]
    ways = [Street(quarter.cell.across(c, s), "service", 5.0, surface="concrete") for c in cuts]
    built = fabrics.towers(quarter.area(s, t), quarter.cell, s, t, quarter.rng)
    quarter.town.streets += ways
    quarter.town.buildings += built
    for low, top in zip([t[0], *cuts], [*cuts, t[1]], strict=True):
        _lawn(quarter, site(quarter.cell.patch(s, (low, top)), quarter.streets + ways, 2.5), built)


def _slab_block(quarter: Quarter, s: Span, t: Span) -> None:
    """Two rows of slabs between each two service roads."""
    high = quarter.cell.along((s[0] + s[1]) / 2, t).length
    bands = max(1, round(high / 68))
    cuts = [t[0] + k * (t[1] - t[0]) / bands for k in range(1, bands)]
    ways = [Street(quarter.cell.across(c, s), "service", 5.0, surface="concrete") for c in cuts]
    quarter.town.streets += ways
    for low, top in zip([t[0], *cuts], [*cuts, t[1]], strict=True):
        area = site(quarter.cell.patch(s, (low, top)), quarter.streets + ways, 2.5)
        built = fabrics.slabs(area, quarter.cell, s, (low, top), quarter.rng, quarter.floors)
        quarter.town.buildings += built
        if quarter.floors > 3:
            _lawn(quarter, area, built)


def _lawn(quarter: Quarter, area: Polygon, built: list[Building]) -> None:
    """Grass between buildings, for those who live there."""
    if quarter.bare:
        return
    yards = shapely.union_all([b.shape.buffer(4.5, join_style="mitre") for b in built])
    open_ground = largest(area.buffer(-3, join_style="mitre").difference(yards))
    lawn = largest(open_ground.buffer(-1.5).buffer(1.5, quad_segs=2).simplify(0.2))
    if lawn.area > 600:
        quarter.town.greens.append(Green(lawn, "草地", "restricted"))


def _courtyard(quarter: Quarter, area: Polygon) -> None:
    yard = largest(area.buffer(-18))
    if not quarter.bare and yard.area > 1800 and quarter.rng.random() < 0.7:
        access = "private" if quarter.rng.random() < 0.7 else "restricted"
        quarter.town.greens.append(Green(largest(yard.buffer(-4).buffer(2)), "花园", access))


def build_garden_suburb(town: Town, cell: Cell, green: str, main: list[Street]) -> None:
    """Houses with gardens on curved streets, around a park."""
    rng = dice(10, cell.column, cell.row)
    rows = max(4, round(cell.size()[1] / 82))
    streets = inner_streets(cell, [0.5], _cuts(rows), 8.0)
    town.streets += streets
    quarter = Quarter(town, cell, green, plan.is_bare(cell.column, cell.row), main + streets, 2, rng)
    park = int(rng.integers(0, 2)) + 2 * (rows // 2)
    for number, (s, t) in enumerate(_blocks(2, rows)):
        if number == park and green in ACCESS:
            _park(quarter, s, t)
            continue
        area = quarter.area(s, t, 3.0)
        town.buildings += fabrics.houses(area, rng)
        gardens = largest(area.buffer(-17))
        if not quarter.bare and gardens.area > 500:
            town.greens.append(Green(gardens, "花园", "private"))


def build_business(town: Town, cell: Cell, main: list[Street]) -> None:
    """A business district around a square."""
    rng = dice(12, cell.column, cell.row)
    streets = inner_streets(cell, _cuts(3), _cuts(3), 14.0)
    town.streets += streets
    for number, (s, t) in enumerate(_blocks(3, 3)):
        area = site(cell.patch(s, t), main + streets, 5.0)
        if number == 4:
            town.greens.append(Green(area.buffer(-3), "广场", "public", park_name(rng, "Square")))
        else:
            town.buildings += fabrics.offices(area, cell, s, t, rng)


def build_industry(town: Town, cell: Cell, main: list[Street]) -> None:
    """Works and warehouses, a hostel, and a strip of trees along one side where there is room."""
    rng = dice(13, cell.column, cell.row)
    streets = inner_streets(cell, _cuts(2), _cuts(3), 12.0)
    town.streets += streets
    built: list[Building] = []
    for s, t in _blocks(2, 3):
        built += fabrics.halls(site(cell.patch(s, t), main + streets, 7.0), cell, s, t, rng)
    hostel = built[-1]
    hostel.use, hostel.dwellings = "商住", int(rng.integers(6, 20))
    town.buildings += built
    belt = site(cell.patch((0.0, 0.06), (0.04, 0.96)), main + streets, 1.0)
    if belt.area > 800 and all(belt.distance(b.shape) > 2 for b in built):
        town.greens.append(Green(belt, "防护绿地", None))
