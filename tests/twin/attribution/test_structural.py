from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.attribution.premises_by_hand import case_of, rows_of
from twin.attribution.method import CAUSES
from twin.attribution.premise import Lifts
from twin.attribution.structural import structural
from twin.attribution.waterfall import parts_of, second_causes


def verdict(case):
    found = structural(case)
    return str(found.cause[0]), float(found.confidence[0])


def test_homes_behind_others_beside_free_ports_are_a_matter_of_built_form() -> None:
    rows = rows_of(100, covered=np.repeat([1.0, 0.0], 50), depth=np.repeat([0, 2], 50))
    found = structural(case_of(rows))
    assert (found.y0[0], found.tidy[0], found.supplied[0], found.both[0]) == (0.5, 1.0, 0.5, 1.0)
    assert verdict(case_of(rows)) == ("messy", 0.95)


def test_homes_out_of_reach_facing_a_street_are_a_matter_of_technology() -> None:
    rows = rows_of(100, covered=np.repeat([1.0, 0.0], 50), reach=np.repeat([0.5, 1.4], 50), network=1.4)
    rows = rows_of(100, covered=np.repeat([1.0, 0.0], 50), reach=np.repeat([0.5, 1.4], 50))
    assert verdict(case_of(rows)) == ("technology", 0.95)


def test_a_full_cabinet_is_a_matter_of_technology() -> None:
    rows = rows_of(100, covered=np.repeat([1.0, 0.0], 50))
    assert verdict(case_of(rows, capacity=0.2)) == ("technology", 0.95)


def test_a_shortfall_of_the_records_alone_is_one_of_data() -> None:
    rows = rows_of(100, covered=np.repeat([1.0, 0.0], 50), fresh=np.repeat([1.0, 0.0], 50))
    found = structural(case_of(rows))
    assert (str(found.cause[0]), found.y0[0], found.fresh[0]) == ("data", 1.0, 50)


def test_fewer_than_five_fresh_premises_tell_nothing_but_that() -> None:
    rows = rows_of(100, fresh=np.arange(100) < 4, depth=3)
    assert verdict(case_of(rows))[0] == "data"
    assert verdict(case_of(rows_of(100, fresh=np.arange(100) < 5, depth=3)))[0] == "messy"


def test_where_neither_access_nor_supply_is_short_the_obstacle_is_another() -> None:
    assert verdict(case_of(rows_of(100, covered=np.repeat([1.0, 0.0], 50))))[0] == "other"


def test_where_neither_alone_helps_technology_comes_first_and_form_second() -> None:
    case = case_of(rows_of(100, covered=np.repeat([1.0, 0.0], 50), depth=np.repeat([0, 1], 50), reach=2.0))
    found = structural(case)
    assert str(found.cause[0]) == "technology"
    parts = parts_of(case, found)
    assert second_causes(parts, case.shortfall, found.cause)[0] == "messy"


def test_a_narrow_lane_hinders_half_and_a_detour_wholly() -> None:
    rows = rows_of(
        5, width_m=[2.7, 2.8, 6, 6, np.nan], network=[0.3, 0.3, 1.2, 1.2, 0.3], reach=[0.3, 0.3, 0.9, 1.2, 0.3]
    )
    assert rows.hindered.tolist() == [0.5, 0.0, 1.0, 0.0, 0.0]
    assert rows_of(3, usable_m=[60.0, 60.5, np.inf]).hindered.tolist() == [0.0, 1.0, 1.0]


def test_confidence_is_how_far_apart_the_two_effects_are() -> None:
    rows = rows_of(
        100,
        covered=np.repeat([1.0, 0.0], [60, 40]),
        depth=np.repeat([0, 1, 0], [60, 30, 10]),
        reach=np.repeat([0.5, 0.5, 2.0], [60, 30, 10]),
    )
    messy, technology = 0.3, 0.1
    assert verdict(case_of(rows)) == ("messy", pytest.approx(0.5 + 0.5 * (messy - technology) / 0.4))


