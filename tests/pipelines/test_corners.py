"""Polygons of four corners straight from WKB: whatever comes, a load says and stores what GEOS alone would."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.building import building
from layers.street import street
from pipelines.clean import Clean, clean
from pipelines.corners import corners_of
from pipelines.crs import Projection
from pipelines.readers._wkb import parse_wkb
from pipelines.readers.reader import Chunk
from pipelines.recipe import Source
from twin.database.blocks import ewkb

EXTENT = (-4.0, -4.0, 40.0, 40.0)
STAYS = Projection("CGCS2000", None, EXTENT)
TO_METRES = pyproj.Transformer.from_pipeline("+proj=affine +s11=2 +s22=2 +xoff=1")
MOVES = Projection("another", TO_METRES, EXTENT)
NAMES = [name for name in building.fields if name in ("building_id", "use")]

numbers = st.integers(-3, 25).map(float) | st.just(float("nan")) | st.just(float("inf"))
points = st.tuples(numbers, numbers)
four = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4)
houses = st.tuples(st.integers(-6, 22), st.integers(-6, 22), st.integers(1, 3)).map(
    lambda at: shapely.box(at[0], at[1], at[0] + at[2], at[1] + at[2])
)


def wkb_of(ring: list[tuple[float, float]]) -> bytes:
    """A polygon of one ring as it is given, closed or not."""
    head = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00" + len(ring).to_bytes(4, "little")
    return head + np.array(ring, dtype="<f8").tobytes()


shapes = st.one_of(
    houses.map(shapely.to_wkb),
    houses.map(lambda shape: shapely.to_wkb(shape, byte_order=0)),
    four.map(lambda ring: wkb_of([*ring, ring[0]])),
    st.lists(points, min_size=5, max_size=5).map(wkb_of),
    st.sampled_from(
        [
            None,
            b"",
            b"\x01\x03\x00\x00\x00\x01",
            shapely.to_wkb(shapely.Polygon()),
            shapely.to_wkb(shapely.Point(1, 2)),
            shapely.to_wkb(shapely.box(0, 0, 5, 5).buffer(1)),
            shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(5, 5, 6, 6)])),
            shapely.to_wkb(shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 2, 2)),
            shapely.to_wkb(shapely.force_3d(shapely.box(0, 0, 2, 2))),
        ]
    ),
)


def read(wkb: list[bytes | None], uses: list[str]) -> Chunk:
    """Rows as a reader gives them."""
    column = pa.array([b"", *wkb], pa.binary())[1:]  # readers give slices
    parsed, broken, corners = parse_wkb(column, len(wkb))
    table = pd.DataFrame({"building_id": [str(at) for at in range(len(wkb))], "use": uses})
    return Chunk(np.arange(len(wkb)), table, shapely.force_2d(parsed), broken, column, corners)


def by_geos(chunk: Chunk) -> Chunk:
    """The same rows, each of them an object of GEOS."""
    return dataclasses.replace(chunk, parsed=shapely.force_2d(chunk.geometry), corners=None)


def cleaned(chunk: Chunk, way: Projection, layer: Any = building) -> Clean:
    return clean(layer, Source(layer=layer.id, path="x"), chunk, {name: name for name in NAMES}, way)


def stored(found: Clean) -> list[tuple[Any, Any]]:
    made = ewkb(found.geometry, 4547, building.geometry, found.wkb)
    return list(zip(found.rows.tolist(), made.to_pylist(), strict=True))


def rejected(found: Clean) -> list[tuple[Any, ...]]:
    return [
        (each.row, each.rule, each.reason, each.original, None if each.geometry is None else each.geometry.wkb)
        for each in found.rejects
    ]


@pytest.mark.parametrize("way", [STAYS, MOVES], ids=["stays", "moves"])
@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.tuples(shapes, st.sampled_from(["residential", "no such use"])), min_size=1, max_size=12))
def test_a_load_says_and_stores_what_it_would_by_geos_alone(way: Projection, rows: list[tuple[Any, str]]) -> None:
    chunk = read([wkb for wkb, _ in rows], [use for _, use in rows])
    quick, slow = cleaned(chunk, way), cleaned(by_geos(chunk), way)
    assert stored(quick) == stored(slow)
    assert rejected(quick) == rejected(slow)
    assert quick.repaired == slow.repaired


@given(st.lists(shapes, min_size=1, max_size=12))
def test_corners_are_those_of_the_polygons(wkb: list[bytes | None]) -> None:
    column = pa.array(wkb, pa.binary())
    corners = corners_of(column)
    (at,) = np.nonzero(corners.where)
    polygons = shapely.from_wkb([wkb[i] for i in at])
    assert shapely.equals_exact(shapely.polygons(np.moveaxis(corners.rings, 2, 0)), polygons).all()
    assert corners.wkb().to_pylist() == [each if here else None for each, here in zip(wkb, corners.where, strict=True)]
    assert np.array_equal(corners.bounds(), shapely.bounds(polygons).reshape(-1, 4))
    ccw = shapely.is_ccw(shapely.get_exterior_ring(polygons))
    assert (corners.counterclockwise() == ccw)[shapely.is_valid(polygons)].all()


def test_most_houses_of_a_chunk_need_no_object() -> None:
    boxes = shapely.to_wkb([shapely.box(x, 0, x + 2, 2) for x in range(0, 30, 3)])
    chunk = read(boxes.tolist(), ["residential"] * 10)
    found = cleaned(chunk, STAYS)
    assert shapely.is_missing(chunk.parsed).all() and shapely.is_missing(found.geometry).all()
    assert found.wkb is not None and found.wkb.to_pylist() == boxes.tolist()


def test_where_a_layer_has_lines_polygons_of_four_corners_are_refused() -> None:
    chunk = read([shapely.to_wkb(shapely.box(0, 0, 2, 2))], ["residential"])
    found = clean(street, Source(layer="street", path="x"), chunk, {"street_id": "building_id"}, STAYS)
    assert [each.rule for each in found.rejects] == ["geometry_type"]
