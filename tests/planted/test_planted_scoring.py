"""Scores of attributions, and the two obvious methods, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shapely import box

from tests.planted.city import planted_city
from tests.planted.naive import above_median, bivariate_lisa, discoveries, queen
from tests.planted.parameters import STYLES
from tests.planted.scoring import calibration_error, scores

TRUTH = pd.DataFrame(
    {
        "zone": list("abcdef"),
        "goal": "green_access",
        "cause": ["messy", "messy", "technology", "technology", "data", "other"],
    }
)


def said(causes: list[str], confidence: list[float]) -> pd.DataFrame:
    zones = list("abcdef")[: len(causes)]
    return pd.DataFrame({"zone": zones, "goal": "green_access", "cause": causes, "confidence": confidence})


def test_all_right_and_sure_of_it_is_a_perfect_score() -> None:
    found = scores(said(list(TRUTH["cause"]), [1.0] * 6), TRUTH)
    assert (found.macro_f1, found.innocent_messy, found.ece, found.brier) == (1, 0, 0, 0)
    assert (found.right_when_sure, found.n, found.missing) == (1, 6, 0)


def test_scores_by_cause_are_those_worked_by_hand() -> None:
    flags = said(["messy", "technology", "messy", "technology", "data", "messy"], [0.9, 0.6, 0.8, 0.7, 0.5, 0.4])
    found = scores(flags, TRUTH)
    assert found.precision["messy"] == pytest.approx(1 / 3)
    assert found.recall["messy"] == pytest.approx(1 / 2)
    assert found.f1.to_dict() == pytest.approx({"messy": 0.4, "technology": 0.5, "data": 1.0, "other": 0.0})
    assert found.macro_f1 == pytest.approx(1.9 / 4)
    assert found.innocent_messy == pytest.approx(2 / 4)
    assert found.right_when_sure == pytest.approx(1 / 2)
    assert found.brier == pytest.approx((0.01 + 0.36 + 0.64 + 0.09 + 0.25 + 0.16) / 6)
    assert found.ece == pytest.approx((0.1 + 0.6 + 0.8 + 0.3 + 0.5 + 0.4) / 6)


def test_a_missing_flag_is_wrong_and_a_flag_without_truth_does_not_count() -> None:
    flags = said(["messy", "messy", "technology"], [1.0, 1.0, 1.0])
    more = pd.concat([flags, flags.assign(goal="sewer_connection")])
    found = scores(more, TRUTH)
    assert found.missing == 3
    assert found.recall.to_dict() == {"messy": 1.0, "technology": 0.5, "data": 0.0, "other": 0.0}
    assert found.precision["messy"] == 1


def test_two_flags_of_one_zone_and_goal_are_refused() -> None:
    flags = said(["messy"], [1.0])
    with pytest.raises(ValueError, match="two flags"):
        scores(pd.concat([flags, flags]), TRUTH)


def test_a_cause_that_neither_is_nor_is_called_is_left_out_of_the_mean() -> None:
    truth = TRUTH[TRUTH["cause"].isin(["messy", "technology"])]
    assert scores(said(["messy", "messy", "technology", "technology"], [1.0] * 4), truth).macro_f1 == 1


def test_calibration_error_weighs_the_gap_of_each_bin() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 1.0])
    right = np.array([True, False, True, True])
    assert calibration_error(confidence, right) == pytest.approx((abs(2.9 - 2) + abs(0.55 - 1)) / 4)


def test_above_the_median_is_messy_where_there_is_a_shortfall() -> None:
    messiness = pd.Series([0.1, 0.2, 0.3, 0.9], index=list("abcd"))
    recorded = pd.DataFrame({"zone": list("abcd"), "goal": "green_access", "shortfall": [0.1, 0.0, 0.2, 0.3]})
    flags = above_median(messiness, recorded)
    assert dict(zip(flags["zone"], flags["cause"], strict=True)) == {"a": "technology", "c": "messy", "d": "messy"}
    assert flags["confidence"].tolist() == [0.75, 0.75, 1.0]


def test_zones_that_meet_at_a_corner_are_neighbours() -> None:
    zones = np.array([box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)], dtype=object)
    near = queen(zones)
    assert [len(each) for each in near] == [3, 5, 3, 5, 8, 5, 3, 5, 3]
    assert near[0].tolist() == [1, 3, 4]


def test_false_discoveries_are_held_by_rank() -> None:
    p = np.array([0.001, 0.3, 0.012, 0.02, 0.9])
    assert discoveries(p).tolist() == [True, False, True, True, False]
    assert not discoveries(np.array([0.04, 0.2, 0.3])).any()


def test_a_cluster_of_high_messiness_and_shortfall_is_found_and_the_rest_is_not() -> None:
    side = 12
    zones = np.array([box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)], dtype=object)
    random = np.random.default_rng(5)
    row, column = np.divmod(np.arange(side * side), side)
    high = (row < 5) & (column < 5)
    codes = [f"z{n}" for n in range(side * side)]
    messiness = pd.Series(np.where(high, 0.9, 0.1) + random.normal(0, 0.03, len(high)), index=codes)
    shortfall = np.where(high, 0.5, 0.1) + random.normal(0, 0.03, len(high))
    recorded = pd.DataFrame({"zone": codes, "goal": "green_access", "shortfall": shortfall})
    flags = bivariate_lisa(messiness, recorded, zones, random).set_index("zone")
    messy = (flags.loc[codes, "cause"] == "messy").to_numpy()
    assert messy[(row < 4) & (column < 4)].all()
    assert not messy[~high].any()


@pytest.mark.parametrize("style", STYLES)
def test_the_obvious_methods_do_badly_on_a_planted_city(style: str) -> None:
    planted = planted_city(style, 3, zones=100)
    zones = planted.layers["zone"].geometry
    by_rank = scores(above_median(planted.far_from_street, planted.recorded), planted.truth)
    lisa = bivariate_lisa(planted.far_from_street, planted.recorded, zones, np.random.default_rng(0))
    by_place = scores(lisa, planted.truth)
    assert by_rank.missing == by_place.missing == 0
    assert by_rank.macro_f1 < 0.45
    assert by_place.macro_f1 < 0.45
    assert by_rank.innocent_messy > 0.15
