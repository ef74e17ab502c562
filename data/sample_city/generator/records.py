"""What the broadband survey found: supply × access, home by home, then what the records tell of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from generator.supply import ordinary
from generator.town import Building, Town, dice

Array = NDArray[np.float64]
NOT_FOR_VEHICLES = ("path", "footway")
OPERATORS = ("Rivertel", "Donghe Net", "Blue Fibre")

LEVELS = {"f": (1.0, 1.0), "-": (1.0, 1.0), "s": (1.0, 1.0), "n": (1.0, 1.0), "g": (0.93, 0.98), "c": (0.96, 1.0),
          "r": (0.85, 0.95), "x": (0.96, 1.0), "y": (0.96, 1.0), "o": (0.3, 0.55), "h": (0.76, 0.9)}  # fmt: skip
"""Share of homes connected where supply and access are good, by the plan's letter: low and high."""

HINDRANCE = {
    "x": (0.82, 0.95),
    "y": (0.05, 0.1),
    "f": (0, 0),
    "-": (0, 0),
    "s": (0, 0),
    "n": (0, 0),
    "o": (0, 0),
    "h": (0, 0),
}
"""Share of those that bad access keeps from a connection; 0.6 to 0.8 for other letters."""


@dataclass(frozen=True)
class Row:
    """A row of the survey."""

    building: int
    premises: int
    down: float
    up: float
    technology: str
    operator: str | None
    surveyed_on: datetime.date | None


def hindrance(town: Town) -> Array:
    """0…1 by building: 1 behind another one or over 60 m from a street for vehicles, 0.5 on a lane under 2.8 m."""
    shapes = np.array([b.shape for b in town.buildings], dtype=object)
    usable = [x for x in town.streets if x.width >= 3.5 and x.road_class not in NOT_FOR_VEHICLES]
    lines = np.array([x.line for x in usable], dtype=object)
    nearest = _nearest(lines, shapes)
    way = shapely.shortest_line(shapes, lines[nearest])
    ours, others = shapely.STRtree(shapes).query(way, predicate="intersects")
    depth = np.bincount(ours[ours != others], minlength=len(shapes))
    every = np.array([x.line for x in town.streets], dtype=object)
    width = np.array([x.width for x in town.streets])[_nearest(every, shapes)]
    blocked = (depth >= 1) | (shapely.length(way) > 60)
    return np.where(blocked, 1.0, np.where(width < 2.8, 0.5, 0.0))


