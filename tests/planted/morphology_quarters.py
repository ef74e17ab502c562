"""Quarters: a plan of straight streets; some blocks were never laid out and filled up from within."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, box

from tests.planted.parameters import Parameters
from tests.planted.shapes import Form, along, scattered, settle, street
from twin.batch import FloatArray, Geometries

WEST, SOUTH = 401_000.0, 5_201_000.0
GATE_M = 16.0
GREEN_KINDS = ("park", "garden", "square", "sport")


@dataclass
class _Works:
    """What is being built."""

    random: np.random.Generator
    p: Parameters
    streets: list[dict[str, Any]] = field(default_factory=list)
    plots: dict[str, list[FloatArray]] = field(default_factory=lambda: {"front": [], "slab": [], "inner": []})
    greens: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The grid: lines in x and y, and the zone of each cell (row by row)."""

    xs: FloatArray
    ys: FloatArray
    count: int

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    @property
    def zones(self) -> Geometries:
        """One rectangle a zone."""
        row, column = np.divmod(np.arange(self.count), self.columns)
        return np.asarray(shapely.box(self.xs[column], self.ys[row], self.xs[column + 1], self.ys[row + 1]))


def plan(count: int, random: np.random.Generator) -> Plan:
    """A grid for so many zones."""
    columns = max(2, round(math.sqrt(count)))
    rows = math.ceil(count / columns)
    wide, high = random.uniform(205, 265, columns), random.uniform(205, 265, rows)
    return Plan(
        np.round(WEST + np.concatenate([[0], np.cumsum(wide)]), 1),
        np.round(SOUTH + np.concatenate([[0], np.cumsum(high)]), 1),
        count,
    )


