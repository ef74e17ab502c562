"""The first profile: all rows of the outline that have a target, and only those marked verified that were read."""

from __future__ import annotations

from twin.goals import load_profile

PROFILE = load_profile("xiongan_2035")


def test_every_row_of_the_outline_with_a_known_target_is_a_goal():
    rows = {int(g.number.rstrip("ab")) for g in PROFILE.goal}
    assert rows == set(range(1, 39)) - {24}
    assert len(PROFILE.goal) == 38
    assert [g.number for g in PROFILE.goal if not g.number.isdigit()] == ["9b", "21a"]


def test_only_rows_read_in_a_public_text_are_verified():
    assert [g.number for g in PROFILE.goal if g.verified] == ["10", "11", "13", "14", "19", "32"]


def test_every_goal_says_where_its_target_is_written():
    assert all(len(g.source) > 30 for g in PROFILE.goal)


def test_goals_that_are_computed_have_the_ids_of_their_indices():
    numbers = {g.index: g.number for g in PROFILE.goal}
    computed = {
        "broadband_gigabit": "9b",
        "blue_green_share": "10",
        "park_area_per_person": "15",
        "green_access": "16",
        "sewer_treatment": "21",
        "sewer_connection": "21a",
        "population_density": "32",
        "road_density": "33",
        "transit_access": "37",
    }
    assert computed.items() <= numbers.items()


def test_shares_are_between_nought_and_one_and_ranges_are_ranges():
    assert PROFILE.goal_of("blue_green_share").target == 0.7
    assert PROFILE.goal_of("broadband_gigabit").target == 1.0
    assert PROFILE.goal_of("population_density").direction == "at_most"
    assert PROFILE.goal_of("road_density").bounds == (10, 15)
    assert PROFILE.goal_of("shelter_area_per_person").bounds == (2, 3)
    shares = [g.target for g in PROFILE.goal if g.index.endswith(("_share", "_access", "_cover"))]
    assert all(isinstance(t, float) and 0 < t <= 1 for t in shares)
