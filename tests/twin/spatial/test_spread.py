"""Distances walked block by block, against one walk over the whole graph."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.spatial.spread import Edges, spread


def random_pairs(rng: np.random.Generator, nodes: int, edges: int) -> np.ndarray:
    """Edges (2, E), once each, between nodes that stand near each other in the order."""
    one = rng.integers(0, nodes, edges)
    other = np.clip(one + rng.integers(-12, 13, edges), 0, nodes - 1)
    pairs = np.unique(np.sort(np.column_stack([one, other]), axis=1), axis=0)
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]].T)


def weighted(nodes: int, one: np.ndarray, other: np.ndarray, lengths: np.ndarray) -> csr_array:
    both = np.append(one, other), np.append(other, one)
    return csr_array((np.append(lengths, lengths), both), shape=(nodes, nodes))


def edges_of(matrix: csr_array) -> Edges:
    starts = matrix.indptr
    return Edges(starts, matrix.indices, lambda first, last: matrix.data[starts[first] : starts[last]])


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6), block=st.integers(1, 70), count=st.integers(0, 9), limit=st.sampled_from([8, np.inf])
)
def test_walked_in_blocks_the_numbers_are_those_of_one_walk(seed: int, block: int, count: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    one, other = random_pairs(rng, 60, int(rng.integers(30, 200)))
    # Of lengths in quarters many ways are equal.
    matrix = weighted(60, one, other, rng.integers(1, 40, len(one)) / 4)
    sources = rng.integers(0, 60, count)
    metres, source = spread(edges_of(matrix), sources, limit, block=block)
    by_source = np.full((1, 60), np.inf)
    if count:
        by_source = np.atleast_2d(dijkstra(matrix, indices=sources, limit=limit))
    np.testing.assert_array_equal(metres, by_source.min(axis=0))
    reached = source >= 0
    np.testing.assert_array_equal(reached, np.isfinite(metres))
    np.testing.assert_array_equal(by_source[source[reached], np.flatnonzero(reached)], metres[reached])


def test_a_way_may_lead_out_of_a_block_and_back_into_it() -> None:
    one, other = np.array([0, 0, 2]), np.array([1, 2, 1])
    matrix = weighted(3, one, other, np.array([9.0, 2.0, 3.0]))
    metres, _ = spread(edges_of(matrix), np.array([0]), block=2)
    assert metres.tolist() == [0, 5, 2]
