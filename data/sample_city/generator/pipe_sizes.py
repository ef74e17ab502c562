"""Sizes of the sewers: who drains where, what flows through, diameter and fall by it, and the heights that follow."""

from __future__ import annotations

from collections import deque

import numpy as np
import shapely
from numpy.typing import NDArray

from generator.drainage import Drainage, Pipe
from generator.town import Town, dice

Array = NDArray[np.float64]

SIZES = ((200, 0.004), (300, 0.003), (400, 0.0025), (500, 0.002), (600, 0.0016), (800, 0.0012), (1000, 0.001),
         (1200, 0.0009), (1500, 0.0008), (1800, 0.0007))  # fmt: skip
"""Diameters in millimetres and the least fall that each is laid with."""

LITRES_PER_DAY, PEAK, SPARE = 200.0, 2.5, 1.6
TAKEN_UP = 100.0
"""Metres within which a building drains to its nearest pipe."""

COVER, SHALLOWEST_FALL = 1.2, 0.0006
OLD_DIAMETER, OLD_ROUGHNESS = 150.0, 0.016
"""Of trunks that are too small: laid for a village, roughened by age."""

STEM = 0.35
"""A pipe that carries this share of its system is part of the trunk."""

UNDER_PRESSURE = ("force_main", "reclaimed")
"""Kinds of pipes that need no fall."""

PLANT_CAPACITY_M3D = 60_000.0


def size(town: Town, net: Drainage) -> None:
    """Give every pipe its people, diameter and fall, and every node its heights; tell what share trunks have room for.

    Where a zone's trunk is too small, its fall is set so that it carries 27 to 36 % of the peak.
    """
    order = _down_the_river(net)
    _people(town, net)
    below = {p.start: p for p in net.pipes}
    for pipe in order:
        pipe.flow += pipe.people
        after = below.get(pipe.end)
        if after is not None:
            after.flow += pipe.flow
    _diameters(order)
    for zone in town.zones:
        if zone.sewer == "t":
            _strangle(net, [p for p in order if p.system == zone.code], zone.code)
    _heights(net, order)
    _years(net)


def full_flow(diameter_mm: float, slope: float, roughness: float) -> float:
    """What a round pipe carries when full, m³/s, by Manning."""
    d = diameter_mm / 1000
    return float(np.pi * d**2 / 4 * (d / 4) ** (2 / 3) * np.sqrt(slope) / roughness)


def peak_flow(people: float) -> float:
    """Peak sewage of so many residents, m³/s."""
    return people * LITRES_PER_DAY * PEAK / 1000 / 86_400


def _down_the_river(net: Drainage) -> list[Pipe]:
    """All pipes, each after those that flow into it."""
    waiting = [0] * len(net.nodes)
    leaving: dict[int, list[Pipe]] = {}
    for pipe in net.pipes:
        waiting[pipe.end] += 1
        leaving.setdefault(pipe.start, []).append(pipe)
    ready = deque(n for n in range(len(net.nodes)) if not waiting[n])
    found = []
    while ready:
        for pipe in leaving.get(ready.popleft(), []):
            found.append(pipe)
            waiting[pipe.end] -= 1
            if not waiting[pipe.end]:
                ready.append(pipe.end)
    return found


def _people(town: Town, net: Drainage) -> None:
    pipes = net.sewage()
    homes = [b for b in town.buildings if b.dwellings]
    shapes = np.array([b.shape for b in homes], dtype=object)
    tree = shapely.STRtree([p.line for p in pipes])
    home, pipe = tree.query_nearest(shapes, max_distance=TAKEN_UP)
    first = np.unique(home, return_index=True)[1]
    for h, p in zip(home[first], pipe[first], strict=True):
        pipes[p].people += homes[h].residents


def _diameters(order: list[Pipe]) -> None:
    least: dict[int, float] = {}
    for pipe in order:
        if pipe.kind == "reclaimed":
            pipe.diameter_mm = 1500.0
        if pipe.kind in ("reclaimed", "storm"):
            continue
        wanted = SPARE * peak_flow(pipe.flow) + 0.002
        fits = [(d, s) for d, s in SIZES if d >= least.get(pipe.start, 0) and full_flow(d, s, 0.013) >= wanted]
        pipe.diameter_mm, pipe.slope = fits[0]
        least[pipe.end] = max(least.get(pipe.end, 0.0), pipe.diameter_mm)


def _strangle(net: Drainage, pipes: list[Pipe], system: str) -> None:
    """Make the trunk of a system too small: an old narrow pipe, laid nearly flat."""
    rng = dice(101, int(system[1:]))
    last = pipes[-1]
    share = float(rng.uniform(0.27, 0.36))
    carried = share * peak_flow(last.flow)
    fall = (carried / full_flow(OLD_DIAMETER, 1.0, OLD_ROUGHNESS)) ** 2
    for pipe in pipes:
        if pipe.flow >= STEM * last.flow:
            pipe.diameter_mm, pipe.roughness = OLD_DIAMETER, OLD_ROUGHNESS
            pipe.slope, pipe.material, pipe.year = round(fall, 5), "clay", int(rng.integers(1968, 1979))
    net.room[system] = share


def _heights(net: Drainage, order: list[Pipe]) -> None:
    """Ground that falls gently to the plant; inverts that follow the pipes, at heads ``COVER`` metres under it."""
    plant = next(n for n in net.nodes if n.kind == "treatment_plant")
    for node in net.nodes:
        x, y = node.spot.x, node.spot.y
        waves = 0.4 * np.sin(x / 310.0) * np.cos(y / 270.0)
        node.ground = round(11.0 + 0.0016 * node.spot.distance(plant.spot) + float(waves), 2)
    for pipe in order:
        start, end = net.nodes[pipe.start], net.nodes[pipe.end]
        top = start.ground - COVER - pipe.diameter_mm / 1000
        start.invert = min(start.invert, top)
        if pipe.kind in UNDER_PRESSURE:
            arrives = end.ground - COVER - pipe.diameter_mm / 1000
        else:
            arrives = start.invert - pipe.slope * pipe.line.length
        end.invert = min(end.invert, arrives)
    number = net.nodes.index(plant)
    people = sum(p.flow for p in net.pipes if p.end == number)
    plant.capacity_m3d, plant.load_m3d = PLANT_CAPACITY_M3D, round(people * LITRES_PER_DAY / 1000, -2)


def _years(net: Drainage) -> None:
    """When pipes were laid and of what: the old town's first, the newest of plastic."""
    rng = dice(102)
    for pipe in net.pipes:
        draw = int(rng.integers(0, 34))
        if pipe.material == "clay":
            continue
        if pipe.kind == "combined":
            pipe.material, pipe.year = "brick" if pipe.diameter_mm > 500 else "clay", 1936 + draw
        else:
            pipe.material, pipe.year = "concrete" if pipe.diameter_mm >= 500 else "HDPE", 1990 + draw
