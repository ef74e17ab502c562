"""Nodes at equal steps along edges, and nodes in the order of a curve."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from tests.twin.spatial.test_spread import random_pairs
from twin.spatial import steps
from twin.spatial.curve import along_curve
from twin.spatial.graph import Graph
from twin.spatial.steps import nodes_from, stepped


@pytest.mark.parametrize("step_m", [0.7, 3.0, 100.0])
@pytest.mark.parametrize("at_once", [5, 1 << 17])
def test_edges_are_cut_into_equal_steps(step_m: float, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "NODES_AT_ONCE", at_once)
    rng = np.random.default_rng(3)
    graph = Graph.of(rng.uniform(0, 12, (40, 2)), *random_pairs(rng, 40, 90))
    made, first = stepped(graph, step_m), np.cumsum(nodes_from(graph, step_m)) - nodes_from(graph, step_m)
    one, other = graph.edges()
    metres = np.hypot(*(graph.xy[other] - graph.xy[one]).T)
    count = np.maximum(np.ceil(metres / step_m), 1)
    assert len(made) == len(graph) + (count - 1).sum() == nodes_from(graph, step_m).sum()
    np.testing.assert_array_equal(made.xy[first], graph.xy)
    np.testing.assert_allclose(made.lengths().sum(), 2 * metres.sum())
    assert made.lengths().max() <= step_m + 1e-9
    assert (made.matrix != made.matrix.T).nnz == 0
    np.testing.assert_allclose(dijkstra(made.matrix, indices=first[0])[first], dijkstra(graph.matrix, indices=0))
    longest = int(metres.argmax())
    for step in range(1, int(count[longest])):
        share = step / count[longest]
        place = graph.xy[one[longest]] * (1 - share) + graph.xy[other[longest]] * share
        assert np.abs(made.xy - place).max(axis=1).min() < 1e-9


def test_an_empty_graph_stays_empty() -> None:
    none = np.empty(0, dtype=np.int64)
    assert len(stepped(Graph.of(np.empty((0, 2)), none, none), 25)) == 0


def test_places_near_each_other_are_near_along_the_curve() -> None:
    xy = np.random.default_rng(1).uniform(5e5, 6e5, (4000, 2))
    order = along_curve(xy)
    assert sorted(order) == list(range(4000))
    hop = np.hypot(*np.diff(xy[order], axis=0).T)
    # Of so many places on the square each has its nearest about 800 m away; in any order the mean would be 52 km.
    assert np.median(hop) < 2500
    assert hop.mean() < 4000


@pytest.mark.parametrize("xy", [np.empty((0, 2)), np.zeros((3, 2))])
def test_the_curve_of_nothing_and_of_one_place(xy: np.ndarray) -> None:
    assert along_curve(xy).tolist() == list(range(len(xy)))
