"""Bus stops: enough of them for a walk of 300 m from every home, but where the plan leaves out a quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from shapely.geometry import Point

from generator.names import street_name
from generator.streetgraph import StreetGraph, street_graph
from generator.town import Street, Town, Zone, dice

Array = NDArray[np.float64]
WALK, MARGIN = 300.0, 12.0
"""Metres that a walk may be, and what stops are placed nearer than that."""

STEP, FAR = 25.0, 200.0
TILE, AT_ONCE = 45.0, 200
"""One place for a stop in each square of so many metres; so many are looked at together."""

BUS_STREETS = ("arterial", "collector", "local", "residential")
NARROWEST_BUS = 4.2
HEADWAYS = {"arterial": (4, 8), "collector": (6, 12), "local": (10, 20)}
"""Minutes between buses by class of street; 15 to 30 in others."""


@dataclass(frozen=True)
class Stop:
    """A stop with its name, mode and minutes between departures."""

    spot: Point
    name: str
    mode: str
    headway: int


def place_stops(town: Town) -> list[Stop]:
    """Stops on streets that a bus can use, each where it serves most homes that have none yet."""
    rng, graph = dice(120), street_graph(town.streets, STEP)
    zones = {z.code: z for z in town.zones}
    homes = [b for b in town.buildings if b.dwellings]
    letters = np.array([zones[b.zone].transit for b in homes])
    flats = np.array([b.dwellings for b in homes], dtype=float)
    centres = shapely.get_coordinates(shapely.centroid([b.shape for b in homes]))
    streets = _streets(graph)
    allowed = _allowed(graph, streets, centres[letters == "r"], [z for z in town.zones if z.transit == "w"])
    within = _within(graph, centres, allowed)
    found = []
    for spot in _cover(within, flats, np.isin(letters, [".", "-"])):
        street = streets[allowed[spot]]
        low, high = HEADWAYS.get(street.road_class, (15, 30))
        at = Point(graph.spots[allowed[spot]])
        found.append(Stop(at, _name(street.name, at, rng), "bus", int(rng.integers(low, high + 1))))
    for zone in town.zones:
        if zone.transit == "w":
            found.append(Stop(_gate(town, zone), f"{zone.name} Park Gate", "minibus", 30))
    return found


def _streets(graph: StreetGraph) -> dict[int, Street]:
    """By node a bus can stop at: the widest of its streets."""
    found: dict[int, Street] = {}
    for edge in graph.edges:
        street = edge.street
        if street.road_class not in BUS_STREETS or street.width < NARROWEST_BUS:
            continue
        if (street.name or "").endswith("Bridge"):
            continue
        for node in (edge.tail, edge.head):
            if node not in found or found[node].width < street.width:
                found[node] = street
    return found


def _allowed(graph: StreetGraph, streets: dict[int, Street], shunned: Array, walled: list[Zone]) -> list[int]:
    """Nodes for stops: none near quarters planned without, none in or along those with one behind blind lanes."""
    nodes = sorted(streets)
    spots = graph.spots[nodes]
    far = cKDTree(shunned).query(spots)[0] > FAR
    clear = np.all([shapely.distance(z.shape, shapely.points(spots)) > 1.5 * STEP for z in walled], axis=0)
    tiles = np.floor(spots / TILE).astype(int)
    good = np.flatnonzero(far & clear)
    first = np.unique(tiles[good], axis=0, return_index=True)[1]
    return [nodes[k] for k in sorted(good[first])]


def _within(graph: StreetGraph, homes: Array, stops: list[int]) -> NDArray[np.bool_]:
    """Whether each home (n) is within the walk of each place for a stop (m)."""
    hop, node = cKDTree(graph.spots).query(homes)
    tail, head = (np.array([getattr(e, end) for e in graph.edges]) for end in ("tail", "head"))
    metres = np.array([e.line.length for e in graph.edges])
    size = len(graph.spots)
    matrix = coo_array((np.maximum(metres, 1e-6), (tail, head)), shape=(size, size)).tocsr()
    found = np.zeros((len(homes), len(stops)), dtype=bool)
    for start in range(0, len(stops), AT_ONCE):
        far = dijkstra(matrix, directed=False, indices=stops[start : start + AT_ONCE], limit=WALK)
        found[:, start : start + AT_ONCE] = (far[:, node] + hop <= WALK - MARGIN).T
    return found


def _cover(within: NDArray[np.bool_], flats: Array, wanted: NDArray[np.bool_]) -> list[int]:
    """Greedy choice until no stop would serve ten homes more."""
    homes, stops = np.nonzero(within[wanted])
    reach = csr_array((np.ones(len(homes)), (homes, stops)), shape=(int(wanted.sum()), within.shape[1]))
    by_stop, weight = reach.tocsc(), flats[wanted]
    gain = np.asarray(weight @ reach)
    chosen: list[int] = []
    while gain.max() >= 10:
        best = int(np.argmax(gain))
        chosen.append(best)
        served = by_stop.indices[by_stop.indptr[best] : by_stop.indptr[best + 1]]
        gain -= np.asarray(weight[served] @ reach[served])
        weight[served] = 0
    return chosen


def _name(street: str | None, at: Point, rng: np.random.Generator) -> str:
    return f"{street or street_name(rng)} {int(at.x + at.y) % 89 + 1}"


def _gate(town: Town, zone: Zone) -> Point:
    """The inner end of the lane that leads to the park of a walled quarter."""
    lanes = [x for x in town.streets if x.road_class == "alley" and x.width == 4.0]
    inside = [x for x in lanes if zone.shape.contains(x.line.interpolate(0.5, normalized=True))]
    longest = max(inside, key=lambda x: x.line.length)
    park = min((g.shape for g in town.greens if g.access == "public"), key=lambda g: g.distance(longest.line))
    ends = [Point(longest.line.coords[k]) for k in (0, -1)]
    return min(ends, key=lambda p: p.distance(park))