def build(drawn: Plan, traits: pd.DataFrame, p: Parameters, random: np.random.Generator) -> Form:
    """Streets, houses and green of the zones of a plan."""
    works = _Works(random, p)
    railways = max(1, drawn.columns // 7) if random.random() < 0.8 else 0
    rail = random.integers(1, drawn.columns, size=railways)
    _main_streets(works, drawn, rail)
    for zone in range(drawn.count):
        _zone(works, drawn, zone, traits.iloc[zone], rail)
    streets = pd.DataFrame(works.streets)
    greens = pd.DataFrame(works.greens, columns=["shape", "zone", "kind"])
    groups = [(name, np.concatenate([np.empty((0, 5)), *plots])) for name, plots in works.plots.items()]
    zones = drawn.zones
    return Form(zones, streets, settle(groups, zones, streets, greens["shape"].to_numpy()), greens)


def _main_streets(works: _Works, drawn: Plan, rail: Any) -> None:
    """The lines of the grid, a piece a zone; over the railway only the arterials go."""
    for n in range(drawn.count + drawn.columns):
        row, column = divmod(n, drawn.columns)
        (x0, x1), y = drawn.xs[column : column + 2], drawn.ys[row] if row < len(drawn.ys) else None
        if y is None:
            continue
        main = row % 4 == 1
        start = x0 + GATE_M if column in rail and not main else x0
        works.streets.append(_main(works, [(start, y), (x1, y)], main))
    for n in range(drawn.count):
        row, column = divmod(n, drawn.columns)
        last = column == drawn.columns - 1 or n == drawn.count - 1
        for at in (column, column + 1) if last else (column,):
            ends = [(drawn.xs[at], drawn.ys[row]), (drawn.xs[at], drawn.ys[row + 1])]
            works.streets.append(_main(works, ends, at % 5 == 2))


def _main(works: _Works, ends: list[tuple[float, float]], main: bool) -> dict[str, Any]:
    width = works.random.uniform(16, 26) if main else works.random.uniform(9, 13)
    return street(LineString(ends), "arterial" if main else "collector", round(width, 1))


def _zone(works: _Works, drawn: Plan, zone: int, traits: Any, rail: Any) -> None:
    """Blocks between inner streets; some blocks informal, one perhaps green."""
    random, (row, column) = works.random, divmod(zone, drawn.columns)
    across, up = ((2, 3), (3, 2), (2, 2), (3, 3))[random.choice(4, p=(0.36, 0.36, 0.16, 0.12))]
    xs = _split(drawn.xs[column : column + 2], across)
    ys = _split(drawn.ys[row : row + 2], up)
    informal = random.random((across, up)) < traits["informal"]
    if traits["informal"] > 0 and not informal.any():
        informal[random.integers(across), random.integers(up)] = True
    gated = not informal.any() and random.random() < works.p.barriers
    _inner_streets(works, xs, ys, informal, gated, column in rail)
    green = (int(random.integers(across)), int(random.integers(up))) if traits["green"] else None
    slabs = not informal.any() and random.random() < (0.35 if traits["estate"] else 0.12)
    for i in range(across):
        for j in range(up):
            block = (xs[i], ys[j], xs[i + 1], ys[j + 1])
            if green == (i, j):
                _green(works, block, zone)
            elif informal[i, j]:
                _informal(works, block)
            else:
                _laid_out(works, block, slabs)


def _split(ends: FloatArray, parts: int) -> FloatArray:
    return np.asarray(np.round(np.linspace(ends[0], ends[1], parts + 1), 1), dtype=np.float64)


def _inner_streets(
    works: _Works, xs: FloatArray, ys: FloatArray, informal: Any, gated: bool, east_of_rail: bool
) -> None:
    """Streets between the blocks of a zone: none, or a lane, where both sides are informal."""
    random, p = works.random, works.p
    width = round(random.uniform(5.5, 8.5), 1)
    gate = random.integers(2)
    for k in range(1, len(xs) - 1):
        for j in range(len(ys) - 1):
            y0 = ys[j] + (GATE_M if gated and j == 0 and gate else 0)
            y1 = ys[j + 1] - (GATE_M if gated and j == len(ys) - 2 else 0)
            _inner(works, [(xs[k], y0), (xs[k], y1)], bool(informal[k - 1, j] and informal[k, j]), width, p)
    for k in range(1, len(ys) - 1):
        for i in range(len(xs) - 1):
            x0 = xs[i] + (GATE_M if (gated or east_of_rail) and i == 0 else 0)
            x1 = xs[i + 1] - (GATE_M if gated and i == len(xs) - 2 and not gate else 0)
            _inner(works, [(x0, ys[k]), (x1, ys[k])], bool(informal[i, k - 1] and informal[i, k]), width, p)


def _inner(works: _Works, ends: list[tuple[float, float]], wild: bool, width: float, p: Parameters) -> None:
    random = works.random
    if not wild or random.random() < 0.35:
        works.streets.append(street(LineString(ends), "local", width))
    elif random.random() < 0.75:
        works.streets.append(_lane(random, ends, p))


def _lane(random: np.random.Generator, way: list[tuple[float, float]], p: Parameters) -> dict[str, Any]:
    kind = str(random.choice(["alley", "footway", "path"], p=[0.6, 0.25, 0.15]))
    width = round(float(random.uniform(1.2, 3.0)), 1)
    return street(LineString(np.round(way, 2)), kind, width, mapped=bool(random.random() > p.unmapped), lane=True)


def _sides(block: tuple[float, ...]) -> list[LineString]:
    """The sides of a block in the order that leaves the block on their left."""
    x0, y0, x1, y1 = block
    ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return [LineString(pair) for pair in itertools.pairwise(ring)]


def _laid_out(works: _Works, block: tuple[float, ...], slabs: bool) -> None:
    random, sides = works.random, _sides(block)
    long_first = sorted(sides, key=lambda side: -side.length)
    if slabs:
        for side in long_first[:2]:
            rows = along(side, 1, random, pitch=52, setback=9.5, size=(40, 12), kept=0.95)
            works.plots["slab"].append(rows)
        return
    pitch = random.uniform(19.5, 25)
    for side in long_first[: 4 if random.random() < 0.25 else 2]:
        rows = along(side, 1, random, pitch=pitch, setback=8.5, size=(0.62 * pitch, 11), turn=0.015, kept=0.94)
        works.plots["front"].append(rows)


def _informal(works: _Works, block: tuple[float, ...]) -> None:
    """A rim of houses on the streets, more behind them, and lanes that lead in, or none."""
    random, (x0, y0, x1, y1) = works.random, block
    for _ in range(random.choice(4, p=(0.25, 0.35, 0.28, 0.12))):
        t, bend, end = random.uniform(0.2, 0.8, 3)
        deep = 1.0 if random.random() < 0.55 else random.uniform(0.45, 0.75)
        if random.random() < 0.5:
            way = [(x0 + t * (x1 - x0), y0), (x0 + bend * (x1 - x0), (y0 + y1) / 2), (x0 + end * (x1 - x0), y1)]
        else:
            way = [(x0, y0 + t * (y1 - y0)), ((x0 + x1) / 2, y0 + bend * (y1 - y0)), (x1, y0 + end * (y1 - y0))]
        if deep < 1:
            way = way[:2]
        works.streets.append(_lane(random, way, works.p))
    pitch = random.uniform(13.5, 16.5)
    for side in _sides(block):
        rows = along(side, 1, random, pitch=pitch, setback=7.5, size=(0.66 * pitch, 8.5), turn=0.10, kept=0.85)
        works.plots["front"].append(rows)
    inside = box(x0 + 14, y0 + 14, x1 - 14, y1 - 14)
    works.plots["inner"].append(scattered(inside, random, pitch=pitch, size=(0.58 * pitch, 7.5), turn=0.25, kept=0.85))


def _green(works: _Works, block: tuple[float, ...], zone: int) -> None:
    random, (x0, y0, x1, y1) = works.random, block
    shrink = random.uniform(0.0, 0.3)
    shape = box(x0 + 8 + shrink * (x1 - x0) / 2, y0 + 8, x1 - 8, y1 - 8 - shrink * (y1 - y0) / 2)
    works.greens.append({"shape": shape, "zone": zone, "kind": str(random.choice(GREEN_KINDS))})
