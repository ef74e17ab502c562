"""Which homes are connected to the sewer, and what the records tell of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point

from generator.drainage import Drainage
from generator.records import hindrance
from generator.town import Town, dice

Array = NDArray[np.float64]
IN_REACH = 30.0
"""Metres from a footprint to a pipe that it can be connected to."""

SURE = "f-snqy"
LEVELS = {"g": (0.97, 0.99), "x": (0.97, 1.0), "o": (0.25, 0.45)}
"""Share of homes connected where pipe and access are good, by the plan's letter: low and high; 1 for others."""

HINDRANCE = {"x": (0.85, 0.96)}
"""Share of those that bad access keeps from a connection."""


@dataclass(frozen=True)
class Connection:
    """A record of the drainage office: a building, where its connection is or would be, and whether it is made."""

    building: int
    spot: Point
    connected: bool
    recorded_on: datetime.date


def connect_houses(town: Town, net: Drainage) -> list[Connection]:
    """Draw which homes are connected, and the records of it: some old, some missing."""
    live = [p for p in net.sewage() if p.system not in net.dead]
    lines = np.array([p.line for p in live], dtype=object)
    shapes = np.array([b.shape for b in town.buildings], dtype=object)
    home, pipe = shapely.STRtree(lines).query_nearest(shapes)
    nearest = pipe[np.unique(home, return_index=True)[1]]
    way = shapely.shortest_line(shapes, lines[nearest])
    reached = shapely.length(way) <= IN_REACH
    room = np.array([net.room.get(live[k].system, 1.0) for k in nearest])
    connected = _drawn(town, reached * room)
    before = np.array([b.fabric == "slab" for b in town.buildings])
    spots = _inside(shapes, way)
    spots[before] = _chambers(way[before])
    return _records(town, connected, spots)


def _drawn(town: Town, supply: Array) -> NDArray[np.bool_]:
    rng, letters = dice(110), {z.code: z.sewer for z in town.zones}
    level = {z.code: rng.uniform(*LEVELS.get(z.sewer, (1.0, 1.0))) for z in town.zones}
    loss = {z.code: rng.uniform(*HINDRANCE.get(z.sewer, (0.0, 0.0))) for z in town.zones}
    pi, rho = (np.array([d[b.zone] for b in town.buildings]) for d in (level, loss))
    sure = np.array([letters[b.zone] in SURE for b in town.buildings])
    chance = np.where(sure, 1.0, pi * supply * (1 - rho * hindrance(town)))
    drawn: NDArray[np.bool_] = rng.random(len(chance)) < chance
    return drawn


def _inside(shapes: NDArray[np.object_], way: NDArray[np.object_]) -> NDArray[np.object_]:
    """Where the connection enters each house: half a metre behind the wall that faces the pipe."""
    wall = shapely.get_coordinates(shapely.get_point(way, 0))
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    inward = middle - wall
    inward /= np.maximum(np.linalg.norm(inward, axis=1), 1e-9)[:, None]
    spots = shapely.points(np.round(wall + 0.5 * inward, 2))
    fine = shapely.contains(shapes, spots)
    found: NDArray[np.object_] = np.where(fine, np.asarray(spots), np.asarray(shapely.points(np.round(middle, 2))))
    return found


def _chambers(way: NDArray[np.object_]) -> NDArray[np.object_]:
    """In the yards of slabs: a chamber a metre before the wall."""
    places = shapely.get_coordinates(shapely.line_interpolate_point(way, 1.0))
    return np.asarray(shapely.points(np.round(places, 2)), dtype=object)


def _records(town: Town, connected: NDArray[np.bool_], spots: NDArray[np.object_]) -> list[Connection]:
    rng, letters = dice(111), {z.code: z.sewer for z in town.zones}
    gaps = {z.code: rng.uniform(0.42, 0.58) for z in town.zones}
    season = {
        z.code: datetime.date(2021, 2, 1) + datetime.timedelta(days=int(rng.integers(0, 1500))) for z in town.zones
    }
    found: list[Connection] = []
    for number, building in enumerate(town.buildings):
        if building.dwellings:
            letter, draw = letters[building.zone], float(rng.random())
            record = _record(number, bool(connected[number]), letter, draw < gaps[building.zone], draw, rng,
                             season[building.zone], spots[number])  # fmt: skip
            if record is not None:
                found.append(record)
    return found


def _record(
    number: int, connected: bool, letter: str, in_gap: bool, draw: float,
    rng: np.random.Generator, season: datetime.date, spot: Point,
) -> Connection | None:  # fmt: skip
    fresh = season + datetime.timedelta(days=int(rng.integers(0, 40)))
    old = datetime.date(2011, 3, 1) + datetime.timedelta(days=int(rng.integers(0, 2200)))
    if letter == "n" and in_gap:
        return None
    if letter == "s" and in_gap:
        return Connection(number, spot, rng.random() < 0.1, old)
    return Connection(number, spot, connected, old if draw > 0.97 else fresh)
