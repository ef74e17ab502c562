"""Four forms of town: planned and curved are tidy, an organic old town nearly so, informal blocks messy."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from shapely import LineString, box
from towns import SIDE, Town, batch_of, curved, informal, organic, planned

from twin.discover import discover
from twin.messiness.bounds import bounds
from twin.messiness.measure import METRICS, Messiness, messiness
from twin.messiness.metric import Metric

FORMS = ("planned", "curved", "organic", "informal")
METRIC = discover(METRICS, Metric)


@pytest.fixture(scope="module", params=[0, 1])
def found(request: pytest.FixtureRequest) -> Messiness:
    return messiness(batch_of(planned(), curved(), organic(request.param), informal(request.param)))


def by_form(found: Messiness, metric: str) -> dict[str, float]:
    return dict(zip(FORMS, found.metrics[metric].tolist(), strict=True))


def test_planned_forms_have_no_messiness_and_informal_blocks_much(found: Messiness) -> None:
    assert found.reason.tolist() == [""] * 4
    assert found.value[:2].tolist() == [0, 0]
    assert found.value[2] < 0.1
    assert 0.6 < found.value[3] < 1


def test_metrics_of_access_tell_informal_blocks_from_a_served_old_town(found: Messiness) -> None:
    for metric, least in (("block_depth", 0.4), ("narrow_street", 0.2), ("far_from_street", 0.1)):
        assert by_form(found, metric)["informal"] > least, metric
        assert by_form(found, metric)["organic"] == by_form(found, metric)["planned"] == 0, metric
    assert by_form(found, "street_frontage")["informal"] > 0.3
    assert by_form(found, "block_complexity")["planned"] == by_form(found, "block_complexity")["organic"] == 1
    assert 2.3 < by_form(found, "block_complexity")["informal"] < 2.8


def test_metrics_of_layout_and_of_order_do_not(found: Messiness) -> None:
    assert by_form(found, "building_alignment")["planned"] < 1 < by_form(found, "building_alignment")["organic"]
    assert by_form(found, "building_alignment")["informal"] > by_form(found, "building_alignment")["organic"]
    assert by_form(found, "orientation_disorder")["planned"] < 0.05 < by_form(found, "orientation_disorder")["curved"]
    assert by_form(found, "orientation_disorder")["organic"] > 0.5
    assert max(by_form(found, "spacing").values()) < 0.3


def test_the_interval_holds_the_value_and_is_narrower_with_more_buildings() -> None:
    towns = [Town(informal(3).houses[:count], informal(3).ways) for count in (40, 500)]
    found = messiness(batch_of(*towns))
    assert (found.low <= found.value).all() and (found.value <= found.high).all()
    few, many = found.high - found.low
    assert few > 1.5 * many > 0.05


def test_a_street_opened_through_a_block_makes_its_zone_tidier_and_no_other() -> None:
    town, other = informal(2), informal(4)
    street = LineString([(90, 0), (90, SIDE)])
    opened = Town([house for house in town.houses if house.distance(street) > 3.5], town.ways).with_way(street)
    before, after = messiness(batch_of(town, other)), messiness(batch_of(opened, other))
    assert after.value[0] < before.value[0] - 0.1
    assert after.high[0] < before.low[0]
    for metric in ("block_depth", "block_complexity", "far_from_street", "street_frontage", "narrow_street"):
        assert after.metrics[metric][0] < before.metrics[metric][0], metric
        assert after.metrics[metric][1] == before.metrics[metric][1], metric
    assert after.value[1] == before.value[1]


def test_footpaths_through_a_block_make_no_difference_to_who_lives_behind_others() -> None:
    town = informal(1)
    paths = [(LineString([(x, 0), (x, SIDE)]), "footway", 1.5) for x in (60.0, 120.0, 240.0)]
    before, after = messiness(batch_of(town)), messiness(batch_of(Town(town.houses, [*town.ways, *paths])))
    for metric in ("block_depth", "block_complexity", "far_from_street", "dead_ends", "street_frontage"):
        np.testing.assert_array_equal(before.metrics[metric], after.metrics[metric], err_msg=metric)
    assert after.metrics["narrow_street"][0] > before.metrics["narrow_street"][0]


def test_missing_footprints_look_tidier_but_not_tidy() -> None:
    town = informal(5)
    kept = np.random.default_rng(1).random(len(town.houses)) < 0.6
    found = messiness(batch_of(town, Town([h for h, keep in zip(town.houses, kept, strict=True) if keep], town.ways)))
    assert 0.3 < found.metrics["block_depth"][1] < found.metrics["block_depth"][0]
    assert found.value[1] > 0.5
    assert abs(np.diff(found.metrics["building_alignment"])[0]) < 1


def test_depth_and_rows_of_a_block_counted_by_hand() -> None:
    # Four rows of houses between two streets 100 m apart: the outer rows front, the inner rows are one behind.
    houses = [box(x, y, x + 8, y + 10) for x in np.arange(10, 350, 10) for y in (6, 30, 56, 80)]
    streets = [(LineString([(0, y), (SIDE, y)]), "residential", 6.0) for y in (0, 96)]
    found = messiness(batch_of(Town(houses, streets)))
    assert found.metrics["block_depth"].tolist() == [0.5]
    assert found.metrics["block_complexity"].tolist() == [1.5]
    assert found.metrics["street_frontage"].tolist() == [0.5]
    assert found.metrics["far_from_street"].tolist() == found.metrics["narrow_street"].tolist() == [0]
    assert np.isnan(found.metrics["dead_ends"][0])  # four ends are too few
    # (0.50 - 0.02) / 0.48 × 0.40, the others nought, dead ends not measured: by the weights that are left.
    assert found.value[0] == pytest.approx(0.40 / 0.85)


def test_dead_ends_are_counted_among_junctions_and_ends() -> None:
    main = (LineString([(5, 100), (355, 100)]), "residential", 6.0)
    closes = [(LineString([(x, 100), (x, 150)]), "alley", 2.0) for x in range(20, 340, 20)]
    houses = planned().houses
    found = messiness(batch_of(Town(houses, [main, *closes])))
    assert found.counts["dead_ends"].tolist() == [2 + 2 * len(closes)]
    assert found.metrics["dead_ends"].tolist() == [(2 + len(closes)) / (2 + 2 * len(closes))]


def test_a_lane_in_front_is_frontage_though_nothing_but_a_crew_on_foot_gets_through() -> None:
    houses = [box(x, 203, x + 8, 211) for x in range(10, 350, 10)]
    lane = (LineString([(0, 200), (SIDE, 200)]), "alley", 2.0)
    road = (LineString([(0, 0), (SIDE, 0)]), "residential", 6.0)
    found = messiness(batch_of(Town(houses, [lane, road])))
    assert found.metrics["street_frontage"].tolist() == [0]
    assert found.metrics["far_from_street"].tolist() == found.metrics["narrow_street"].tolist() == [1]


@pytest.mark.parametrize("name", METRIC)
def test_the_page_of_a_metric_states_what_a_reader_needs(name: str) -> None:
    for word in ("Formula:", "Direction:", "Source:"):
        assert word in METRIC[name].doc, word
    assert METRIC[name].title and METRIC[name].title_zh
    assert doctest.DocTestParser().get_examples(METRIC[name].doc) == []


def test_what_leads_is_summed_and_what_misleads_is_only_shown() -> None:
    assert {name for name, each in bounds().items() if each.weight > 0} == {
        "block_depth",
        "narrow_street",
        "far_from_street",
        "dead_ends",
    }
    assert set(bounds()) == set(METRIC)
    assert sum(each.weight for each in bounds().values()) == pytest.approx(1)
