"""Distances walked block by block, against one walk over the whole graph."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from twin.spatial.graph import Graph
from twin.spatial.spread import spread


def random_graph(rng: np.random.Generator, nodes: int, edges: int) -> Graph:
    """Edges between nodes that stand near each other in the order; of lengths in quarters many ways are equal."""
    one = rng.integers(0, nodes, edges)
    other = np.clip(one + rng.integers(-12, 13, edges), 0, nodes - 1)
    pairs = np.unique(np.sort(np.column_stack([one, other]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return Graph.of(rng.uniform(0, 100, (nodes, 2)), *pairs.T, rng.integers(1, 40, len(pairs)) / 4)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6), block=st.integers(1, 70), count=st.integers(0, 9), limit=st.sampled_from([8, np.inf])
)
def test_walked_in_blocks_the_numbers_are_those_of_one_walk(seed: int, block: int, count: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    graph = random_graph(rng, 60, int(rng.integers(30, 200)))
    sources = rng.integers(0, 60, count)
    metres, source = spread(graph.matrix, sources, limit, block=block)
    by_source = np.full((1, 60), np.inf)
    if count:
        by_source = np.atleast_2d(dijkstra(graph.matrix, indices=sources, limit=limit))
    np.testing.assert_array_equal(metres, by_source.min(axis=0))
    reached = source >= 0
    np.testing.assert_array_equal(reached, np.isfinite(metres))
    np.testing.assert_array_equal(by_source[source[reached], np.flatnonzero(reached)], metres[reached])


def test_a_way_may_lead_out_of_a_block_and_back_into_it() -> None:
    one, other = np.array([0, 0, 2]), np.array([1, 2, 1])
    graph = Graph.of(np.zeros((3, 2)), one, other, np.array([9.0, 2.0, 3.0]))
    metres, _ = spread(graph.matrix, np.array([0]), block=2)
    assert metres.tolist() == [0, 5, 2]
