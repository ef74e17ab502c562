"""Opening a lane in a messy zone of a planted city: its messy part falls, and nothing changes beyond its reach."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.planted.attributed import PROFILE
from tests.planted.city import Planted, planted_city
from tests.planted.parameters import STYLES
from tests.whole_city import WholeCity
from twin.batch import Features
from twin.messiness.measure import messiness
from twin.spatial.street_access import ACCESS_REACH_M, street_access

NARROW = ("alley", "footway", "path", "steps")
WALK_M = 300.0
UTILITIES = ("broadband_gigabit", "sewer_connection")


@cache
def city(style: str) -> Planted:
    return planted_city(style, 7, zones=49)


@cache
def before(style: str) -> WholeCity:
    return WholeCity(city(style).layers, PROFILE, city(style).reference_date)


def with_streets(planted: Planted, lines: list[Any]) -> WholeCity:
    """The city with more streets: residential, 6 m wide."""
    old = planted.layers["street"]
    new = pd.DataFrame(
        {"street_id": [f"new {n}" for n in range(len(lines))], "road_class": "residential", "width_m": 6.0}
    )
    columns = pd.concat([old.frame(), new], ignore_index=True)
    streets = Features.of([*old.geometry, *lines], **{str(name): columns[name] for name in columns})
    return WholeCity({**planted.layers, "street": streets}, PROFILE, planted.reference_date)


def flags_of(found: WholeCity, goal: str) -> pd.DataFrame:
    flags = found.flags()
    return flags[flags["goal"] == goal].set_index("zone")


def beyond(planted: Planted, lines: list[Any], metres: float) -> list[str]:
    """Codes of the zones that no premise within so many metres of the new streets belongs to."""
    zones = planted.layers["zone"]
    away = shapely.distance(zones.geometry, shapely.union_all(lines)) > metres
    return zones.words("code")[away].tolist()


def narrow_ways_of(planted: Planted, zone: str) -> list[Any]:
    """Lines of the mapped ways in a zone that no vehicle can use."""
    streets, zones = planted.layers["street"], planted.layers["zone"]
    shape = zones.geometry[zones.words("code") == zone][0]
    width = streets.numbers("width_m")
    narrow = np.isin(streets.words("road_class"), NARROW) & ~(width >= 3.5)
    inside = shapely.length(shapely.intersection(streets.geometry, shape)) > 40
    return list(streets.geometry[narrow & inside])


def hindered(found: WholeCity, zone: str) -> int:
    """Buildings of a zone without a usable street in front."""
    at = int(np.flatnonzero(found.codes == zone)[0])
    points = shapely.point_on_surface(found.layers["building"].geometry)
    inside = shapely.within(points, found.layers["zone"].geometry[at])
    return int((~street_access(found.batch).has_frontage)[inside].sum())


def assert_nothing_changed(one: pd.DataFrame, other: pd.DataFrame, zones: list[str]) -> None:
    """Flags of some zones are the same in all their columns, numbers to the last digit."""
    kept = [zone for zone in zones if zone in one.index]
    assert len(kept) >= 5
    assert [zone for zone in zones if zone in other.index] == kept
    pd.testing.assert_frame_equal(one.loc[kept], other.loc[kept], check_exact=True)


@pytest.mark.parametrize("style", STYLES)
def test_a_lane_that_a_crew_can_use_lowers_the_messy_part_of_its_zone_alone(style: str) -> None:
    planted, old = city(style), before(style)
    flags = flags_of(old, "broadband_gigabit")
    messy = flags[flags["cause"] == "messy"].sort_values("gain_if_tidy", ascending=False)
    zone = next(code for code in messy.index if narrow_ways_of(planted, code))
    # Along ways that are there: the network of ways keeps its length, so that no cable gets shorter elsewhere.
    lanes = narrow_ways_of(planted, zone)
    opened = with_streets(planted, lanes)
    assert hindered(opened, zone) < 0.8 * hindered(old, zone)
    far = beyond(planted, lanes, ACCESS_REACH_M)
    assert len(far) > 20
    for goal in UTILITIES:
        was, now = flags_of(old, goal), flags_of(opened, goal)
        assert (was["value"] == now["value"]).all()
        assert_nothing_changed(was, now, far)
    was, now = flags, flags_of(opened, "broadband_gigabit")
    assert now.loc[zone, "gain_if_tidy"] < 0.8 * was.loc[zone, "gain_if_tidy"]
    assert now.loc[zone, "parts"]["messy"] < was.loc[zone, "parts"]["messy"]
    form, after = messiness(old.batch), messiness(opened.batch)
    at = int(np.flatnonzero(old.codes == zone)[0])
    assert after.value[at] < form.value[at]
    same = np.isin(old.codes, far)
    np.testing.assert_array_equal(after.value[same], form.value[same])


@pytest.mark.parametrize("style", STYLES)
def test_a_way_to_the_green_raises_its_zone_and_lowers_its_messy_part_within_a_walk(style: str) -> None:
    planted, old = city(style), before(style)
    flags = flags_of(old, "green_access")
    messy = flags[flags["cause"] == "messy"].sort_values("gain_if_tidy", ascending=False)
    zone = str(messy.index[0])
    way = way_to_green(planted, zone)
    opened = with_streets(planted, [way])
    was, now = flags, flags_of(opened, "green_access")
    raised = 1.0 if zone not in now.index else now.loc[zone, "value"]
    assert raised > was.loc[zone, "value"] + 0.1
    if zone in now.index:
        assert now.loc[zone, "gain_if_tidy"] < was.loc[zone, "gain_if_tidy"]
        assert now.loc[zone, "parts"]["messy"] < was.loc[zone, "parts"]["messy"]
    # A walk of 300 m that uses the new way begins within 300 m of it.
    assert_nothing_changed(was, now, beyond(planted, [way], WALK_M))


def way_to_green(planted: Planted, zone: str) -> Any:
    """A straight way from the nearest public green across the middle of a zone to a street on its other side."""
    zones, greens, streets = (planted.layers[name] for name in ("zone", "green_area", "street"))
    shape = zones.geometry[zones.words("code") == zone][0]
    public = greens.geometry[greens.words("access") == "public"]
    green = public[np.argmin(shapely.distance(public, shape))]
    start = shapely.get_point(shapely.shortest_line(green, shape.centroid), 0)
    along = np.array(shape.centroid.coords[0]) - np.array(start.coords[0])
    middle = np.array(shape.centroid.coords[0])
    through = shapely.LineString([start.coords[0], middle, middle + along / max(np.hypot(*along), 1) * 60])
    there = shapely.shortest_line(through.interpolate(1, normalized=True), shapely.union_all(streets.geometry))
    return shapely.LineString([*through.coords, there.coords[-1]])
