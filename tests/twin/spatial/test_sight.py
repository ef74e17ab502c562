"""Digests of squares: the same however many points are looked at together."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from twin.spatial import sight
from twin.spatial.sight import CELL_M, Sight


def test_points_give_the_same_squares_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    xy, numbers = rng.uniform(-2000, 2000, (500, 2)), rng.integers(0, 9, 500)
    whole = Sight.of_points("graph", xy, numbers)
    squares = np.unique(np.floor(xy / CELL_M).astype(np.int64), axis=0)
    np.testing.assert_array_equal(np.column_stack([whole.x, whole.y]), squares)
    monkeypatch.setattr(sight, "AT_ONCE", 7)
    order = rng.permutation(500)
    assert Sight.of_points("graph", xy[order], numbers[order]).digest == whole.digest
    numbers[3] += 1
    x, y = Sight.of_points("graph", xy, numbers).changed(whole)
    assert list(zip(x, y, strict=True)) == [tuple(np.floor(xy[3] / CELL_M))]


def test_shapes_give_the_same_squares_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    lines = shapely.linestrings(rng.uniform(-2000, 2000, (60, 4, 2)))
    numbers = rng.integers(0, 9, 60)
    whole = Sight.of_shapes("ways", lines, numbers)
    monkeypatch.setattr(sight, "SHAPES_AT_ONCE", 7)
    order = rng.permutation(60)
    assert Sight.of_shapes("ways", lines[order], numbers[order]).digest == whole.digest
    x, y = Sight.of_shapes("ways", lines[:-1], numbers[:-1]).changed(whole)
    last = Sight.of_shapes("ways", lines[-1:], numbers[-1:])
    np.testing.assert_array_equal(np.column_stack([x, y]), np.column_stack([last.x, last.y]))