def _nearest(lines: NDArray[np.object_], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    found, index = shapely.STRtree(lines).query_nearest(shapes)
    first: NDArray[np.int64] = index[np.unique(found, return_index=True)[1]]
    return first


def connect(town: Town) -> NDArray[np.bool_]:
    """Draw which buildings have gigabit, and give the cabinets their ports."""
    rng = dice(80)
    live = [c for c in town.cabinets if c.status == "in_service" and c.kind == "cabinet"]
    spots = np.array([c.spot.coords[0] for c in live])
    homes = np.array([b.shape.centroid.coords[0] for b in town.buildings])
    flats = np.array([b.dwellings for b in town.buildings])
    far = ordinary(homes, spots)
    node = far.argmin(axis=1)
    ratio = far[np.arange(len(homes)), node] / np.array([c.reach for c in live])[node]
    load = np.bincount(node, weights=flats * (ratio <= 1), minlength=len(live)).astype(float)
    room = _ports(town, load, rng)
    zones = {z.code: z for z in town.zones}
    level = {z.code: rng.uniform(*LEVELS[z.broadband]) for z in town.zones}
    loss = {z.code: rng.uniform(*HINDRANCE.get(z.broadband, (0.6, 0.8))) for z in town.zones}
    supply = np.where(ratio <= 1, 1.0, np.where(ratio <= 1.2, 0.3, 0.0)) * room[node]
    pi, rho = (np.array([d[b.zone] for b in town.buildings]) for d in (level, loss))
    sure = np.array([zones[b.zone].broadband in "f-sn" for b in town.buildings])
    chance = np.where(sure & (ratio <= 1), 1.0, pi * supply * (1 - rho * hindrance(town)))
    covered: NDArray[np.bool_] = rng.random(len(homes)) < chance
    used = np.bincount(node, weights=flats * covered, minlength=len(live))
    for cabinet, total, inside, share in zip(live, load, used, room, strict=True):
        full = share < 1
        cabinet.ports_total = (
            max(16, int(total * share)) if full else 32 * int(np.ceil(max(total, inside) * 1.14 / 32 + 0.5))
        )
        cabinet.ports_used = cabinet.ports_total if full else int(inside * 0.94)
    return covered


def _ports(town: Town, load: Array, rng: np.random.Generator) -> Array:
    """Share of the homes in reach that a cabinet has ports for: under 1 in zones planned to be full."""
    letters = {z.code: z.broadband for z in town.zones}
    live = [c for c in town.cabinets if c.status == "in_service" and c.kind == "cabinet"]
    share = rng.uniform(0.30, 0.46, len(load))
    return np.where([letters[c.zone] == "c" for c in live], share, 1.0)


def survey(town: Town, covered: NDArray[np.bool_]) -> list[Row]:
    """Rows of the survey: some old, some missing, some places with two operators."""
    rng, letters = dice(90), {z.code: z.broadband for z in town.zones}
    gaps = {z.code: rng.uniform(0.42, 0.58) for z in town.zones}
    season = {
        z.code: datetime.date(2023, 3, 1) + datetime.timedelta(days=int(rng.integers(0, 780))) for z in town.zones
    }
    rows: list[Row] = []
    for number, building in enumerate(town.buildings):
        if building.dwellings:
            rows += _rows(
                number,
                building,
                bool(covered[number]),
                letters[building.zone],
                gaps[building.zone],
                season[building.zone],
                rng,
            )
    return rows


def _rows(
    number: int, building: Building, covered: bool, letter: str, gap: float, season: datetime.date,
    rng: np.random.Generator,
) -> list[Row]:  # fmt: skip
    draw = rng.random()
    fresh = season + datetime.timedelta(days=int(rng.integers(0, 40)))
    old = datetime.date(2016, 4, 1) + datetime.timedelta(days=int(rng.integers(0, 900)))
    if (letter == "n" and draw < gap) or (letter not in "fns-" and draw < 0.012):
        return []
    if letter == "s" and draw < gap:
        return [_row(number, building, rng.random() < 0.12, old, rng)]
    if letter != "n" and draw > 0.97:
        return [_row(number, building, covered, old, rng)]
    found = [_row(number, building, covered, fresh, rng)]
    if covered and 0.90 < draw < 0.93:
        rival = OPERATORS[(OPERATORS.index(found[0].operator or OPERATORS[0]) + 1) % 3]
        found.append(Row(number, building.dwellings, 500.0, 50.0, "cable", rival, fresh))
    elif 0.93 < draw < 0.95 and letter not in "n":
        found.insert(0, Row(number, building.dwellings, 20.0, 2.0, "DSL", found[0].operator or OPERATORS[0], old))
    return found


def _row(number: int, building: Building, covered: bool, on: datetime.date, rng: np.random.Generator) -> Row:
    operator = OPERATORS[int(rng.choice(3, p=[0.6, 0.25, 0.15]))]
    if covered:
        down = float(rng.choice([1000, 1000, 1000, 2000, 10000], p=[0.4, 0.3, 0.1, 0.17, 0.03]))
        return Row(number, building.dwellings, down, down / 2, "FTTP", operator, on)
    offers = (("FTTC", 100.0, 20.0), ("DSL", 20.0, 2.0), ("cable", 300.0, 30.0), ("4G", 40.0, 10.0), ("none", 0.0, 0.0))
    technology, down, up = offers[int(rng.choice(5, p=[0.4, 0.25, 0.15, 0.1, 0.1]))]
    return Row(number, building.dwellings, down, up, technology, None if technology == "none" else operator, on)
