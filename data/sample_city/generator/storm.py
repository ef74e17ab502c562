"""Storm sewers under the main roads near the river, apart from the sewage: each leads to the nearest outfall."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from generator.drainage import Drainage
from generator.ground import centre_line, river
from generator.streetgraph import StreetGraph

NEAR_RIVER = 350.0
ASIDE = (2.6, -2.6)
"""Metres east and north from the sewage pipe to the storm pipe in the same street."""

SIZES = ((2, 600.0), (5, 800.0), (9, 1000.0), (10_000, 1500.0))
"""Diameter in millimetres by how many pieces of street lie upstream, at most."""


def lay_storm_sewers(net: Drainage, graph: StreetGraph) -> None:
    """Add storm pipes, their inlets and outfalls to the drainage."""
    river_line, bank = LineString(centre_line()), river()
    edges = [
        k
        for k, e in enumerate(graph.edges)
        if e.street.road_class in ("arterial", "collector")
        and not (e.street.name or "").endswith("Bridge")
        and e.line.distance(river_line) < NEAR_RIVER
    ]
    roots = _corners(graph, edges)
    cost, before, root = graph.ways(edges, np.array([graph.edges[k].line.length for k in edges]), roots)
    used = [n for n in np.flatnonzero(np.isfinite(cost)) if before[n] >= 0 or n in roots]
    upstream = _upstream(cost, before)
    inlet: dict[int, int] = {int(n): net.node(Point(graph.spots[n] + ASIDE), "inlet") for n in used}
    laid = set()
    for k in edges:
        edge = graph.edges[k]
        low, high = sorted((edge.tail, edge.head), key=lambda n: (cost[n], n))
        if before[high] == low and high not in laid:
            laid.add(high)
            line = edge.line if edge.head == low else shapely.reverse(edge.line)
            pipe = net.pipe(inlet[high], inlet[low], shapely.transform(line, lambda xy: xy + ASIDE), "storm")
            pipe.diameter_mm, pipe.slope = _diameter(upstream[high]), 0.002
    for n in sorted({int(r) for r in root if r >= 0}):
        mouth = shapely.shortest_line(net.nodes[inlet[n]].spot, bank)
        out = net.node(Point(mouth.coords[-1]), "outfall")
        pipe = net.pipe(inlet[n], out, mouth, "storm")
        pipe.diameter_mm, pipe.slope = 1500.0, 0.002


def _corners(graph: StreetGraph, edges: list[int]) -> list[int]:
    """Where a main road meets a street along the river."""
    names: dict[int, set[str]] = {}
    for k in edges:
        edge = graph.edges[k]
        for node in (edge.tail, edge.head):
            names.setdefault(node, set()).add(edge.street.name or "")
    return sorted(n for n, x in names.items() if len(x) > 1 and any(name.endswith("Embankment") for name in x))


def _upstream(cost: np.ndarray, before: np.ndarray) -> dict[int, int]:
    """How many nodes drain through each, itself included."""
    found: dict[int, int] = {}
    for node in sorted(np.flatnonzero(np.isfinite(cost)), key=lambda n: -cost[n]):
        found[int(node)] = found.get(int(node), 0) + 1
        if before[node] >= 0:
            found[int(before[node])] = found.get(int(before[node]), 0) + found[int(node)]
    return found


def _diameter(upstream: int) -> float:
    return next(d for most, d in SIZES if upstream <= most)
