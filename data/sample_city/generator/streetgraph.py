"""The streets as a graph: cut wherever two of them meet or cross, each piece knowing the street that it is of."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely.geometry import LineString

from generator.town import Street

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

SPLINTER = 1.0
"""Metres: streets that meet nearly in one point leave pieces as short as that."""


@dataclass(frozen=True)
class Edge:
    """A piece of a street from one node of the graph to another."""

    tail: int
    head: int
    line: LineString
    street: Street


@dataclass(frozen=True)
class StreetGraph:
    """Nodes by place (n, 2) in metres, and the edges between them."""

    spots: Array
    edges: list[Edge]

    def ways(self, edges: list[int], weights: Array, roots: list[int]) -> tuple[Array, Numbers, Numbers]:
        """The shortest ways from the nearest of ``roots`` along some edges: cost, the node before, the root, by node.

        Unreached nodes have an infinite cost and -9999 for the others.
        """
        size = len(self.spots)
        tail, head = (np.array([getattr(self.edges[k], end) for k in edges]) for end in ("tail", "head"))
        order = np.lexsort((weights, np.maximum(tail, head), np.minimum(tail, head)))
        pairs = np.column_stack([np.minimum(tail, head), np.maximum(tail, head)])[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        chosen = order[first]
        matrix = coo_array((np.maximum(weights[chosen], 1e-6), (tail[chosen], head[chosen])), shape=(size, size))
        cost, before, root = dijkstra(
            matrix.tocsr(), directed=False, indices=roots, min_only=True, return_predecessors=True
        )
        return cost, before.astype(np.int64), root.astype(np.int64)


def street_graph(streets: list[Street], longest: float = 150.0) -> StreetGraph:
    """The graph of ``streets``; pieces longer than ``longest`` metres are halved until they are not."""
    lines = np.array([x.line for x in streets], dtype=object)
    pieces = sorted(shapely.get_parts(shapely.union_all(lines)), key=lambda p: (p.coords[0], p.coords[-1], p.length))
    tree = shapely.STRtree(lines)
    middles = [p.interpolate(0.5, normalized=True) for p in pieces]
    near, of = tree.query_nearest(middles)
    source = of[np.unique(near, return_index=True)[1]]
    names: dict[tuple[float, float], int] = {}
    edges = []
    for piece, number in zip(pieces, source, strict=True):
        for part in _cut(piece, longest):
            ends = [names.setdefault((c[0], c[1]), len(names)) for c in (part.coords[0], part.coords[-1])]
            edges.append(Edge(ends[0], ends[1], part, streets[int(number)]))
    return _without_splinters(np.array(list(names)), edges)


def _without_splinters(spots: Array, edges: list[Edge]) -> StreetGraph:
    """The graph with nodes that lie within ``SPLINTER`` metres along an edge made one; loops fall away."""
    short = [e for e in edges if e.line.length < SPLINTER]
    joins = coo_array(
        (np.ones(len(short)), ([e.tail for e in short], [e.head for e in short])), shape=(len(spots),) * 2
    )
    _, group = connected_components(joins, directed=False)
    first = np.unique(group, return_index=True)[1]
    left = [Edge(int(group[e.tail]), int(group[e.head]), e.line, e.street) for e in edges]
    return StreetGraph(spots[first], [e for e in left if e.tail != e.head])


def _cut(line: LineString, longest: float) -> list[LineString]:
    count = int(np.ceil(line.length / longest))
    marks = [k / count for k in range(count + 1)]
    return [part_of(line, a, b) for a, b in itertools.pairwise(marks)] if count > 1 else [line]


def part_of(line: LineString, start: float, end: float) -> LineString:
    """The part of a line between two shares of its length."""
    corners = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at /= at[-1]
    inner = corners[(at > start + 1e-9) & (at < end - 1e-9)]
    first, last = (line.interpolate(x, normalized=True).coords[0] for x in (start, end))
    return LineString([first, *inner, last])
