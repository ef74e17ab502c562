"""Premises of buildings, by the definition."""

from __future__ import annotations

import doctest
from dataclasses import replace

import pytest
from shapely import box

from twin.batch import Batch, CityFacts, Features
from twin.spatial import premises
from twin.spatial.premises import is_residential, premises_notes, premises_of, zone_premises

CELL = box(0, 0, 1, 1)


@pytest.mark.parametrize(
    "use",
    [
        *("residential", "Residential", "house", "apartments", "detached", "semidetached_house", "terrace"),
        *("Terraced house", "farm", "dormitory", "static_caravan", "mixed residential and shops", "Apartment block"),
        *("住宅", "高层住宅", "居住用地", "公寓", "宿舍", "商住混合", "农村住房"),
        *(None, "", "yes", "unknown", "未知"),
    ],
)
def test_people_may_live_there(use: str | None) -> None:
    assert is_residential(use)


@pytest.mark.parametrize(
    "use",
    [
        *("commercial", "warehouse", "greenhouse", "office", "school", "guest_house", "farm_auxiliary", "no"),
        *("non-residential", "Non residential", "非住宅", "商业", "工业厂房", "酒店式公寓"),
    ],
)
def test_nobody_lives_there(use: str) -> None:
    assert not is_residential(use)


def test_dwellings_are_premises_and_a_null_among_others_depends_on_use() -> None:
    buildings = Features.of(
        [CELL] * 5, dwellings=[12, None, None, None, 0], use=["office", "office", "house", None, "house"]
    )
    assert premises_of(buildings, dwellings_known=True).tolist() == [12, 0, 1, 1, 0]


def test_where_no_dwelling_of_the_city_is_known_each_building_counts_one() -> None:
    buildings = Features.of([CELL] * 3, dwellings=[None] * 3, use=["office", "house", None])
    assert premises_of(buildings, dwellings_known=False).tolist() == [1, 1, 1]
    # The batch has none, but the city has some elsewhere.
    assert premises_of(buildings, dwellings_known=True).tolist() == [0, 1, 1]


def test_a_city_is_asked_and_not_the_batch() -> None:
    zones = Features.of([box(-10, -10, 10, 10)])
    layers = {"building": Features.of([CELL], use=["office"], dwellings=[None])}
    nothing_known = CityFacts.of(layers, "2025-06-30")
    known_elsewhere = replace(nothing_known, dwellings_known=True)
    assert zone_premises(Batch(zones, layers, nothing_known)).total.tolist() == [1]
    assert zone_premises(Batch(zones, layers, known_elsewhere)).total.tolist() == [0]
    assert premises_notes(Batch(zones, layers, nothing_known)) == ("Dwellings unknown: each building counts as one",)
    assert premises_notes(Batch(zones, layers, known_elsewhere)) == ()


def test_the_examples_run() -> None:
    assert doctest.testmod(premises).failed == 0
