"""Gigabit broadband: rows are parts, records of one place replace each other, areas cover buildings."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Point, box
from small_city import values_of

from twin.batch import Features
from twin.index import Values

HOME = Features.of([box(0, 0, 10, 10), box(20, 0, 30, 10)], dwellings=[60, 40])
WEST, EAST = box(-100, -100, 15, 100), box(15, -100, 100, 100)
BOTH = box(-100, -100, 100, 100)


def coverage(*rows: dict[str, object]) -> Features:
    keys = ("premises", "max_down_mbps", "operator", "place_id")
    columns: dict[str, object] = {key: [row.get(key) for row in rows] for key in keys}
    columns["surveyed_on"] = np.array([row.get("surveyed_on") for row in rows], dtype="datetime64[D]")
    columns["observed_on"] = np.array([row.get("observed_on") for row in rows], dtype="datetime64[D]")
    return Features.of([row.get("at", Point(5, 5)) for row in rows], **columns)


def found(*rows: dict[str, object], zones: object = (BOTH,), **params: float) -> Values:
    layers = {"building": HOME, "broadband_coverage": coverage(*rows)}
    return values_of("broadband_gigabit", list(zones), layers, **params)  # type: ignore[call-overload]


def gigabit(premises: int, **others: object) -> dict[str, object]:
    return {"premises": premises, "max_down_mbps": 1000, **others}


def slow(premises: int, **others: object) -> dict[str, object]:
    return {"premises": premises, "max_down_mbps": 50, **others}


def test_rows_at_one_spot_add_up() -> None:
    assert found(gigabit(30), gigabit(20), slow(10)).value.tolist() == [0.5]


def test_the_value_never_passes_all_premises_but_the_numerator_tells() -> None:
    values = found(gigabit(80), gigabit(90))
    assert (values.value[0], values.numerator[0], values.parts["unrecorded"][0]) == (1, 170, 0)


def test_the_least_speed_is_a_parameter_and_is_included() -> None:
    assert found(gigabit(30), slow(10), min_down_mbps=50).value.tolist() == [0.4]


def test_what_no_row_speaks_of_is_unrecorded_and_bounds_the_value() -> None:
    values = found(gigabit(30), slow(50))
    assert {name: part.tolist() for name, part in values.parts.items()} == {
        "recorded": [80],
        "unrecorded": [20],
        "low": [0.3],
        "high": [0.5],
    }
    assert (values.n[0], values.denominator[0]) == (100, 100)


def test_a_zone_without_any_row_is_not_covered_and_all_unrecorded() -> None:
    values = found(gigabit(60), zones=(WEST, EAST))
    assert values.value.tolist() == [1, 0]
    assert values.parts["unrecorded"].tolist() == [0, 40]
    assert values.parts["high"].tolist() == [1, 1]


def test_of_one_place_the_newest_row_of_an_operator_stands() -> None:
    old = gigabit(30, place_id="p", operator="A", surveyed_on="2020-01-01")
    new = slow(30, place_id="p", operator="A", surveyed_on="2024-01-01")
    assert found(old, new).value.tolist() == [0]
    assert found(new, old).parts["recorded"].tolist() == [30]


def test_of_several_operators_at_one_place_the_fastest_stands() -> None:
    rows = [
        gigabit(30, place_id="p", operator="A", surveyed_on="2020-01-01"),
        slow(30, place_id="p", operator="B", surveyed_on="2024-01-01"),
    ]
    assert found(*rows).value.tolist() == [0.3]
    # A has since cut its speed: its own newest row counts, and is slow.
    later = slow(30, place_id="p", operator="A", surveyed_on="2021-01-01")
    assert found(*rows, later).value.tolist() == [0]


def test_a_row_without_operator_is_one_of_its_own() -> None:
    rows = [gigabit(30, place_id="p"), slow(30, place_id="p", operator="B", surveyed_on="2024-01-01")]
    assert found(*rows).value.tolist() == [0.3]


def test_a_row_without_date_is_older_than_one_with_a_date() -> None:
    undated, dated = gigabit(30, place_id="p"), slow(30, place_id="p", surveyed_on="2001-01-01")
    assert found(undated, dated).value.tolist() == [0]
    observed = gigabit(30, place_id="p", observed_on="2002-01-01")
    assert found(observed, dated).value.tolist() == [0.3]


def test_rows_of_other_places_and_of_none_add_up() -> None:
    rows = [gigabit(10, place_id="p"), gigabit(20, place_id="q"), gigabit(5), gigabit(5)]
    assert found(*rows).value.tolist() == [0.4]


@pytest.mark.parametrize("zones", [(WEST, EAST), (EAST, WEST)])
def test_a_newer_survey_just_over_the_border_replaces_the_old_one(zones: tuple[object, ...]) -> None:
    old = gigabit(30, place_id="p", surveyed_on="2020-01-01", at=Point(14, 5))
    new = gigabit(30, place_id="p", surveyed_on="2024-01-01", at=Point(16, 5))
    together = found(old, new, zones=zones)
    assert together.numerator.sum() == 30
    for position, zone in enumerate(zones):
        assert found(old, new, zones=(zone,)).numerator[0] == together.numerator[position]


def test_areas_cover_the_premises_of_buildings_inside_and_the_fastest_wins() -> None:
    area = {"at": box(-5, -5, 12, 12), "max_down_mbps": 1000}
    wide = {"at": box(-50, -50, 50, 50), "max_down_mbps": 50}
    values = found(area, wide)
    assert (values.value[0], values.parts["recorded"][0], values.notes) == (0.6, 100, ())
    assert found(wide, wide).value.tolist() == [0]
    assert found({**area, "surveyed_on": "2001-01-01"}, {**wide, "surveyed_on": "2024-01-01"}).value[0] == 0.6


def test_a_building_is_in_an_area_by_its_representative_point() -> None:
    assert found({"at": box(-5, -5, 6, 12), "max_down_mbps": 1000}).value.tolist() == [0.6]
    assert found({"at": box(-5, -5, 4, 12), "max_down_mbps": 1000}).value.tolist() == [0]


def test_areas_of_one_place_replace_each_other_too() -> None:
    old = {"at": box(-5, -5, 50, 50), "max_down_mbps": 1000, "place_id": "p", "surveyed_on": "2020-01-01"}
    new = {"at": box(-5, -5, 12, 12), "max_down_mbps": 1000, "place_id": "p", "surveyed_on": "2024-01-01"}
    assert found(old, new).value.tolist() == [0.6]


def test_points_and_areas_add_up_and_it_is_said() -> None:
    values = found({"at": box(-5, -5, 12, 12), "max_down_mbps": 1000}, gigabit(10, at=Point(25, 5)))
    assert values.value.tolist() == [0.7]
    assert values.notes == ("Coverage is recorded both as points and as areas: they add up, to at most all premises",)


def test_quality_is_the_share_of_premises_with_a_fresh_record() -> None:
    values = found(
        gigabit(30, surveyed_on="2020-06-30"),
        gigabit(20, surveyed_on="2020-06-29"),
        slow(10, observed_on="2025-01-01"),
        slow(5),
    )
    assert values.quality.tolist() == [0.4]
    assert values.value.tolist() == [0.5]  # a record counts whatever its age
    assert found({"at": BOTH, "max_down_mbps": 50, "surveyed_on": "2024-01-01"}).quality.tolist() == [1]


def test_a_zone_without_buildings_has_no_data() -> None:
    values = found(gigabit(30, at=Point(500, 500)), zones=(box(400, 400, 600, 600),))
    assert np.isnan(values.value[0]) and values.n[0] == 0
    assert values.reason.tolist() == ["No building lies in this zone"]
