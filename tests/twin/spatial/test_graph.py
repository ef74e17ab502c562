"""Distances on graphs, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from twin.spatial.graph import Graph


def random_graph(seed: int) -> tuple[Graph, nx.Graph]:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 1000, (300, 2))
    slow = nx.gnm_random_graph(300, 420, seed=seed)
    for one, other in slow.edges:
        slow[one][other]["length"] = float(np.hypot(*(xy[one] - xy[other])))
    return Graph.of(xy, *np.array(slow.edges).T), slow


@pytest.mark.parametrize("seed", range(3))
def test_distances_from_many_sources_equal_networkx_to_1e_9(seed: int) -> None:
    graph, slow = random_graph(seed)
    sources = [3, 77, 150]
    expected = nx.multi_source_dijkstra_path_length(slow, set(sources), weight="length")
    found = graph.distance_from(np.array(sources))
    assert {node for node in range(300) if np.isfinite(found[node])} == set(expected)
    assert max(abs(found[node] - length) for node, length in expected.items()) < 1e-9
    assert len(expected) > 200


def test_a_source_given_twice_and_a_limit() -> None:
    graph = Graph.of(np.array([[0.0, 0], [10, 0], [30, 0]]), np.array([0, 1]), np.array([1, 2]))
    assert graph.distance_from(np.array([0, 0])).tolist() == [0, 10, 30]
    assert graph.distance_from(np.array([2])).tolist() == [30, 20, 0]
    assert graph.distance_from(np.array([0]), limit=10).tolist() == [0, 10, np.inf]
    assert graph.distance_from(np.array([], dtype=np.int64)).tolist() == [np.inf] * 3


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_component_equals_networkx(seed: int) -> None:
    graph, slow = random_graph(seed)
    part = graph.largest_component()
    kept = sorted(max(nx.connected_components(slow), key=len))
    np.testing.assert_array_equal(part.xy, graph.xy[kept])
    assert part.lengths().sum() == pytest.approx(2 * slow.subgraph(kept).size(weight="length"))
    assert len(kept) < 300


def test_the_nearest_node_and_none_for_a_place_that_is_nowhere() -> None:
    graph, _ = random_graph(0)
    node, hop = graph.nearest_node(np.array([[500.0, 500.0], [np.nan, 0]]))
    apart = np.hypot(*(graph.xy - 500).T)
    assert (node[0], hop[0]) == (apart.argmin(), pytest.approx(apart.min()))
    assert (node[1], hop[1]) == (-1, np.inf)


def test_in_an_empty_graph_nothing_is_near_and_nothing_is_reached() -> None:
    none = np.array([], dtype=np.int64)
    empty = Graph.of(np.empty((0, 2)), none, none)
    assert len(empty.largest_component()) == 0
    assert empty.distance_from(np.array([0])).tolist() == []
    assert [each.tolist() for each in empty.nearest_node(np.zeros((2, 2)))] == [[-1, -1], [np.inf, np.inf]]
