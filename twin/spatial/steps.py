"""Nodes at equal steps along the edges of a graph."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from twin.batch import IntArray
from twin.spatial.boxes import counted, repeated
from twin.spatial.graph import Graph, Positions

NODES_AT_ONCE = 1 << 17
"""So many are placed together: what their making takes does not grow with the city."""


def nodes_from(graph: Graph, step_m: float) -> IntArray:
    """How many nodes each node (N,) comes with: itself, and those on the edges that lead to nodes after it."""
    return _Edges.of(graph, step_m).nodes_from(len(graph))


def stepped(graph: Graph, step_m: float) -> Graph:
    """The graph with each edge cut into equal steps of at most ``step_m``.

    Nodes between the ends of an edge join nothing else. They stand after its lower node, so that neighbours stay
    together.
    """
    edges = _Edges.of(graph, step_m)
    comes_with = edges.nodes_from(len(graph))
    number = (np.cumsum(comes_with) - comes_with).astype(np.int32)
    nodes = int(comes_with.sum())
    degree = np.full(nodes, 2, dtype=np.int32)
    degree[number] = np.diff(graph.starts)
    starts = np.append(np.int32(0), np.cumsum(degree, dtype=np.int32))
    made = Graph(np.empty((nodes, 2)), starts, np.empty(starts[-1], dtype=np.int32))
    made.xy[number] = graph.xy
    _join_ends(graph, made, number, edges)
    total = nodes - len(graph)
    bounds = np.searchsorted(edges.before + edges.inner, np.arange(0, total + NODES_AT_ONCE, NODES_AT_ONCE), "right")
    for first, last in itertools.pairwise(bounds):
        _place_between(graph, made, number, edges.part(slice(first, last)))
    return made


class _Edges(NamedTuple):
    """Each edge once: how many nodes stand between its ends, and how many on the edges before it."""

    one: Positions
    other: Positions
    inner: IntArray
    before: IntArray

    @classmethod
    def of(cls, graph: Graph, step_m: float) -> _Edges:
        one, other = graph.edges()
        metres = np.hypot(*(graph.xy[other] - graph.xy[one]).T)
        inner = np.maximum(np.ceil(metres / step_m), 1).astype(np.int64) - 1
        return cls(one, other, inner, np.cumsum(inner) - inner)

    def part(self, some: slice) -> _Edges:
        return _Edges(self.one[some], self.other[some], self.inner[some], self.before[some])

    def nodes_from(self, count: int) -> IntArray:
        return 1 + np.bincount(self.one, self.inner, count).astype(np.int64)


def _join_ends(graph: Graph, made: Graph, number: Positions, edges: _Edges) -> None:
    """The nodes that were there, with the first or last of those between, or with each other where there are none."""
    first = edges.one + edges.before + 1
    node = np.repeat(np.arange(len(graph)), np.diff(graph.starts))
    is_lower = node < graph.neighbours
    edge = np.empty(len(node), dtype=np.int64)
    edge[is_lower], edge[~is_lower] = np.arange(len(first)), np.lexsort((edges.one, edges.other))
    at = made.starts[number[node]] + np.arange(len(node)) - graph.starts[node]
    beside = np.where(is_lower, first[edge], first[edge] + edges.inner[edge] - 1)
    made.neighbours[at] = np.where(edges.inner[edge] > 0, beside, number[graph.neighbours])


def _place_between(graph: Graph, made: Graph, number: Positions, edges: _Edges) -> None:
    """The nodes between the ends of some edges."""
    edge, step = repeated(edges.inner), counted(edges.inner) + 1
    one, other, steps = edges.one[edge], edges.other[edge], edges.inner[edge] + 1
    node = one + edges.before[edge] + step
    share = (step / steps)[:, None]
    made.xy[node] = graph.xy[one] * (1 - share) + graph.xy[other] * share
    at = made.starts[node]
    made.neighbours[at] = np.where(step == 1, number[one], node - 1)
    made.neighbours[at + 1] = np.where(step == steps - 1, number[other], node + 1)
