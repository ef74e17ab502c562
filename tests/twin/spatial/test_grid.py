"""Cells of a grid: squares from the origin of the CRS, that hold what zones would hold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from twin.spatial.grid import cells
from twin.spatial.membership import held_by, representative_points


def shapes(*geometry: object) -> np.ndarray:
    return np.array([*geometry, None], dtype=object)[:-1]


def test_a_cell_is_named_by_its_column_and_row_from_the_origin() -> None:
    found = cells(shapes(Point(37_000, 137_000), Point(37_199, 137_099), Point(37_201, 136_801)), 300)
    assert found.code.tolist() == ["E0123N0456", "E0124N0456"]
    assert [each.bounds for each in found.shape] == [
        (36_900, 136_800, 37_200, 137_100),
        (37_200, 136_800, 37_500, 137_100),
    ]


def test_west_and_south_of_the_origin_have_letters_of_their_own() -> None:
    found = cells(shapes(Point(-1, -1), Point(1, -301), Point(-301, 1)), 300)
    assert sorted(found.code) == ["E0000S0002", "W0001S0001", "W0002N0000"]


def test_a_geometry_on_a_border_makes_one_cell_and_none_makes_none() -> None:
    assert cells(shapes(Point(300, 300)), 300).code.tolist() == ["E0001N0001"]
    assert len(cells(shapes(None, Polygon()), 300)) == 0
    assert len(cells(shapes(), 300)) == 0


def test_a_footprint_on_a_border_counts_where_its_point_lies_and_a_line_once() -> None:
    assert cells(shapes(box(290, 10, 330, 20)), 300).code.tolist() == ["E0001N0000"]
    assert len(cells(shapes(LineString([(0, 10), (900, 10)])), 300)) == 1


coordinate = st.floats(-2000, 2000, allow_nan=False).map(lambda x: round(x, 2))


@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=40),
    st.sampled_from([50.0, 100.0, 300.0, 333.3]),
    st.randoms(use_true_random=False),
)
def test_every_geometry_is_held_by_one_cell_and_every_cell_holds_one(
    corners: list[tuple[float, float]], size: float, random: object
) -> None:
    houses = shapes(*(box(x, y, x + 8, y + 12) for x, y in corners))
    found = cells(houses, size)
    house, cell = held_by(representative_points(houses), found.shape)
    assert sorted(house) == list(range(len(houses)))
    assert set(cell) == set(range(len(found)))
    assert len(set(found.code)) == len(found)
    assert shapely.area(found.shape) == pytest.approx(size**2)
    random.shuffle(corners)  # type: ignore[attr-defined]
    assert cells(shapes(*(box(x, y, x + 8, y + 12) for x, y in corners)), size).code.tolist() == found.code.tolist()


def test_what_is_built_later_adds_cells_and_changes_none() -> None:
    before = cells(shapes(Point(10, 10), Point(950, 10)), 300)
    after = cells(shapes(Point(10, 10), Point(950, 10), Point(-400, 700)), 300)
    assert (
        dict(zip(before.code, before.shape, strict=True)).items()
        <= dict(zip(after.code, after.shape, strict=True)).items()
    )
