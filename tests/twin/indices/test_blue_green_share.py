"""Blue and green space: union before area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from shapely import MultiPolygon, Point, box, union_all
from small_city import values_of

from twin.batch import Features

ZONE = box(0, 0, 100, 100)


def test_overlaps_count_once_and_what_lies_outside_not_at_all() -> None:
    layers = {
        "green_area": Features.of([box(0, 0, 50, 100), box(25, 0, 75, 100)], kind=["park", "farmland"]),
        "water_body": Features.of([box(70, -500, 80, 500)], kind=["river"]),
    }
    found = values_of("blue_green_share", [ZONE], layers)
    assert found.value.tolist() == [0.8]
    assert (found.numerator[0], found.denominator[0], found.n[0]) == (8000, 10000, 3)
    assert (found.parts["green_m2"][0], found.parts["water_m2"][0]) == (7500, 500)
    assert found.notes == ()


def test_without_water_bodies_it_says_so_and_an_empty_zone_is_zero() -> None:
    layers = {"green_area": Features.of([box(0, 0, 50, 100)], kind=["park"])}
    found = values_of("blue_green_share", [ZONE, box(500, 0, 600, 100)], layers)
    assert found.value.tolist() == [0.5, 0]
    assert found.notes == ("No water bodies are loaded: only green areas are counted",)


def test_a_green_area_that_only_touches_the_zone_is_not_counted() -> None:
    layers = {"green_area": Features.of([box(100, 0, 200, 100), Point(50, 50).buffer(9)], kind=["park"] * 2)}
    assert values_of("blue_green_share", [ZONE], layers).n.tolist() == [1]


def test_a_green_area_of_many_parts_counts_once() -> None:
    parts = MultiPolygon([box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 10)])
    found = values_of("blue_green_share", [ZONE], {"green_area": Features.of([parts], kind=["grass"])})
    assert (found.n[0], found.value[0]) == (1, 0.03)


def test_quality_is_the_share_of_the_area_on_fresh_records() -> None:
    layers = {
        "green_area": Features.of(
            [box(0, 0, 30, 100), box(20, 0, 40, 100)],
            kind=["park"] * 2,
            updated_on=np.array(["2024-01-01", "2010-01-01"], dtype="datetime64[D]"),
        ),
        "water_body": Features.of(
            [box(90, 0, 100, 100)], kind=["lake"], observed_on=np.array(["2025-01-01"], dtype="datetime64[D]")
        ),
    }
    assert values_of("blue_green_share", [ZONE], layers).quality.tolist() == [0.8]


def test_the_share_equals_geopandas_overlay_to_1e_9() -> None:
    rng = np.random.default_rng(5)
    greens = [Point(xy).buffer(r) for xy, r in zip(rng.uniform(0, 1000, (80, 2)), rng.uniform(5, 90, 80), strict=True)]
    waters = [Point(xy).buffer(r) for xy, r in zip(rng.uniform(0, 1000, (20, 2)), rng.uniform(5, 90, 20), strict=True)]
    zones = [box(x, y, x + 250, y + 250) for x in range(0, 1000, 250) for y in range(0, 1000, 250)]
    layers = {
        "green_area": Features.of(greens, kind=["park"] * 80),
        "water_body": Features.of(waters, kind=["lake"] * 20),
    }
    found = values_of("blue_green_share", zones, layers)
    frame = gpd.GeoDataFrame({"zone": range(16)}, geometry=zones, crs=4547)
    land = gpd.GeoDataFrame(geometry=[union_all([*greens, *waters])], crs=4547)
    cut = gpd.overlay(frame, land)
    expected = cut.area.groupby(cut["zone"]).sum().reindex(range(16), fill_value=0).to_numpy() / 62500
    np.testing.assert_allclose(found.value, expected, rtol=0, atol=1e-9)
    assert 0.1 < expected.mean() < 0.9
