"""Nodes at equal steps along the edges of a graph."""

from __future__ import annotations

import itertools

import numpy as np

from twin.batch import IntArray
from twin.spatial.boxes import counted, repeated
from twin.spatial.graph import Graph, Positions

NODES_AT_ONCE = 1 << 17
"""So many are placed together: what their making takes does not grow with the city."""


def nodes_from(graph: Graph, step_m: float) -> IntArray:
    """How many nodes each node (N,) comes with: itself, and those on the edges that lead to nodes after it."""
    return 1 + np.bincount(graph.edges()[0], _between(graph, step_m), len(graph)).astype(np.int64)


def stepped(graph: Graph, step_m: float) -> Graph:
    """The graph with each edge cut into equal steps of at most ``step_m``.

    Nodes between the ends of an edge join nothing else. They stand after its lower node, so that neighbours stay
    together.
    """
    comes_with = nodes_from(graph, step_m)
    number = (np.cumsum(comes_with) - comes_with).astype(np.int32)
    nodes = int(comes_with.sum())
    degree = np.full(nodes, 2, dtype=np.int32)
    degree[number] = np.diff(graph.starts)
    starts = np.append(np.int32(0), np.cumsum(degree, dtype=np.int32))
    made = Graph(np.empty((nodes, 2)), starts, np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1]))
    made.xy[number] = graph.xy
    inner = _between(graph, step_m)
    _join_ends(graph, made, number, inner)
    total = np.cumsum(inner)
    bounds = np.searchsorted(total, np.arange(0, total[-1:].sum() + NODES_AT_ONCE, NODES_AT_ONCE), "right")
    for first, last in itertools.pairwise(bounds):
        _place_between(graph, made, number, inner, slice(first, last))
    return made


def _between(graph: Graph, step_m: float) -> IntArray:
    """How many nodes stand between the ends of each edge."""
    return np.maximum(np.ceil(graph.edges()[2] / step_m), 1).astype(np.int64) - 1


def _join_ends(graph: Graph, made: Graph, number: Positions, inner: IntArray) -> None:
    """The nodes that were there, with the first or last of those between, or with each other where there are none."""
    one, other, metres = graph.edges()
    first = one + np.cumsum(inner) - inner + 1
    node = np.repeat(np.arange(len(graph)), np.diff(graph.starts))
    is_lower = node < graph.neighbours
    edge = np.empty(len(node), dtype=np.int64)
    edge[is_lower], edge[~is_lower] = np.arange(len(one)), np.lexsort((one, other))
    at = made.starts[number[node]] + np.arange(len(node)) - graph.starts[node]
    beside = np.where(is_lower, first[edge], first[edge] + inner[edge] - 1)
    made.neighbours[at] = np.where(inner[edge] > 0, beside, number[graph.neighbours])
    made.lengths[at] = (metres / (inner + 1))[edge]


def _place_between(graph: Graph, made: Graph, number: Positions, inner: IntArray, edges: slice) -> None:
    """The nodes between the ends of some edges."""
    one, other, metres = (each[edges] for each in graph.edges())
    before, count = (np.cumsum(inner) - inner)[edges], inner[edges]
    edge, step = repeated(count), counted(count) + 1
    node = one[edge] + before[edge] + step
    share = (step / (count[edge] + 1))[:, None]
    made.xy[node] = graph.xy[one[edge]] * (1 - share) + graph.xy[other[edge]] * share
    at = made.starts[node]
    made.neighbours[at] = np.where(step == 1, number[one[edge]], node - 1)
    made.neighbours[at + 1] = np.where(step == count[edge], number[other[edge]], node + 1)
    made.lengths[at] = made.lengths[at + 1] = (metres / (count + 1))[edge]
