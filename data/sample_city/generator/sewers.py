"""Sewers under the streets: a tree to the treatment plant, and quarters that drain to themselves."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from generator import plan
from generator.drainage import Drainage
from generator.ground import centre_line, river
from generator.roads import COLUMN_NAMES
from generator.streetgraph import Edge, StreetGraph, part_of
from generator.town import Town, Zone

Array = NDArray[np.float64]
NO_PIPES = ("track", "path", "footway")
NARROWEST = 2.1
"""Metres: in lanes that are narrower lies no pipe, but in zones that were retrofitted."""

PREFERENCE = {"arterial": 0.7, "collector": 0.75, "service": 1.3, "alley": 1.6}
"""A metre of trunk in streets of these classes is as good as so many elsewhere."""

BESIDE, APART, SHORTEST = 25.0, 10.0, 12.0
"""Metres: a street so near to a zone serves it; systems of their own end so far before others; no pipe is shorter."""

PUMPED_BRIDGE = plan.BRIDGES[1]
OWN_SYSTEMS = "eqt"


def lay_sewers(town: Town, graph: StreetGraph) -> Drainage:
    """Lay the sewers under the streets of the town, without sizes yet."""
    served = _served(graph, town.zones)
    city = [k for k, system in served.items() if system == ""]
    cost, before = _city_tree(graph, city)
    found = Drainage()
    manhole: dict[int, int] = {}
    for node in sorted({n for k in city for n in (graph.edges[k].tail, graph.edges[k].head)}):
        if np.isfinite(cost[node]):
            manhole[node] = found.node(Point(graph.spots[node]))
    root = int(np.argmin(cost))
    _lay_tree(found, graph, [k for k in city if graph.edges[k].tail in manhole], (cost, before), manhole, "")
    _pump(found)
    _plant(found, manhole[root])
    for zone in town.zones:
        if zone.sewer in OWN_SYSTEMS:
            _own_system(found, graph, [k for k, system in served.items() if system == zone.code], zone, cost, manhole)
    return found


def _served(graph: StreetGraph, zones: list[Zone]) -> dict[int, str]:
    """By edge with a pipe: the code of the zone that drains by itself, "" for the city's own sewers."""
    built = [z for z in zones if z.kind in plan.BUILT]
    tree = shapely.STRtree([z.shape for z in built])
    rims = shapely.boundary([z.shape for z in built])
    found = {}
    for number, edge in enumerate(graph.edges):
        middle = edge.line.interpolate(0.5, normalized=True)
        near = sorted(int(k) for k in tree.query(middle, predicate="dwithin", distance=BESIDE))
        small = edge.street.road_class in NO_PIPES or edge.street.width < NARROWEST
        if small and not any(built[k].sewer == "y" for k in near):
            continue
        inside = [k for k in near if shapely.contains(built[k].shape, middle) and rims[k].distance(middle) > APART]
        codes = [built[k].code if built[k].sewer in OWN_SYSTEMS else "" for k in inside or near]
        if (edge.street.name or "").endswith("Bridge"):
            codes = [""] if edge.street.name == bridge_name() else []
        if codes:
            found[number] = codes[0] if len(set(codes)) == 1 else ""
    return found


def bridge_name() -> str:
    """Name of the bridge that the pressure main crosses the river by."""
    return f"{COLUMN_NAMES[PUMPED_BRIDGE]} Bridge"


def _weights(graph: StreetGraph, edges: list[int]) -> Array:
    return np.array([graph.edges[k].line.length * PREFERENCE.get(graph.edges[k].street.road_class, 1.0) for k in edges])


def _city_tree(graph: StreetGraph, edges: list[int]) -> tuple[Array, NDArray[np.int64]]:
    """Ways to the node of the embankment farthest down the river, which flows west."""
    bank = [k for k in edges if graph.edges[k].street.name == "Beihe Embankment"]
    ends = {n for k in bank for n in (graph.edges[k].tail, graph.edges[k].head)}
    root = min(ends, key=lambda n: graph.spots[n][0])
    cost, before, _ = graph.ways(edges, _weights(graph, edges), [root])
    return cost, before


