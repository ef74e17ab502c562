"""Messiness of a town of 20,000 buildings, and its metrics beside momepy's and osmnx's: time a building, equal values.

Half of its blocks are planned (a street before every house), half are informal (small houses turned as they came, in
blocks of 180 m). Every pair is timed in this one run, one thread each: ours the least of three, the others once.

Run: python -m benchmarks.messiness [--buildings 20000]
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import momepy
import networkx as nx
import numpy as np
import osmnx
import shapely
from libpysal.graph import Graph as Contiguity

from benchmarks.machine import described, table
from twin.batch import Batch, CityFacts, Features
from twin.discover import discover
from twin.messiness.measure import METRICS, messiness
from twin.messiness.metric import Metric
from twin.messiness.metrics.building_alignment import NEIGHBOUR_M, orientation
from twin.networks.ways import nearest_way, ways
from twin.spatial.membership import building_points

BLOCK, SPACING = 180.0, 13.0
EAST, NORTH = 450_000.0, 4_250_000.0
NAMES = discover(METRICS, Metric)


def town(buildings: int) -> tuple[Features, Features, Features]:
    """Zones (a block each), buildings, streets."""
    random = np.random.default_rng(4)
    offsets = np.arange(12.5, BLOCK - 10, SPACING)
    x, y = (each.ravel() for each in np.meshgrid(offsets, offsets))
    side = int(np.ceil(np.sqrt(buildings / len(x) / 0.875) / 2)) * 2
    block = np.arange(side * side)
    left, low = EAST + BLOCK * (block % side), NORTH + BLOCK * (block // side)
    planned = (block % side + block // side) % 2 == 0
    count = len(x)
    centre = np.column_stack([(left[:, None] + x).ravel(), (low[:, None] + y).ravel()])
    tidy = np.repeat(planned, count)
    centre += np.where(tidy[:, None], 0.0, random.uniform(-1.2, 1.2, centre.shape))
    half = np.where(tidy[:, None], (3.0, 3.5), random.uniform(2.4, 3.5, centre.shape))
    angle = np.radians(np.where(tidy, random.uniform(0.5, 2.0, len(centre)), random.uniform(1, 44, len(centre))))
    built = tidy | (random.random(len(centre)) < 0.75)
    houses = Features.of(_turned(centre[built], half[built], angle[built]))
    ends = EAST, NORTH, EAST + BLOCK * side, NORTH + BLOCK * side
    around = [((ends[0], low), (ends[2], low)) for low in NORTH + BLOCK * np.arange(side + 1)]
    around += [((at, ends[1]), (at, ends[3])) for at in EAST + BLOCK * np.arange(side + 1)]
    between = np.arange(6.0, BLOCK, 2 * SPACING)
    inside = [
        ((a + at, b), (a + at, b + BLOCK)) for a, b in zip(left[planned], low[planned], strict=True) for at in between
    ]
    lines = shapely.linestrings(np.array(around + inside))
    keys = [f"S{at}" for at in range(len(lines))]
    streets = Features.of(lines, street_id=keys, road_class=["residential"] * len(lines), width_m=[5.0] * len(lines))
    squares = shapely.box(left, low, left + BLOCK, low + BLOCK)
    return Features.of(squares, code=[f"Z{at}" for at in block]), houses, streets


def _turned(centre: np.ndarray, half: np.ndarray, angle: np.ndarray) -> Any:
    corner = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half[:, None, :]
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    dx = corner[..., 0] * cosine - corner[..., 1] * sine
    dy = corner[..., 0] * sine + corner[..., 1] * cosine
    return shapely.polygons(centre[:, None, :] + np.stack([dx, dy], axis=-1))


def timed(make: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The least seconds of some runs, and what the last one gave."""
    best, made = np.inf, None
    for _ in range(times):
        start = time.perf_counter()
        made = make()
        best = min(best, time.perf_counter() - start)
    return best, made


