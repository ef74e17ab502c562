"""Pieces of lines found by place, against a tree of all of them; what a box holds, against every row."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.networks.ways import SAME_M
from twin.spatial import blocks, stretches
from twin.spatial.blocks import Blocks
from twin.spatial.closest import closest
from twin.spatial.graph import Graph
from twin.spatial.stretches import Stretches


def random_lines(rng: np.random.Generator, count: int) -> np.ndarray:
    """Lines of two to nine vertices on whole metres, so that several are equally near; some of several parts."""
    begin = rng.integers(0, 2000, (count, 1, 2))
    drawn = [shapely.linestrings(begin[at] + rng.integers(-30, 30, (rng.integers(2, 10), 2))) for at in range(count)]
    return np.array([shapely.multilinestrings([each]) if at % 3 == 0 else each for at, each in enumerate(drawn)])


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 40),
    limit=st.sampled_from([0.0, 30.0, 700.0, np.inf]),
    near=st.sampled_from([1.0, 250.0]),
)
def test_the_closest_pieces_are_those_of_a_tree_of_all(seed: int, count: int, limit: float, near: float) -> None:
    rng = np.random.default_rng(seed)
    lines, chosen = random_lines(rng, count), rng.random(count) < 0.8
    shapes = np.append(shapely.buffer(shapely.points(rng.integers(-50, 2050, (12, 2))), 4), [None, shapely.Point()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretches, "NEAR_M", near)
        patch.setattr(blocks, "SIZE", 3)
        pieces = Stretches.of(lines, chosen)
        found = pieces.closest(shapes, limit, SAME_M)
        crossing = pieces.crossing(lines)
    in_order = np.argsort(pieces.rank)
    tree = shapely.STRtree(pieces.drawn(in_order))
    shape, piece, metres = closest(tree, shapes, limit, SAME_M)
    for mine, theirs in zip(found, (shape, in_order[piece], metres), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    joined = shapely.union_all(lines[chosen])
    np.testing.assert_array_equal(crossing, shapely.intersects(lines, joined))


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(1, 9))
def test_a_block_is_left_out_only_where_none_of_it_is_in_the_box(seed: int, count: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 100, (count, 2))
    bounds = np.hstack([low, low + rng.uniform(0, 9, (count, 2))])
    bounds[rng.random(count) < 0.2] = np.nan
    box = np.array([20.0, 30, 50, 60])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "SIZE", size)
        patch.setattr(blocks, "BLOCKS_AT_ONCE", 2)
        found = Blocks.of(count, lambda some: bounds[some]).around(box[None])
    meets = (bounds[:, :2] <= box[2:]).all(axis=1) & (bounds[:, 2:] >= box[:2]).all(axis=1)
    assert set(np.flatnonzero(meets)) <= set(found)
    assert sorted(set(found)) == found.tolist()
    if size == 1:
        assert set(np.flatnonzero(meets)) == set(found)


def test_around_zones_are_all_nodes_and_middles_of_edges_that_lie_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "SIZE", 4)
    side = np.arange(30)
    number = np.arange(900).reshape(30, 30)
    xy = 10.0 * np.column_stack([np.repeat(side, 30), np.tile(side, 30)])
    one, other = (
        np.append(number[:-1], number[:, :-1]),
        np.append(number[1:], number[:, 1:]),
    )
    graph, zones = Graph.of(xy, one, other), shapely.box([15, 102], [15, 102], [48, 131], [52, 133])
    around = graph.around(zones)
    assert set(np.flatnonzero(shapely.intersects_xy(zones[:, None], *xy.T).any(axis=0))) <= set(around)
    ends = np.column_stack(graph.edges_of(around))
    middles = (xy[one] + xy[other]) / 2
    held = shapely.intersects_xy(zones[:, None], *middles.T).any(axis=0)
    assert {(a, b) for a, b in zip(one[held], other[held], strict=True)} <= {(a, b) for a, b in ends}
    assert len(around) < 450
    assert len(graph.around(np.array([], dtype=object))) == 0
