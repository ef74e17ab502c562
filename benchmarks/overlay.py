"""Four overlay indices over a whole city, by the twin's own functions and by four others: equal results, ratios.

Green area, buildings whose centroid lies within 300 m of green, street length and count of buildings, by zone. Each way
begins with the city in its own tables (arrays, frames, PostGIS with its indexes, DuckDB) and ends with numbers. Each is
given the centroids and computes none within its time; the twin's store keeps no such points, a batch makes them once
for all its indices. The twin computes batches in as many threads as there are processors, PostGIS and DuckDB use
all of them by themselves: to these compare "twin, two threads", to geopandas and the loops, which use one, "twin".

Run: python -m benchmarks.overlay [--zones 2500] [--repeats 3] [--only WAY,…]
DuckDB is no dependency of the project: pip install duckdb==1.5.5 duckdb-extension-spatial==1.5.5, or leave it out.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import numpy as np
import shapely

from benchmarks.machine import described, spread, table
from benchmarks.overlay_ways import WALK_M, City, Numbers, Way, by_duckdb, by_geopandas, by_postgis
from benchmarks.zone_loops import CLIPPED, LOOPED, by_clip, by_loop
from twin.batch import Features
from twin.spatial.boxes import coordinates
from twin.spatial.centre_lines import lines_in
from twin.spatial.membership import held_by
from twin.spatial.nearest import near
from twin.spatial.overlay import cut
from twin.spatial.sums import sum_by

EAST, NORTH, SIDE, HOUSES = 450_000.0, 4_250_000.0, 400.0, 200
QUESTIONS = ("green", "near", "street", "count")


def made(zones: int) -> City:
    """Zones on a grid whose corners are moved, 200 houses each, parks across corners, streets across all of it."""
    random, side = np.random.default_rng(7), int(np.sqrt(zones))
    corner = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), -1) * SIDE + (EAST, NORTH)
    corner += random.uniform(-60, 60, corner.shape)
    around = [corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1], corner[:-1, :-1]]
    squares = np.asarray(shapely.polygons(np.stack(around, 2).reshape(-1, 5, 2)))
    count, wide = len(squares) * HOUSES, side * SIDE
    middle = random.uniform(0, wide, (count, 2)) + np.array([EAST, NORTH])
    angle, half = random.uniform(0, np.pi, count), random.uniform(4, 12, (2, count))
    across = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]).T
    dx, dy = across[0][:, None] * half[0], across[1][:, None] * half[1]
    turned = np.stack([dx * np.cos(angle) - dy * np.sin(angle), dx * np.sin(angle) + dy * np.cos(angle)], -1)
    houses = shapely.polygons(np.swapaxes(turned + middle, 0, 1))
    centre = corner.reshape(-1, 2)[random.random((side + 1) ** 2) < 0.4]
    radius = random.uniform(40, 125, (len(centre), 1)) * random.uniform(0.8, 1, (len(centre), 24))
    round_ = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = centre[:, None] + radius[..., None] * np.stack([np.cos(round_), np.sin(round_)], -1)
    greens = np.asarray(shapely.polygons(ring))
    return City(squares, np.asarray(houses), greens, _streets(side, random), shapely.centroid(houses))


def _streets(side: int, random: np.random.Generator) -> Any:
    """Streets of 800 m with a bend every 100 m, both ways, eight of them for each zone."""
    count = side * side * 4
    start = random.uniform(0, side * SIDE, (count, 2)) + np.array([EAST, NORTH])
    along = np.arange(9) * 100.0
    bend = np.cumsum(random.uniform(-20, 20, (count, 9)), axis=1)
    lines = [np.stack([start[:, :1] + along, start[:, 1:] + bend], -1)]
    lines.append(np.stack([start[:, :1] + bend, start[:, 1:] + along], -1))
    return shapely.linestrings(np.concatenate(lines))


def by_twin(city: City) -> Numbers:
    """The functions that the indices use, one thread."""
    zones = len(city.zones)
    house, zone = held_by(city.centroids, city.zones)
    return {
        "green": cut(city.greens, city.zones).union_area(),
        "near": sum_by(zone, near(shapely.STRtree(city.greens), city.centroids, WALK_M)[house], zones),
        "street": lines_in(Features.of(city.streets), city.zones).drawn_m(),
        "count": np.bincount(zone, minlength=zones).astype(float),
    }


def by_two(city: City) -> Numbers:
    """The same in two threads, each with half of the zones and of the layers what lies near these."""
    west, south, east, north = shapely.bounds(city.zones).T
    along = west + east if np.ptp(west) > np.ptp(south) else south + north
    halves = np.array_split(np.argsort(along, kind="stable"), 2)
    found = {question: np.empty(len(city.zones)) for question in QUESTIONS}
    with ThreadPoolExecutor(max_workers=2) as threads:
        parts = list(threads.map(lambda half: by_twin(_around(city, half)), halves))
    for half, numbers in zip(halves, parts, strict=True):
        for question in QUESTIONS:
            found[question][half] = numbers[question]
    return found


def _around(city: City, chosen: Any) -> City:
    """Some zones, and of each layer what may matter to them."""
    zones = city.zones[chosen]
    west, south, east, north = shapely.total_bounds(zones) + np.array([-1, -1, 1, 1])
    x, y = coordinates(city.centroids).T
    houses = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))

    def near_by(shapes: Any, reach: float) -> Any:
        left, low, right, high = shapely.bounds(shapes).T
        across = (right >= west - reach) & (left <= east + reach)
        return shapes[across & (high >= south - reach) & (low <= north + reach)]

    greens, streets = near_by(city.greens, WALK_M), near_by(city.streets, 0)
    # Of houses just the centroids are asked for.
    return City(zones, city.houses[:0], greens, streets, city.centroids[houses])


WAYS: dict[str, tuple[str, Callable[[City, ExitStack], Way], int]] = {
    "twin": ("twin", lambda city, _: functools.partial(by_twin, city), 1),
    "two": ("twin, two threads", lambda city, _: functools.partial(by_two, city), 1),
    "geopandas": ("geopandas overlay, sjoin, sjoin_nearest", by_geopandas, 1),
    "loop": ("a loop over zones, with spatial indexes", by_loop, LOOPED),
    "clip": ("a loop over zones, clip and intersects", by_clip, CLIPPED),
    "postgis": ("PostGIS, tuned SQL", by_postgis, 1),
    "duckdb": ("DuckDB spatial", by_duckdb, 1),
}
"""Name, what makes it ready, and of how many zones it does one (its time is multiplied)."""


def check(name: str, found: Numbers, right: Numbers) -> None:
    """Every way gives the same numbers, to 1e-6 of each."""
    for question in QUESTIONS:
        there = ~np.isnan(found[question])
        np.testing.assert_allclose(found[question][there], right[question][there], rtol=1e-6, atol=1e-3, err_msg=name)


def report(zones: int, found: dict[str, list[float]]) -> str:
    """A table: seconds (smallest), and the median over the rounds of what the twin takes of it, with their range."""
    lines = []
    for name, took in found.items():
        shares = (_share(found[one], took) if one in found else "" for one in ("twin", "two"))
        lines.append((WAYS[name][0], f"{min(took):.2f}", *shares))
    heads = (f"{zones:,} zones, {zones * HOUSES:,} houses", "s", "twin / way", "twin, two threads / way")
    return table(heads, lines)


def _share(ours: list[float], theirs: list[float]) -> str:
    ratios = np.divide(ours, theirs)
    return spread(ratios, "{:.2f}" if np.median(ratios) >= 0.05 else "{:.4f}")


def main() -> None:
    """Measure every way in turn, several times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=int, nargs="+", default=[2500])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default=",".join(WAYS), help=f"ways, of {', '.join(WAYS)}")
    options = parser.parse_args()
    names = options.only.split(",")
    for zones in options.zones:
        city, found = made(zones), dict[str, list[float]]()
        with ExitStack() as stack:
            ways = {name: WAYS[name][1](city, stack) for name in names}
            for _ in range(options.repeats):
                right = by_twin(city)
                for name, way in ways.items():
                    started = time.monotonic()
                    numbers = way()
                    took = (time.monotonic() - started) * WAYS[name][2]
                    found.setdefault(name, []).append(took)
                    check(name, numbers, right)
        print(described(), report(zones, found), sep="\n\n")


if __name__ == "__main__":
    main()
