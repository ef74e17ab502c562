"""Length of lines inside polygons: that of GEOS' intersection is the judge."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from twin.batch import Features
from twin.spatial.centre_lines import lines_in
from twin.spatial.lengths import lengths_in
from twin.spatial.membership import HALF_OPEN_M

EAST, NORTH = 450_000.0, 4_250_000.0


def array(*geometry: object) -> np.ndarray:
    return np.array([*geometry, None], dtype=object)[:-1]


def moved(geometry: np.ndarray, by: tuple[float, float]) -> np.ndarray:
    return np.asarray(shapely.transform(geometry, lambda xy: xy + by), dtype=object)


def table(lines: np.ndarray, polygons: np.ndarray) -> np.ndarray:
    """Metres (lines, polygons), after a look at every part."""
    line, polygon, metres = lengths_in(lines, polygons)
    assert (metres > 0).all()
    found = np.zeros((len(lines), len(polygons)))
    np.add.at(found, (line, polygon), metres)
    return found


def equal_to_geos(lines: np.ndarray, polygons: np.ndarray) -> None:
    # Segment by segment, since GEOS counts but once what a line runs twice.
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = np.flatnonzero(line[1:] == line[:-1])
    segments = np.asarray(shapely.linestrings(np.stack([xy[joined], xy[joined + 1]], axis=1)), dtype=object)
    expected = np.zeros((len(lines), len(polygons)))
    np.add.at(expected, line[joined], shapely.length(shapely.intersection(segments[:, None], polygons[None, :])))
    np.testing.assert_allclose(table(lines, polygons), expected, rtol=1e-9, atol=1e-6)


# On a lattice nearly everything touches: lines through corners, along borders and back over themselves.
corner = st.tuples(st.integers(0, 12), st.integers(0, 12))
boxes = st.tuples(corner, st.integers(1, 8), st.integers(1, 8)).map(
    lambda b: box(*b[0], b[0][0] + b[1], b[0][1] + b[2])
)
triangles = st.lists(corner, min_size=3, max_size=3, unique=True).map(Polygon).filter(lambda t: t.area > 0)
discs = st.tuples(corner, st.integers(1, 5)).map(lambda d: Point(d[0]).buffer(d[1], 3))
simple = boxes | triangles | discs


@st.composite
def with_holes_and_parts(draw: st.DrawFn) -> shapely.Geometry:
    """What is left of one shape without another, or all that two shapes cover: concave, with holes, in parts."""
    one, other = draw(simple), draw(simple)
    made = one.difference(other) if draw(st.booleans()) else one.union(other)
    return made if made.area > 0 else one


walks = st.lists(corner, min_size=2, max_size=7).map(LineString)


@settings(max_examples=300, deadline=None)
@given(st.lists(walks, min_size=1, max_size=6), st.lists(with_holes_and_parts(), min_size=1, max_size=5))
def test_lengths_on_a_lattice_equal_those_of_cut_lines(lines: list[LineString], polygons: list[Polygon]) -> None:
    there = moved(array(*polygons), (EAST, NORTH))
    equal_to_geos(moved(moved(array(*lines), (EAST, NORTH)), HALF_OPEN_M), there)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_lengths_of_any_lines_in_any_polygons_equal_those_of_cut_lines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    around = np.sort(rng.uniform(0, 2 * np.pi, (4, 40)))
    radius = rng.uniform(20, 200, (4, 40))
    rings = np.stack([radius * np.cos(around), radius * np.sin(around)], -1) + rng.uniform(0, 300, (4, 1, 2))
    stars = shapely.polygons(rings)
    holed = shapely.make_valid(shapely.difference(stars, shapely.buffer(shapely.centroid(stars), 15)))
    xy = rng.uniform(-100, 400, (20, 1, 2)) + rng.normal(0, 30, (20, 9, 2)).cumsum(axis=1)
    lines = np.asarray(shapely.linestrings(xy), dtype=object)
    equal_to_geos(moved(lines, (EAST, NORTH)), moved(np.asarray(holed, dtype=object), (EAST, NORTH)))


def test_a_line_that_is_near_no_border_is_inside_as_a_whole() -> None:
    ring = Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 60, 60).exterior.coords])
    lines = array(
        LineString([(5, 5), (5, 9), (8, 9)]), LineString([(45, 45), (50, 45)]), LineString([(200, 0), (300, 9)])
    )
    line, polygon, metres = lengths_in(lines, array(ring, box(-9, -9, 109, 109)))
    assert sorted(zip(line.tolist(), polygon.tolist(), metres.tolist(), strict=True)) == [
        (0, 0, 7),
        (0, 1, 7),
        (1, 1, 5),
    ]


@pytest.mark.parametrize("lines", [array(), array(None, LineString()), array(LineString([(1, 1), (1, 1)]))])
@pytest.mark.parametrize("polygons", [array(), array(None, Polygon()), array(box(0, 0, 2, 2))])
def test_what_is_missing_or_has_no_length_makes_no_pair(lines: np.ndarray, polygons: np.ndarray) -> None:
    assert [each.tolist() for each in lengths_in(lines, polygons)] == [[], [], []]


def test_missing_lines_and_polygons_keep_the_positions_of_the_others() -> None:
    lines, polygons = array(None, LineString([(-1, 1), (1, 1)]), LineString()), array(None, box(0, 0, 2, 2))
    assert [each.tolist() for each in lengths_in(lines, polygons)] == [[1], [1], [1]]


@settings(deadline=None)
@given(st.lists(walks.filter(lambda walk: walk.length > 0), min_size=1, max_size=6))
def test_a_street_on_a_border_lies_in_just_one_zone_whichever_are_in_the_batch(streets: list[LineString]) -> None:
    zones = array(*(box(x, y, x + 4, y + 4) for x in range(-4, 16, 4) for y in range(-4, 16, 4)))
    together = lines_in(Features.of(streets), zones).drawn_m()
    assert together.sum() == pytest.approx(sum(street.length for street in streets), rel=1e-9)
    alone = [lines_in(Features.of(streets), zones[[at]]).drawn_m()[0] for at in range(len(zones))]
    np.testing.assert_allclose(alone, together, rtol=1e-9, atol=1e-9)
    backwards = lines_in(Features.of(streets[::-1]), zones[::-1]).drawn_m()[::-1]
    np.testing.assert_allclose(backwards, together, rtol=1e-9, atol=1e-9)


def test_a_street_along_a_border_lies_to_its_upper_right() -> None:
    zones = array(box(0, 0, 10, 10), box(10, 0, 20, 10), box(0, 10, 10, 20), box(10, 10, 20, 20))
    streets = Features.of([LineString([(10, 2), (10, 7)]), LineString([(3, 10), (7, 10)])])
    found = lines_in(streets, zones)
    np.testing.assert_allclose(found.drawn_m(), [0, 5, 4, 0], atol=1e-9)
    assert found.rows().tolist() == [0, 1, 1, 0]


def test_a_line_that_runs_back_over_itself_counts_each_time_cut_or_not() -> None:
    there_and_back = array(LineString([(-1, 1), (1, 1), (-1, 1)]))
    assert table(there_and_back, array(box(0, 0, 9, 9), box(-9, -9, 9, 9))).tolist() == [[2, 4]]