class Peers:
    """The same numbers by momepy and osmnx, as their manuals show."""

    def __init__(self, batch: Batch) -> None:
        """Take the batch's rows as geopandas has them."""
        self.batch = batch
        self.houses = gpd.GeoSeries(batch.layer("building").geometry, crs=4547)
        self.points = gpd.GeoSeries(building_points(batch), crs=4547)
        self.streets = gpd.GeoDataFrame(geometry=batch.layer("street").geometry, crs=4547)

    def block_complexity(self) -> np.ndarray:
        """Tessellation, contiguity, breadth-first search."""
        streets = shapely.union_all(self.streets.geometry)
        blocks = gpd.GeoSeries(list(shapely.get_parts(shapely.polygonize([streets]))), crs=4547)
        cells = momepy.enclosed_tessellation(self.houses, blocks, simplify=False, n_jobs=1)
        cells = cells[cells.index >= 0]
        shapes, block = cells.geometry.to_numpy(), cells["enclosure_index"].to_numpy()
        one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.05)
        same = (one != other) & (block[one] == block[other])
        graph = nx.Graph([*zip(one[same].tolist(), other[same].tolist(), strict=True)])
        graph.add_nodes_from(range(len(shapes)))
        first = set(np.flatnonzero(shapely.dwithin(shapes, streets, 0.05)).tolist())
        found = np.full(len(self.houses), np.nan)
        for cell, rows in nx.multi_source_dijkstra_path_length(graph, first, weight=None).items():
            found[cells.index[cell]] = rows + 1
        return found

    def building_alignment(self) -> np.ndarray:
        """Orientation, neighbours within 50 m, mean deviation."""
        graph = Contiguity.build_distance_band(self.points, NEIGHBOUR_M)
        return np.asarray(momepy.alignment(momepy.orientation(self.houses), graph))

    def spacing(self) -> np.ndarray:
        """Distance to the nearest other building's point."""
        return np.asarray(momepy.neighbor_distance(self.points, Contiguity.build_knn(self.points, k=1)))

    def street_distance(self) -> np.ndarray:
        """Metres to the nearest street, of which all are usable here."""
        nearest = momepy.get_nearest_street(self.houses, self.streets)
        lines = self.streets.geometry.to_numpy()[nearest.to_numpy().astype(int)]
        return np.asarray(shapely.distance(self.houses.to_numpy(), lines))

    def orientation(self) -> np.ndarray:
        """Orientation alone."""
        return np.asarray(momepy.orientation(self.houses))

    def orientation_disorder(self) -> np.ndarray:
        """H of the whole town by osmnx, given its graph."""
        entropy = osmnx.bearing.orientation_entropy(self.graph, num_bins=36, weight="length")
        return np.array([(max(entropy - np.log(4), 0) / (np.log(36) - np.log(4))) ** 2])

    def prepare(self) -> None:
        """The street graph as osmnx wants it; not timed."""
        own = self.batch.networks["ways"].graph
        start = np.repeat(np.arange(len(own)), np.diff(own.starts))
        once = start < own.neighbours
        one, other, metres = start[once], own.neighbours[once], own.lengths()[once]
        bearing = np.degrees(np.arctan2(*(own.xy[other] - own.xy[one]).T)) % 360
        self.graph = nx.MultiGraph(crs="EPSG:4326")
        for u, v, length, degrees in zip(*(each.tolist() for each in (one, other, metres, bearing)), strict=True):
            self.graph.add_edge(u, v, length=length, bearing=degrees)


def ours(name: str, batch: Batch) -> np.ndarray:
    """A metric from the batch's rows, nothing kept from before: a number a building, or one of all streets."""
    fresh = replace(batch)
    if name == "street_distance":
        footprints = fresh.layer("building").geometry
        return nearest_way(fresh.networks["ways"].usable_pieces, footprints, np.full(len(footprints), np.inf))[2]
    if name == "orientation":
        return orientation(fresh.layer("building").geometry)
    if name == "orientation_disorder":
        whole = replace(fresh, zones=Features.of([shapely.union_all(batch.zones.geometry).buffer(1)], code=["all"]))
        parts = NAMES[name].parts(whole)
        sums, count = parts.sums(1)
        return NAMES[name].value_of(sums, count.astype(np.float64))
    parts = NAMES[name].parts(fresh)
    found = np.full(len(fresh.layer("building")), np.nan)
    found[parts.unit] = parts.amounts[:, 0]
    return found


def compared(name: str, batch: Batch, peers: Peers) -> tuple[str, ...]:
    """A row of the table: both times a building, their ratio, how equal the values are."""
    own_s, own = timed(lambda: ours(name, batch), 3)
    peer_s, peer = timed(getattr(peers, name))
    count = len(batch.layer("building"))
    known = np.isfinite(peer) & np.isfinite(own)
    apart = np.abs(own - peer)[known]
    said = f"largest difference {apart.max():.1e}"
    if name == "block_complexity":
        said = f"{(apart == 0).mean():.1%} equal, {(apart <= 1).mean():.1%} within 1"
    return name, f"{1e6 * peer_s / count:.1f}", f"{1e6 * own_s / count:.1f}", f"{peer_s / own_s:.1f}", said


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buildings", type=int, default=20_000)
    zones, houses, streets = town(parser.parse_args().buildings)
    layers = {"building": houses, "street": streets}
    city = CityFacts.of(layers, "2025-06-30")
    build_s, built = timed(lambda: ways.build(layers, city))
    batch = Batch(zones, layers, city, {"ways": built})
    warnings.simplefilter("ignore")
    peers = Peers(batch)
    peers.prepare()
    names = (
        "block_complexity",
        "building_alignment",
        "spacing",
        "street_distance",
        "orientation",
        "orientation_disorder",
    )
    rows = [compared(name, batch, peers) for name in names]
    heads = ("metric", "momepy / osmnx µs a building", "ours µs a building", "ratio", "values")
    all_s, found = timed(lambda: messiness(replace(batch)), 3)
    told = (
        f"{len(houses):,} buildings, {len(zones)} zones: all metrics with their intervals {all_s:.2f} s, "
        f"{1e6 * all_s / len(houses):.0f} µs a building; messiness of zones {np.nanmin(found.value):.2f} to "
        f"{np.nanmax(found.value):.2f}; network of ways {build_s:.2f} s."
    )
    print(described(), table(heads, rows), told, sep="\n\n")


if __name__ == "__main__":
    main()
