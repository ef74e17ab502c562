"""Straight pieces cut where they meet: GEOS's union of lines on the same grid is the judge."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from twin.batch import FloatArray, Geometries, IntArray
from twin.spatial import cuts
from twin.spatial.cuts import cut

STEP_M = 0.001
METRES = st.integers(-400_000, 400_000).map(lambda each: each / 1000)
PIECES = st.lists(st.tuples(METRES, METRES, METRES, METRES), min_size=1, max_size=25)


def edges(pieces: IntArray) -> set[tuple[int, ...]]:
    """Each edge once, whichever way it runs."""
    return {tuple(sorted([(a, b), (c, d)])[0] + sorted([(a, b), (c, d)])[1]) for a, b, c, d in pieces.tolist()}


def union(lines: Geometries) -> IntArray:
    """The pieces of GEOS's union."""
    xy, line = shapely.get_coordinates(shapely.get_parts(shapely.union_all(lines, grid_size=STEP_M)), return_index=True)
    joined = line[1:] == line[:-1]
    return np.rint(np.hstack([xy[:-1][joined], xy[1:][joined]]) / STEP_M).astype(np.int64)


def in_steps(*pieces: tuple[float, ...]) -> FloatArray:
    """Pieces given in metres."""
    return np.array(pieces).reshape(-1, 4) / STEP_M


def on_an_edge(pieces: FloatArray, places: IntArray) -> bool:
    """Whether a piece passes the square of a place where GEOS, exact, and what is kept joined here may differ."""
    starts, way = pieces[:, None, :2], (pieces[:, 2:] - pieces[:, :2])[:, None]
    beside = places[None] - starts
    off = np.abs(way[..., 0] * beside[..., 1] - way[..., 1] * beside[..., 0])
    size = np.abs(way).sum(axis=-1)
    return bool(((off >= (0.5 - 1e-6) * size) & (off <= (cuts.HALF + 1e-6) * size) & (size > 0)).any())


@settings(max_examples=150)
@given(PIECES)
def test_pieces_are_cut_where_geos_nodes_them(given: list[tuple[float, ...]]) -> None:
    lines = shapely.linestrings(np.array(given).reshape(-1, 2, 2))
    found, judged = cut(in_steps(*given)), union(lines)
    assume(not on_an_edge(in_steps(*given), np.vstack([found, judged]).reshape(-1, 2)))
    assert edges(found) == edges(judged)


def test_what_passes_an_end_by_less_than_a_hundredth_of_a_step_meets_it() -> None:
    """GEOS joins only what is within half a step to the last bit, which is lost far from the origin."""
    given = in_steps((-0.447, 0.463, 0.0, 0.0), (0.0, 0.0, -0.001, 0.0))
    assert on_an_edge(given[:1], np.array([[-1, 0]]))
    assert (-447, 463, -1, 0) in edges(cut(given))


@settings(max_examples=100)
@given(PIECES, st.integers(1, 6))
def test_how_many_squares_are_looked_at_makes_no_difference(given: list[tuple[float, ...]], size: int) -> None:
    whole = edges(cut(in_steps(*given)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cuts, "PIECES_A_SQUARE", size)
        assert edges(cut(in_steps(*given))) == whole


@settings(max_examples=100)
@given(st.floats(0, 360), st.floats(0.1, 0.9), st.floats(-5e5, 5e5), st.floats(0, 4e6))
def test_what_ends_on_a_line_stays_joined_wherever_it_lies(
    turn: float, share: float, east: float, north: float
) -> None:
    way = 300 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    start, side = np.array([east, north]), np.array([-way[1], way[0]]) / 10
    foot = start + way * share
    found = cut(in_steps((*start, *(start + way)), (*foot, *(foot + side))))
    ends, count = np.unique(found.reshape(-1, 2), axis=0, return_counts=True)
    assert sorted(count.tolist()) == [1, 1, 1, 3]
    assert np.abs(ends[count == 3][0] - foot / STEP_M).max() <= 0.51


def test_pieces_that_lie_on_each_other_share_their_edges() -> None:
    found = cut(in_steps((0, 0, 10, 0), (4, 0, 6, 0)))
    assert edges(found) == {(0, 0, 4000, 0), (4000, 0, 6000, 0), (6000, 0, 10000, 0)}


def test_three_lines_through_one_place_meet_there() -> None:
    found = cut(in_steps((-10, 0, 10, 0), (0, -10, 0, 10), (-10, -10, 10, 10.0005)))
    assert (found.reshape(-1, 2) == 0).all(axis=1).sum() == 6


def test_nothing_and_what_has_no_length_give_nothing() -> None:
    assert cut(np.empty((0, 4))).shape == (0, 4)
    assert cut(in_steps((1, 1, 1, 1))).shape == (0, 4)