def test_the_confidence_of_geometry_is_the_models_own() -> None:
    assert verdict(case_of(rows_of(50, depth=1), fixed=0.7)) == ("messy", 0.7)


amounts = st.floats(0, 1)


@st.composite
def cases(draw: st.DrawFn):
    count = draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    premises = random.integers(1, 9, count).astype(float)
    fresh = premises * random.choice([0, 0.5, 1], count)
    rows = rows_of(
        count,
        zone=np.sort(random.integers(0, 4, count)),
        premises=premises,
        fresh=fresh,
        covered=fresh * random.choice([0, 0.3, 1], count),
        depth=random.integers(0, 3, count),
        usable_m=random.uniform(0, 120, count),
        width_m=random.choice([1.5, 3, 8, np.nan], count),
        reach=random.uniform(0, 2, count),
        network=random.uniform(0, 2, count),
    )
    value = random.uniform(0, 0.9, int(rows.zone.max()) + 1)
    return case_of(rows, capacity=random.uniform(0, 1, count), value=value, target=draw(st.floats(0.05, 1)))


@given(cases())
def test_parts_are_never_negative_and_add_up_to_the_shortfall(case) -> None:
    has = np.bincount(case.rows.zone, minlength=len(case.value)) > 0
    parts = parts_of(case, structural(case))
    assert set(parts) == set(CAUSES)
    assert all((part >= 0).all() for part in parts.values())
    assert np.abs(sum(parts.values()) - case.shortfall)[has].max() < 1e-9


@given(cases(), st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(case, seed) -> None:
    order = np.random.default_rng(seed).permutation(len(case.rows))
    lifts = type(case.lifts)(*(getattr(case.lifts, name)[order] for name in ("tidy", "supply", "both")), fixes={})
    other = structural(type(case)(case.rows.take(order), lifts, case.value, case.target, case.shortfall))
    plain = structural(case)
    assert other.cause.tolist() == plain.cause.tolist()
    np.testing.assert_allclose(other.tidy, plain.tidy, atol=1e-12)


@given(cases())
def test_tidy_access_and_more_supply_never_lower_coverage(case) -> None:
    found = structural(case)
    known = found.fresh > 0
    for more in (found.tidy, found.supplied):
        assert (more[known] >= found.y0[known]).all()
        assert (found.both[known] >= more[known] - 1e-12).all()
    assert (found.both[known] <= 1 + 1e-12).all()


def test_records_that_are_all_covered_are_believed_though_the_target_is_everyone() -> None:
    rows = rows_of(400, covered=np.repeat([1.0, 0.0], 200), fresh=np.repeat([1.0, 0.0], 200))
    cause, confidence = verdict(case_of(rows, target=1.0))
    assert cause == "data"
    assert confidence > 0.7


def test_few_records_just_above_the_target_are_believed_less_than_many() -> None:
    def sure(fresh: int) -> float:
        covered = np.arange(400) < 0.92 * fresh
        return verdict(case_of(rows_of(400, fresh=np.arange(400) < fresh, covered=covered), target=0.9))[1]

    assert 0.5 < sure(25) < sure(100) < sure(300) <= 0.95


def test_a_lift_that_rests_on_what_is_not_known_is_less_sure() -> None:
    rows = rows_of(50, node=np.repeat([1, 2], 25))
    tidy = np.ones(50)
    known = Lifts(tidy, tidy * 0, tidy, {}, doubt=tidy * 0)
    half = Lifts(tidy, tidy * 0, tidy, {}, doubt=np.repeat([0.0, 1.0], 25))
    case = case_of(rows, fixed=0.7)
    sure = [structural(replace(case, lifts=lifts)).confidence[0] for lifts in (known, half)]
    assert sure == [pytest.approx(0.7), pytest.approx(0.6)]
