"""Rows as COPY takes them in binary: WKB that came with a file stays as it is, and as shapely would have written it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.schema import Geometry
from twin.database.blocks import ewkb

SQUARE = shapely.box(0, 0, 2, 2)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(0.5, 0.5, 1, 1).exterior.coords])
POLYGONS = [SQUARE, HOLED, shapely.MultiPolygon([SQUARE]), shapely.MultiPolygon([SQUARE, shapely.box(5, 5, 6, 7)])]


@given(st.lists(st.tuples(st.sampled_from(POLYGONS), st.sampled_from(["kept", "changed", "big-endian"])), min_size=1))
def test_what_came_as_wkb_is_stored_as_if_shapely_had_written_it(rows: list[tuple[Any, str]]) -> None:
    shapes = np.array([shape for shape, _ in rows], dtype=object)
    orders = [0 if how == "big-endian" else 1 for _, how in rows]
    wkb = [
        None if how == "changed" else shapely.to_wkb(shape, byte_order=order)
        for (shape, how), order in zip(rows, orders, strict=True)
    ]
    made = ewkb(shapes, 4547, Geometry.MULTI_POLYGON, pa.array(wkb, pa.binary()))
    assert made.to_pylist() == ewkb(shapes, 4547, Geometry.MULTI_POLYGON).to_pylist()


@pytest.mark.parametrize("shape", POLYGONS)
def test_single_polygons_are_stored_as_multi_with_the_srid(shape: Any) -> None:
    (stored,) = shapely.from_wkb(ewkb(np.array([shape]), 4547, Geometry.MULTI_POLYGON).to_pylist())
    parts = shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
    assert (stored.wkb, shapely.get_srid(stored)) == (parts.wkb, 4547)


def test_wkb_with_a_srid_of_its_own_is_written_anew() -> None:
    foreign = shapely.to_wkb(shapely.set_srid(SQUARE, 3857), include_srid=True)
    made = ewkb(np.array([SQUARE]), 4547, Geometry.MULTI_POLYGON, pa.array([foreign]))
    assert made.to_pylist() == ewkb(np.array([SQUARE]), 4547, Geometry.MULTI_POLYGON).to_pylist()
