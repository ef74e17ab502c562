"""The main roads: the lines of the grid, the embankments along the river, the bridges."""

from __future__ import annotations

import numpy as np
from shapely.geometry import LineString

from generator import plan
from generator.ground import EMBANKMENT, Cell, bend, knots
from generator.town import Street

COLUMN_NAMES = (
    "Xishan Road", "Guyang Road", "Xinghe Avenue", "Liulin Street", "Wenhua Street", "Zhonghua Avenue",
    "Gulou Street", "Shuyuan Street", "Renmin Avenue", "Taoyuan Street", "Yingbin Street", "Dongfang Avenue",
    "Haiyan Road", "Dongling Road",
)  # fmt: skip
ROW_NAMES = (
    "Nanhuan Road", "Nanling Road", "Chaoyang Avenue", "Hongqi Street", "Jianshe Street", "",
    "Zhongshan Street", "Beiguan Avenue", "Xuefu Street", "Changqing Street", "Tuanjie Avenue",
    "Beishan Road", "Beihuan Road",
)  # fmt: skip


def roads(cells: list[Cell]) -> list[Street]:
    """Every main road of the city, one row a side of a cell."""
    found: dict[tuple[str, int, int], Street] = {}
    for cell in cells:
        c, r = cell.column, cell.row
        for key, street in (
            (("column", c, r), _upright(cell, 0)),
            (("column", c + 1, r), _upright(cell, 1)),
            (("row", c, r), _level(cell, 0)),
            (("row", c, r + 1), _level(cell, 1)),
        ):
            if r == plan.RIVER_LINE and key == ("row", c, r):
                key = ("north bank", c, r)
            if street is not None and key not in found:
                found[key] = street
    return [*found.values(), *_bridges()]


def _sides(cell: Cell, dc: int, dr: int) -> tuple[str, str]:
    return cell.kind, plan.letter(plan.KINDS, cell.column + dc, cell.row + dr)


def _upright(cell: Cell, s: int) -> Street | None:
    line, sides = cell.column + s, _sides(cell, 2 * s - 1, 0)
    if sides == ("O", "O"):
        return None
    old = line in plan.OLD_TOWN_COLUMNS and "O" in sides
    road_class, width = _rank(sides, line in plan.ARTERIAL_COLUMNS and not old)
    return Street(cell.along(s, through=QUARTERS), road_class, width, COLUMN_NAMES[line])


def _level(cell: Cell, t: int) -> Street | None:
    line = cell.row + t
    if line == plan.RIVER_LINE:
        name = "Beihe Embankment" if cell.row == line else "Nanhe Embankment"
        wild = cell.kind in "WKFV"
        return Street(cell.across(t, through=QUARTERS), "local" if wild else "collector", 8 if wild else 15, name)
    sides = _sides(cell, 0, 2 * t - 1)
    if sides == ("O", "O"):
        return None
    road_class, width = _rank(sides, line in plan.ARTERIAL_ROWS and "O" not in sides)
    return Street(cell.across(t, through=QUARTERS), road_class, width, ROW_NAMES[line])


QUARTERS = (0.25, 1 / 3, 0.5, 2 / 3, 0.75)


def _rank(sides: tuple[str, str], arterial: bool) -> tuple[str, float]:
    if arterial:
        return "arterial", 28.0
    if not any(k in plan.BUILT for k in sides):
        return "local", 7.5
    return "collector", 17.0


def _bridges() -> list[Street]:
    river = plan.RIVER_LINE
    found = []
    for line in plan.BRIDGES:
        u, v = knots()[line, river]
        ends = []
        for side in (1, -1):
            to = knots()[line, river + side]
            share = EMBANKMENT / abs(to[1] - v)
            ends.append((u + share * (to[0] - u), v + share * (to[1] - v)))
        points = bend(np.array([ends[1], (u, v), ends[0]]))
        arterial = line in plan.ARTERIAL_COLUMNS
        found.append(
            Street(
                LineString(points),
                "arterial" if arterial else "collector",
                24 if arterial else 14,
                f"{COLUMN_NAMES[line]} Bridge",
                "concrete",
            )
        )
    return found