def _lay_tree(
    found: Drainage,
    graph: StreetGraph,
    edges: list[int],
    ways: tuple[Array, NDArray[np.int64]],
    manhole: dict[int, int],
    system: str,
) -> None:
    """A pipe under every edge: along the tree, or from a head of its own to the end that lies nearer to the root."""
    cost, before = ways
    laid: set[tuple[int, int]] = set()
    for k in edges:
        edge = graph.edges[k]
        low, high = sorted((edge.tail, edge.head), key=lambda n: (cost[n], n))
        line = edge.line if edge.head == low else shapely.reverse(edge.line)
        kind = _kind(edge)
        if before[high] == low and (high, low) not in laid:
            laid.add((high, low))
            found.pipe(manhole[high], manhole[low], line, kind, system)
        elif line.length > SHORTEST:
            line = part_of(line, min(APART / line.length, 0.5), 1.0)
            found.pipe(found.node(Point(line.coords[0])), manhole[low], line, kind, system)


def _kind(edge: Edge) -> str:
    if (edge.street.name or "").endswith("Bridge"):
        return "force_main"
    return "combined" if edge.street.road_class in ("residential", "living_street") else "sanitary"


def _pump(found: Drainage) -> None:
    """Where sewage enters the main over the bridge stands a pump."""
    mains = [p for p in found.pipes if p.kind == "force_main"]
    ends = {p.end for p in mains}
    for start in {p.start for p in mains} - ends:
        found.nodes[start].kind = "pump"


def _plant(found: Drainage, root: int) -> None:
    """The treatment plant on the bank, a little down the river from the last street, and its outfall."""
    spot, bank, middle = found.nodes[root].spot, river(), centre_line()
    near = middle[np.argmin(np.linalg.norm(middle - spot.coords[0], axis=1)) - 1]
    beside = np.array(spot.coords[0]) - np.array(
        LineString(middle).interpolate(LineString(middle).project(spot)).coords[0]
    )
    at = Point(near + beside)
    plant = found.node(at, "treatment_plant")
    found.pipe(root, plant, LineString([spot, at]), "sanitary")
    out = found.node(shapely.shortest_line(at, bank).interpolate(1.0, normalized=True), "outfall")
    found.pipe(plant, out, LineString([at, found.nodes[out].spot]), "reclaimed")


def _own_system(
    found: Drainage,
    graph: StreetGraph,
    edges: list[int],
    zone: Zone,
    cost: Array,
    manhole: dict[int, int],
) -> None:
    """The pipes of a zone that drains by itself: to the river, into the city's sewers, or to nowhere."""
    bank = river()
    ends = sorted({n for k in edges for n in (graph.edges[k].tail, graph.edges[k].head)})
    joins = [n for n in ends if n in manhole]
    if zone.sewer == "q":
        root = min(ends, key=lambda n: (Point(graph.spots[n]).distance(bank), n))
    else:
        root = min(joins, key=lambda n: (cost[n], n))
    ways = graph.ways(edges, _weights(graph, edges), [root])
    own = {n: found.node(_own_place(graph, edges, n, manhole)) for n in ends if np.isfinite(ways[0][n])}
    reached = [k for k in edges if graph.edges[k].tail in own]
    _lay_tree(found, graph, reached, ways[:2], own, zone.code)
    last = found.nodes[own[root]].spot
    if zone.sewer == "q":
        mouth = shapely.shortest_line(last, bank)
        out = found.node(Point(mouth.coords[-1]), "outfall")
        found.pipe(own[root], out, mouth, "sanitary", zone.code)
    elif zone.sewer == "t":
        found.pipe(own[root], manhole[root], LineString([last, graph.spots[root]]), "sanitary", zone.code)
    else:
        found.dead.add(zone.code)


def _own_place(graph: StreetGraph, edges: list[int], node: int, manhole: dict[int, int]) -> Point:
    """A manhole of a system of its own: at the node, or, where the city's sewers have theirs, some metres before it."""
    if node not in manhole:
        return Point(graph.spots[node])
    edge = next(graph.edges[k] for k in edges if node in (graph.edges[k].tail, graph.edges[k].head))
    line = edge.line if edge.tail == node else shapely.reverse(edge.line)
    return line.interpolate(min(APART, line.length / 3))
