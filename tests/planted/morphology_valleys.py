"""Valleys: curved streets, an old core of alleys, courtyards, ribbons along the roads, stairs up the slopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, Polygon

from tests.planted.parameters import Parameters
from tests.planted.shapes import Form, along, scattered, settle, street
from tests.planted.terrain import Cells
from twin.batch import FloatArray

GREEN_KINDS = ("park", "forest", "greenway", "garden")


@dataclass
class _Works:
    random: np.random.Generator
    p: Parameters
    streets: list[dict[str, Any]] = field(default_factory=list)
    plots: dict[str, list[FloatArray]] = field(
        default_factory=lambda: {"front": [], "slab": [], "court": [], "rear": [], "inner": []}
    )
    greens: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Sector:
    """The part of a cell along one of its borders."""

    border: LineString
    side: float
    centre: FloatArray

    @property
    def area(self) -> Polygon:
        return Polygon([*self.border.coords, tuple(self.centre)])


def build(drawn: Cells, traits: pd.DataFrame, p: Parameters, random: np.random.Generator) -> Form:
    """Streets, houses and green of the cells."""
    works = _Works(random, p)
    paved = _border_streets(works, drawn, traits)
    sectors = _sectors(drawn)
    for zone in range(len(drawn.zones)):
        _cell(works, drawn, zone, traits.iloc[zone], sectors[zone], paved)
    streets = pd.DataFrame(works.streets)
    greens = pd.DataFrame(works.greens, columns=["shape", "zone", "kind"])
    groups = [(name, np.concatenate([np.empty((0, 5)), *plots])) for name, plots in works.plots.items()]
    return Form(drawn.zones, streets, settle(groups, drawn.zones, streets, greens["shape"].to_numpy()), greens)


def _border_streets(works: _Works, drawn: Cells, traits: pd.DataFrame) -> set[int]:
    """A street on most borders; ravines have none. Which borders have one."""
    random, paved = works.random, set()
    valley = np.abs(drawn.centre[:, 1] - np.median(drawn.centre[:, 1])) < 260
    disorder = traits["disorder"].to_numpy()
    for n, (line, pair) in enumerate(zip(drawn.borders, drawn.between, strict=True)):
        inside = pair[pair >= 0]
        ravine = len(inside) == 2 and random.random() < works.p.barriers * (0.4 + 0.9 * disorder[inside].mean())
        if ravine:
            continue
        paved.add(n)
        main = bool(valley[inside].all()) and random.random() < 0.6
        kind = "secondary" if main else str(random.choice(["tertiary", "residential", "unclassified"]))
        works.streets.append(street(line, kind, round(random.uniform(9, 15) if main else random.uniform(5.5, 9), 1)))
    return paved


def _sectors(drawn: Cells) -> list[dict[int, _Sector]]:
    """For each cell, its sectors by border."""
    found: list[dict[int, _Sector]] = [{} for _ in drawn.zones]
    for n, (line, pair) in enumerate(zip(drawn.borders, drawn.between, strict=True)):
        (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
        for zone in pair[pair >= 0]:
            cx, cy = drawn.centre[zone]
            left = (x1 - x0) * (cy - y0) - (y1 - y0) * (cx - x0) > 0
            found[zone][n] = _Sector(line, 1.0 if left else -1.0, drawn.centre[zone])
    return found


def _character(traits: Any, random: np.random.Generator) -> str:
    if traits["informal"] > 0:
        return "ribbon" if random.random() < 0.3 else "slope"
    if traits["far"] < 0.16:
        return "core"
    return "courts" if traits["far"] < 0.45 and random.random() < 0.4 else "suburb"


def _cell(works: _Works, drawn: Cells, zone: int, traits: Any, sectors: dict[int, _Sector], paved: set[int]) -> None:
    random, character = works.random, _character(traits, works.random)
    wild = {n: bool(random.random() < traits["informal"]) for n in sectors}
    if traits["informal"] > 0 and not any(wild.values()):
        wild[next(iter(wild))] = True
    _spokes(works, sectors, paved, wild, character)
    if traits["green"]:
        _green(works, drawn, zone, sectors)
    slabs = character == "suburb" and random.random() < (0.4 if traits["estate"] else 0.12)
    for n, sector in sectors.items():
        if n in paved:
            _front(works, sector, wild[n], character, slabs)
        if wild[n]:
            _behind(works, sector, character)


def _spokes(works: _Works, sectors: dict[int, _Sector], paved: set[int], wild: dict[int, bool], character: str) -> None:
    """Ways from the borders to the middle of the cell: streets, alleys of the core, stairs and footways."""
    random = works.random
    chance = {"core": 1.0, "courts": 0.5, "ribbon": 0.35, "suburb": 0.6, "slope": 0.4}[character]
    chosen = [n for n in sectors if n in paved]
    streets = [n for n in chosen if not wild[n] and random.random() < chance]
    if chosen and not streets and character not in ("ribbon", "slope"):
        streets = chosen[:2]
    for n in chosen:
        sector = sectors[n]
        if n in streets:
            kind, low, high = ("living_street", 3.6, 5.2) if character == "core" else ("residential", 4.5, 7.0)
            way = _curve(sector, random, 1.0)
            works.streets.append(street(way, kind, round(random.uniform(low, high), 1)))
            _line_up(works, way, character)
        elif wild[n]:
            for _ in range(random.choice(3, p=(0.3, 0.5, 0.2))):
                kind = str(random.choice(["steps", "footway", "path", "alley"], p=[0.4, 0.3, 0.1, 0.2]))
                way = _curve(sector, random, 1.0 if random.random() < 0.5 else random.uniform(0.4, 0.8))
                mapped = bool(random.random() > works.p.unmapped)
                works.streets.append(street(way, kind, round(random.uniform(1.2, 3.0), 1), mapped=mapped, lane=True))


def _curve(sector: _Sector, random: np.random.Generator, share: float) -> LineString:
    """From a vertex of the border towards the middle, in a bow; less than the whole way is a dead end."""
    vertices = np.array(sector.border.coords)
    first = vertices[int(len(vertices) * random.uniform(0.3, 0.7))]
    across = np.array([-(sector.centre - first)[1], (sector.centre - first)[0]])
    middle = (first + sector.centre) / 2 + across * random.normal(0, 0.09)
    t = np.linspace(0, share, 8)[:, None]
    way = np.round((1 - t) ** 2 * first + 2 * t * (1 - t) * middle + t**2 * sector.centre, 3)
    way[0] = first
    return LineString(way)


def _line_up(works: _Works, way: LineString, character: str) -> None:
    """Houses on both sides of an inner street."""
    random = works.random
    pitch, setback, size, turn = (
        (12.5, 3.2, (10.0, 9.5), 0.16) if character == "core" else (17.0, 6.0, (11.0, 10.0), 0.05)
    )
    for side in (1.0, -1.0):
        rows = along(way, side, random, pitch=pitch, setback=setback, size=size, turn=turn, kept=0.92)
        works.plots["front"].append(rows)


def _front(works: _Works, sector: _Sector, wild: bool, character: str, slabs: bool) -> None:
    """Houses on the street at a border, and what stands in the court behind them."""
    random, line, side = works.random, sector.border, sector.side
    if slabs:
        works.plots["slab"].append(along(line, side, random, pitch=46, setback=8, size=(34, 12)))
        return
    pitch = 14.0 if wild or character in ("core", "courts") else 19.0
    rows = along(line, side, random, pitch=pitch, setback=6.5, size=(0.72 * pitch, 10), turn=0.08, kept=0.9)
    works.plots["front"].append(rows)
    if character == "courts":
        court = along(line, side, random, pitch=19, setback=24, size=(12, 9), turn=0.05, kept=0.75)
        works.plots["court"].append(court)


def _behind(works: _Works, sector: _Sector, character: str) -> None:
    """What grew behind the front: a second row of a ribbon, or houses up the slope."""
    random = works.random
    if character == "ribbon":
        for setback in (22.0, 37.0)[: random.integers(1, 3)]:
            rows = along(sector.border, sector.side, random, pitch=15, setback=setback, size=(9, 9), turn=0.2, kept=0.8)
            works.plots["rear"].append(rows)
        return
    near = sector.border.buffer(random.uniform(45, 75))
    slope = sector.area.buffer(0).intersection(near)
    pitch = random.uniform(12.5, 15.5)
    works.plots["inner"].append(scattered(slope, random, pitch=pitch, size=(7.6, 7.2), turn=0.3, kept=0.85))


def _green(works: _Works, drawn: Cells, zone: int, sectors: dict[int, _Sector]) -> None:
    """A wood in the middle of a cell, or a strip along a border."""
    random = works.random
    shape: shapely.Geometry
    if random.random() < 0.5:
        shape = Point(drawn.centre[zone] + random.normal(0, 25, 2)).buffer(random.uniform(22, 45), quad_segs=4)
    else:
        border = list(sectors.values())[random.integers(len(sectors))].border
        shape = border.buffer(random.uniform(24, 36)).difference(border.buffer(9))
    shape = shapely.set_precision(shape.intersection(drawn.zones[zone].buffer(-5)), 0.01)
    if not shapely.is_empty(shape):
        works.greens.append({"shape": shape, "zone": zone, "kind": str(random.choice(GREEN_KINDS))})
