"""Road density: centre lines on built-up land, two carriageways counted once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, affinity, box
from small_city import values_of

from twin.batch import Features
from twin.index import Values

ZONE = box(0, 0, 1000, 1000)


def streets(*lines: object, road_class: object = "primary", **columns: object) -> Features:
    classes = [road_class] * len(lines) if isinstance(road_class, str) else road_class
    return Features.of(lines, road_class=classes, **columns)


def found(rows: Features, zones: object = (ZONE,), params: dict[str, object] | None = None, **more: Features) -> Values:
    return values_of("road_density", list(zones), {"street": rows, **more}, **(params or {}))  # type: ignore[call-overload]


def kilometres(rows: Features) -> float:
    return float(found(rows).parts["centre_line_km"][0])


def across(y: float, start: float = 0, end: float = 1000) -> LineString:
    return LineString([(start, y), (end, y)])


def test_kilometres_in_the_zone_over_its_built_up_area() -> None:
    water = Features.of([box(0, 0, 1000, 500)], kind=["lake"])
    values = found(streets(across(600, -500, 900), across(700)), water_body=water)
    assert values.value == pytest.approx([1.9 / 0.5])
    assert (values.n[0], values.denominator[0], values.notes) == (2, 0.5, ())


@pytest.mark.parametrize(("kind", "counts"), [("residential", 1), ("local", 1), ("service", 0), ("path", 0)])
def test_roads_are_those_of_the_urban_network(kind: str, counts: int) -> None:
    assert found(streets(across(500), road_class=kind)).value == pytest.approx([counts])
    assert found(streets(across(500), road_class=kind), params={"classes": [kind]}).value == pytest.approx([1])


def test_two_carriageways_are_one_road_however_they_are_drawn() -> None:
    pair = [across(500), across(520)]
    assert kilometres(streets(*pair, oneway=[True, True])) == pytest.approx(1)
    assert kilometres(streets(pair[0], pair[1].reverse(), oneway=[True, True])) == pytest.approx(1)
    assert kilometres(streets(MultiLineString(pair), oneway=[True])) == pytest.approx(1)
    pieces = [across(500, 0, 333), across(500, 333, 1000), across(520, 700, 0), across(520, 1000, 700)]
    assert kilometres(streets(*pieces, oneway=[True] * 4)) == pytest.approx(1)


def test_two_carriageways_25_m_apart_are_one_and_farther_apart_two() -> None:
    assert kilometres(streets(across(500), across(524.9), oneway=[True] * 2)) == pytest.approx(1)
    assert kilometres(streets(across(500), across(525.1), oneway=[True] * 2)) == pytest.approx(2)


def test_streets_that_go_both_ways_and_one_way_streets_alone_count_in_full() -> None:
    assert kilometres(streets(across(500), across(520))) == pytest.approx(2)
    assert kilometres(streets(across(500), across(520), oneway=[True, False])) == pytest.approx(2)
    assert kilometres(streets(across(500, 0, 400), across(500, 400, 1000), oneway=[True, True])) == pytest.approx(1)


def test_a_name_tells_roads_apart_and_where_it_is_missing_the_class_does() -> None:
    pair, oneway = (across(500), across(520)), [True, True]
    assert kilometres(streets(*pair, oneway=oneway, name=["A", "B"])) == pytest.approx(2)
    assert kilometres(streets(*pair, oneway=oneway, name=["A", "A"], road_class=["trunk", "primary"])) == pytest.approx(
        1
    )
    assert kilometres(streets(*pair, oneway=oneway, name=["A", None])) == pytest.approx(1)
    assert kilometres(
        streets(*pair, oneway=oneway, name=["A", None], road_class=["trunk", "primary"])
    ) == pytest.approx(2)


def test_one_way_streets_that_cross_are_two_roads() -> None:
    up = LineString([(500, 0), (500, 1000)])
    assert kilometres(streets(across(500), up, oneway=[True, True])) == pytest.approx(2)


def test_where_only_a_part_is_doubled_only_that_part_is_merged() -> None:
    found_km = kilometres(streets(across(500), across(520, 0, 400), oneway=[True, True]))
    assert found_km == pytest.approx(1, abs=0.011)  # to half a piece of 20 m


def test_a_street_on_the_border_of_two_zones_lies_in_one_of_them() -> None:
    zones = [box(0, 0, 1000, 1000), box(0, 1000, 1000, 2000)]
    lengths = found(streets(across(1000)), zones).parts["centre_line_km"]
    assert sorted(lengths.tolist()) == pytest.approx([0, 1])


def test_a_zone_without_roads_is_nought_and_one_without_built_up_land_has_no_data() -> None:
    values = found(streets(across(500)), [ZONE, box(5000, 0, 6000, 1000)])
    assert (values.value[1], values.n[1], values.quality[1]) == (0, 0, 0)
    lake = Features.of([box(-1, -1, 1001, 1001)], kind=["lake"])
    wet = found(streets(across(500)), water_body=lake)
    assert np.isnan(wet.value[0]) and "no built-up area" in wet.reason[0]


def test_quality_is_the_share_of_fresh_records() -> None:
    day = np.array(["2024-01-01", "2010-01-01"], dtype="datetime64[D]")
    assert found(streets(across(100), across(900, 0, 250), observed_on=day)).quality == pytest.approx([0.8])


@given(st.floats(0, 360), st.floats(1, 24), st.integers(0, 99))
def test_two_parallel_curves_are_half_as_long_as_drawn_in_any_direction(angle: float, apart: float, seed: int) -> None:
    x = np.linspace(200, 800, 25)
    bend = 30 * np.sin(x / 100 + seed)
    middle = LineString(np.column_stack([x, 500 + bend]))
    sides = [middle.offset_curve(apart / 2), middle.offset_curve(-apart / 2).reverse()]
    turned = [affinity.rotate(side, angle, origin=(500, 500)) for side in sides]
    values = found(streets(*turned, oneway=[True, True]))
    assert values.parts["centre_line_km"][0] == pytest.approx(sum(side.length for side in sides) / 2000, rel=0.06)


def test_lengths_equal_geopandas_overlay() -> None:
    random = np.random.default_rng(3)
    lines = [LineString(random.uniform(-100, 1100, (4, 2))) for _ in range(60)]
    zones = [box(x, y, x + 250, y + 250) for x in range(0, 1000, 250) for y in range(0, 1000, 250)]
    values = found(streets(*lines), zones)
    frame = gpd.GeoDataFrame({"zone": range(16)}, geometry=zones, crs=4547)
    cut = gpd.overlay(gpd.GeoDataFrame(geometry=lines, crs=4547), frame, keep_geom_type=True)
    expected = shapely.length(cut.geometry.to_numpy())
    by_zone = np.bincount(cut["zone"], expected, minlength=16) / 1000
    np.testing.assert_allclose(values.parts["drawn_km"], by_zone, rtol=1e-6)
    assert values.value == pytest.approx(by_zone / 0.0625, rel=1e-6)
