"""Access to the street: the nearest way, the nearest usable one, the buildings in between."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box

from twin.batch import Batch, CityFacts, Features, Geometries
from twin.networks.ways import ways
from twin.spatial.street_access import ACCESS_REACH_M, StreetAccess, street_access

ROAD = LineString([(0, 0), (200, 0)])


def batch_of(buildings: list[object], *streets: tuple[object, str, float | None], **columns: object) -> Batch:
    lines, classes, widths = zip(*streets, strict=True) if streets else ((), (), ())
    keys = [f"S{i}" for i in range(len(lines))]
    layers = {
        "building": Features.of(buildings),
        "street": Features.of(lines, street_id=keys, road_class=list(classes), width_m=list(widths), **columns),
    }
    city = CityFacts.of(layers, "2025-06-30")
    zones = Features.of([box(-1000, -1000, 1000, 1000)], code=["Z"])
    return Batch(zones, layers, city, {"ways": ways.build(layers, city)})


def access_of(buildings: list[object], *streets: tuple[object, str, float | None]) -> StreetAccess:
    return street_access(batch_of(buildings, *streets))


def test_rows_of_houses_behind_each_other_are_counted() -> None:
    rows = [box(10, y, 20, y + 10) for y in (5, 20, 35, 50)]
    found = access_of(rows, (ROAD, "residential", 6))
    assert found.street_m.tolist() == found.usable_m.tolist() == [5, 20, 35, 50]
    assert found.depth.tolist() == [0, 1, 2, 3]
    assert found.width_m.tolist() == [6] * 4
    assert found.has_frontage.tolist() == [True, False, False, False]
    assert [line.length for line in found.line] == [5, 20, 35, 50]


@pytest.mark.parametrize(("overlap", "depth"), [(-0.1, 0), (0.0, 0), (0.04, 0), (0.06, 1), (1.0, 1)])
def test_a_building_is_crossed_from_five_centimetres_on(overlap: float, depth: int) -> None:
    # A house on its corner: the only way out is straight down at x = 20.
    cornered = Polygon([(20, 20), (26, 26), (20, 32), (14, 26)])
    beside = box(20 - overlap, 5, 30, 18)
    assert access_of([cornered, beside], (ROAD, "residential", 6)).depth.tolist() == [depth, 0]


def test_rows_that_stand_exactly_or_nearly_behind_each_other_hide_each_other() -> None:
    # The shortest line may leave from a corner, along the walls of the house before it.
    for turn in (0, 0.5, -0.5):
        rows = [affinity.rotate(box(50, y, 60, y + 10), turn) for y in (5, 20, 35)]
        assert access_of(rows, (ROAD, "residential", 6)).depth.tolist() == [0, 1, 2]
    halves = [(LineString([(0, 0), (55, 0)]), "residential", 6.0), (LineString([(55, 0), (99, 0)]), "residential", 6.0)]
    assert access_of(rows, *halves).depth.tolist() == [0, 1, 2]
    court = Polygon([(40, 5), (48, 5), (48, 11), (52, 11), (52, 5), (60, 5), (60, 14), (40, 14)])
    courts = [court, affinity.translate(court, 0, 15)]
    assert access_of(courts, (ROAD, "residential", 6)).depth.tolist() == [0, 1]


def test_a_terrace_with_party_walls_has_no_depth() -> None:
    terrace = [box(x, 5, x + 6, 15) for x in range(0, 60, 6)]
    assert access_of(terrace, (ROAD, "residential", 6)).depth.max() == 0


def test_a_tower_on_a_podium_and_a_part_of_a_building_are_not_behind_it() -> None:
    podium, tower = box(0, 5, 60, 40), box(20, 15, 30, 25)
    assert access_of([podium, tower, podium], (ROAD, "residential", 6)).depth.tolist() == [0, 0, 0]


def test_where_the_street_touches_the_footprint_nothing_is_crossed() -> None:
    gate, part = box(10, -5, 30, 15), box(12, -3, 14, 3)
    assert access_of([gate, part], (ROAD, "residential", 6)).depth.tolist() == [0, 0]


def test_a_footprint_that_overlaps_the_one_behind_is_in_front_of_it() -> None:
    front, behind = box(10, 5, 20, 21), box(10, 20, 20, 40)
    assert access_of([front, behind], (ROAD, "residential", 6)).depth.tolist() == [0, 1]


def test_a_narrow_lane_is_the_nearest_street_but_not_a_usable_one() -> None:
    lane = LineString([(0, 60), (200, 60)])
    house, other = box(10, 50, 20, 58), box(10, 5, 20, 15)
    found = access_of([house, other], (ROAD, "residential", 6), (lane, "alley", 2))
    assert found.street_m.tolist() == [2, 5]
    assert found.width_m.tolist() == [2, 6]
    assert found.usable_m.tolist() == [50, 5]
    assert found.depth.tolist() == [1, 0]
    assert found.street.tolist() == [1, 0]


def test_a_footpath_beside_a_faced_street_is_not_the_nearest_street() -> None:
    path = LineString([(0, 3), (200, 3)])
    house, behind = box(10, 5, 20, 15), box(10, 20, 20, 30)
    path_behind = LineString([(0, 32), (200, 32)])
    streets = [(ROAD, "residential", 6.0), (path, "footway", 1.5), (path_behind, "footway", 1.5)]
    found = access_of([house, behind], *streets)
    assert found.street_m.tolist() == [5, 2]
    assert found.width_m.tolist() == [6, 1.5]
    assert access_of([affinity.translate(house, 0, 26)], *streets).width_m.tolist() == [1.5]


def test_nothing_is_entered_from_a_motorway_nor_from_what_is_not_built() -> None:
    near = LineString([(0, 3), (200, 3)])
    for never in ("motorway", "motorway_link", "construction", "proposed"):
        found = access_of([box(10, 5, 20, 15)], (near, never, 20), (ROAD, "residential", 6))
        assert (found.street_m.tolist(), found.usable_m.tolist()) == ([5], [5])


def test_without_a_usable_way_depth_is_nought_and_the_distance_infinite() -> None:
    found = access_of([box(10, 5, 20, 15)], (ROAD, "path", None))
    assert (found.street_m.tolist(), found.usable_m.tolist(), found.depth.tolist()) == ([5], [np.inf], [0])
    assert found.line.tolist() == [None]
    lost = access_of([box(10, 5, 20, 15)])
    assert (lost.street_m.tolist(), lost.street.tolist(), np.isnan(lost.width_m).all()) == ([np.inf], [-1], True)


def test_a_way_of_unknown_width_is_taken_to_be_wide() -> None:
    found = access_of([box(10, 5, 20, 15)], (ROAD, "escape", None))
    assert found.has_frontage.tolist() == [True]
    assert np.isnan(found.width_m).all()


def test_buildings_without_a_shape_have_no_access_and_disturb_nobody() -> None:
    found = access_of([None, Polygon(), box(10, 5, 20, 15)], (ROAD, "residential", 6))
    assert found.usable_m.tolist() == [np.inf, np.inf, 5]
    assert len(access_of([], (ROAD, "residential", 6))) == 0


def test_of_equally_near_streets_the_widest_counts() -> None:
    corner = LineString([(0, 0), (0, 200)])
    house = box(5, 5, 15, 15)
    found = access_of([house], (ROAD, "residential", 6), (corner, "residential", 9))
    assert found.width_m.tolist() == [9]
    shed = box(1, 8, 3, 12)
    assert access_of([house, shed], (ROAD, "residential", 6), (corner, "residential", 9)).depth.tolist() == [1, 0]
    assert access_of([house, shed], (ROAD, "residential", 9), (corner, "residential", 6)).depth.tolist() == [0, 0]


def test_what_stands_farther_than_120_m_is_not_looked_at() -> None:
    far = LineString([(0, 0), (0.0001, 0)])
    house = box(-5, 199, 5, 209)
    inside, outside = box(-5, 90, 5, 95), box(-5, 70, 5, 75)
    assert access_of([house, inside], (far, "residential", 6)).depth[0] == 1
    assert access_of([house, outside], (far, "residential", 6)).depth[0] == 0
    assert access_of([house, inside], (far, "residential", 6)).usable_m[0] == pytest.approx(199)


def test_parts_of_one_building_do_not_stand_before_each_other() -> None:
    house = MultiPolygon([box(10, 5, 20, 10), box(10, 20, 20, 30)])
    found = access_of([house, affinity.translate(house, 0, 40)], (ROAD, "residential", 6))
    assert found.depth.tolist() == [0, 1]


def drawn_city(seed: int, houses: int = 60) -> Batch:
    rng = np.random.default_rng(seed)
    shapes = [
        affinity.rotate(box(x, y, x + w, y + h), angle)
        for x, y, w, h, angle in zip(
            *rng.uniform(0, 400, (2, houses)), *rng.uniform(4, 25, (2, houses)), rng.uniform(0, 90, houses), strict=True
        )
    ]
    kinds = rng.choice(["residential", "alley", "footway", "escape"], 12)
    lines = [(LineString(rng.uniform(0, 400, (3, 2))), kind, rng.choice([2.0, 5.0, None])) for kind in kinds]
    return batch_of(shapes, *lines)


def way_out(house: Polygon, way: LineString, usable: object) -> LineString:
    """The shortest line, from the middle of the longest wall along the way where there is one."""
    line = shapely.shortest_line(house, way)
    if line.length == 0:
        return LineString()
    start, end = np.array(line.coords)
    corners = np.array(house.exterior.coords)
    farther = (start - corners) @ (end - start) / line.length
    walls = [LineString(corners[i : i + 2]) for i in range(4) if farther[i : i + 2].max() <= 0.5]
    if walls:
        middle = max(walls, key=lambda wall: wall.length).interpolate(0.5, normalized=True)
        straight = shapely.shortest_line(middle, usable)
        return straight if straight.length <= line.length + 0.5 else line
    return line


@pytest.mark.parametrize("seed", range(6))
def test_distance_and_depth_equal_those_of_geopandas(seed: int) -> None:
    batch = drawn_city(seed)
    found, network = street_access(batch), batch.networks["ways"]
    houses = gpd.GeoDataFrame(geometry=batch.layer("building").geometry)
    usable = gpd.GeoDataFrame({"way": np.flatnonzero(network.usable)}, geometry=lines_of(batch)[network.usable])
    joined = houses.sjoin_nearest(usable, distance_col="m")
    joined = joined[~joined.index.duplicated()]
    np.testing.assert_allclose(found.usable_m, joined["m"], atol=1e-9)
    for at, way in joined["way"].items():
        line = way_out(houses.geometry[at], lines_of(batch)[way], usable.geometry.union_all())
        centre = houses.geometry[at].point_on_surface()
        line = line.intersection(centre.buffer(ACCESS_REACH_M, quad_segs=256))
        crossed = [
            other
            for other, shape in houses.geometry.items()
            if other != at and line.intersects(shape.buffer(-0.05, join_style="mitre")) and not shape.intersects(centre)
        ]
        assert found.depth[at] == len(crossed), (at, crossed)


@pytest.mark.parametrize("seed", range(6))
def test_the_nearest_street_equals_that_of_geopandas(seed: int) -> None:
    batch = drawn_city(seed)
    found, network = street_access(batch), batch.networks["ways"]
    houses = gpd.GeoDataFrame(geometry=batch.layer("building").geometry)
    service = gpd.GeoDataFrame(geometry=lines_of(batch)[network.service])
    every = gpd.GeoDataFrame(geometry=lines_of(batch))
    nearest = [houses.sjoin_nearest(layer, distance_col="m")["m"].groupby(level=0).min() for layer in (service, every)]
    np.testing.assert_allclose(found.street_m, np.where(found.has_frontage, *nearest), atol=1e-9)
    assert found.has_frontage.any() and not found.has_frontage.all()


def lines_of(batch: Batch) -> Geometries:
    """Lines of the ways, in the order of the network."""
    return batch.layer("street").geometry[batch.networks["ways"].ids]


def same(one: StreetAccess, other: StreetAccess) -> None:
    for name in ("street_m", "width_m", "street", "usable_m", "depth"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


corners = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 8), st.integers(1, 8))
lanes = st.tuples(
    *[st.integers(0, 48)] * 4, st.sampled_from(["local", "alley", "path"]), st.sampled_from([2, 4, None])
).filter(lambda lane: lane[:2] != lane[2:4])


@given(st.lists(corners, min_size=1, max_size=12), st.lists(lanes, min_size=1, max_size=6), st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(houses: list[tuple[int, ...]], streets: list[tuple], seed: int) -> None:
    # On a coarse grid many ways are equally near.
    shapes = [box(5 * x, 5 * y, 5 * (x + w), 5 * (y + h)) for x, y, w, h in houses]
    lines = [(LineString([(5 * a, 5 * b), (5 * c, 5 * d)]), kind, width) for a, b, c, d, kind, width in streets]
    rng = np.random.default_rng(seed)
    batch = batch_of(shapes, *lines)
    mixed = {name: rows.take(rng.permutation(len(rows))) for name, rows in batch.layers.items()}
    other = replace(batch, layers=mixed, networks={"ways": ways.build(mixed, batch.city)})
    back = np.argsort(mixed["building"].ids)
    shuffled = street_access(other)
    same(street_access(batch), StreetAccess(*(getattr(shuffled, name)[back] for name in StreetAccess.__annotations__)))


@pytest.mark.parametrize("seed", range(6))
def test_a_batch_of_what_is_within_reach_gives_the_same(seed: int) -> None:
    batch = drawn_city(seed, houses=200)
    zone = box(100, 100, 200, 200)
    houses = batch.layer("building")
    near = shapely.dwithin(houses.geometry, zone, ACCESS_REACH_M)
    part = replace(batch, layers={**batch.layers, "building": houses.take(near)})
    inside = shapely.contains(zone, shapely.point_on_surface(houses.geometry))
    assert inside[near].sum() == inside.sum() > 5
    whole, alone = street_access(batch), street_access(part)
    for name in ("street_m", "width_m", "street", "usable_m", "depth"):
        np.testing.assert_array_equal(getattr(whole, name)[inside], getattr(alone, name)[inside[near]], err_msg=name)


@given(st.floats(-1e4, 1e4), st.floats(0, 360), st.integers(0, 20))
def test_where_the_city_lies_and_how_it_is_turned_does_not_matter(shift: float, angle: float, seed: int) -> None:
    batch = drawn_city(seed, houses=20)

    def moved(shape: object) -> object:
        return affinity.translate(affinity.rotate(shape, angle, origin=(0, 0)), shift, -shift)

    street = batch.layer("street")
    layers = {
        "building": Features.of([moved(each) for each in batch.layer("building").geometry]),
        "street": Features.of([moved(each) for each in street.geometry], **street.columns),
    }
    other = street_access(replace(batch, layers=layers, networks={"ways": ways.build(layers, batch.city)}))
    one = street_access(batch)
    np.testing.assert_allclose(one.street_m, other.street_m, atol=1e-6)
    np.testing.assert_allclose(one.usable_m, other.usable_m, atol=1e-6)
    np.testing.assert_array_equal(one.width_m, other.width_m)
    np.testing.assert_array_equal(one.depth, other.depth)


def test_the_shortest_line_leads_from_the_footprint_to_the_way() -> None:
    batch = drawn_city(3)
    found, network = street_access(batch), batch.networks["ways"]
    ends = shapely.points(shapely.get_coordinates(found.line)[1::2])
    usable = shapely.union_all(lines_of(batch)[network.usable])
    assert shapely.distance(ends, usable).max() < 1e-6
    longer = shapely.length(found.line) - found.usable_m
    assert longer.min() > -1e-9 and longer.max() <= 0.51
    assert Point(shapely.get_coordinates(found.line[0])[0]).distance(batch.layer("building").geometry[0]) < 1e-9
