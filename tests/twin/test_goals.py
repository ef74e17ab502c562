"""Profiles are read from TOML, may extend each other, and are refused with words where they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import ProfileError, UnknownName
from twin.goals import Goal, load_profile

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a profile of goals (lines of TOML each) beside the others of the test."""

    def profile(name: str, *goals: str, head: str = "") -> Path:
        text = f'name = "{name}"\nyear = 2035\n{head}\n' + "".join(f"[[goal]]\n{goal}\n" for goal in goals)
        file = tmp_path / f"{name}.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return profile


def goal(index: str, target: object, direction: str = "at_least") -> str:
    return f'index = "{index}"\ntarget = {target}\ndirection = "{direction}"\n'


def test_a_goal_needs_index_target_and_direction_only(write: Write, tmp_path: Path) -> None:
    write("plain", goal("green_access", 0.9))
    (only,) = load_profile("plain.toml", tmp_path).goal
    assert (only.index, only.target, only.direction, only.verified) == ("green_access", 0.9, "at_least", False)


def test_an_extending_profile_replaces_goal_by_goal_and_keeps_the_rest(write: Write, tmp_path: Path) -> None:
    head = 'stale_after_years = 3\nstreet_classes = ["primary"]'
    write("base", goal("green_access", 0.9), goal("road_density", [10, 15], "within"), head=head)
    write("strict", goal("green_access", 1.0), goal("blue_green_share", 0.7), head='extends = "base.toml"')
    profile = load_profile("strict.toml", tmp_path)
    targets = {each.index: each.target for each in profile.goal}
    assert targets == {"green_access": 1.0, "road_density": [10, 15], "blue_green_share": 0.7}
    assert (profile.name, profile.stale_after_years, profile.street_classes) == ("strict", 3, ("primary",))


def test_what_the_extending_profile_says_itself_wins(write: Write, tmp_path: Path) -> None:
    write("base", goal("green_access", 0.9), head="stale_after_years = 3")
    write("own", goal("green_access", 0.9), head='extends = "base.toml"\nstale_after_years = 8')
    assert load_profile("own.toml", tmp_path).stale_after_years == 8


def test_profiles_that_extend_each_other_in_a_circle_are_refused(write: Write, tmp_path: Path) -> None:
    write("one", head='extends = "two.toml"')
    write("two", head='extends = "one.toml"')
    with pytest.raises(ProfileError, match="extends itself by way of one → two"):
        load_profile("one.toml", tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (goal("green_access", "[0.5, 0.9]"), "'at_least' and 'at_most' need one"),
        (goal("road_density", 10, "within"), "'within' needs two numbers"),
        (goal("road_density", "[15, 10]", "within"), "the low end 15.0 lies above the high end 10.0"),
        (goal("road_density", "[1, 2, 3]", "within"), "goal 2 target"),
        (goal("green_access", '"much"'), "valid number"),
        (goal("green_access", 1, "more"), "'at_least', 'at_most' or 'within'"),
        ('index = "green_access"\ntarget = 1\n', "goal 2 direction: Field required"),
        (goal("green_access", 1) + "targt = 2\n", "goal 2 targt: Extra inputs are not permitted"),
    ],
)
def test_a_goal_that_does_not_fit_is_refused_with_its_file_and_number(
    write: Write, tmp_path: Path, text: str, said: str
) -> None:
    file = write("wrong", goal("blue_green_share", 0.7), text)
    with pytest.raises(ProfileError) as error:
        load_profile("wrong.toml", tmp_path)
    assert str(error.value).startswith(f"{file}: goal 2")
    assert said in str(error.value)


def test_two_goals_of_one_index_are_refused(write: Write, tmp_path: Path) -> None:
    write("double", goal("green_access", 0.9), goal("green_access", 1.0))
    with pytest.raises(ProfileError, match="two goals of the index 'green_access'; keep one"):
        load_profile("double.toml", tmp_path)


def test_text_that_is_not_toml_is_refused_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("name = \n")
    with pytest.raises(ProfileError, match=r"broken.toml: not TOML: .*line 1"):
        load_profile("broken.toml", tmp_path)


def test_an_unknown_profile_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'xiongan_2035'"):
        load_profile("xiongan_2030")


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"gone.toml: there is no such profile file"):
        load_profile("gone.toml", tmp_path)


@pytest.mark.parametrize(
    ("target", "direction", "bounds"),
    [
        (0.9, "at_least", (0.9, float("inf"))),
        (300.0, "at_most", (float("-inf"), 300.0)),
        ([10.0, 15.0], "within", (10.0, 15.0)),
    ],
)
def test_bounds_of_a_target(target: float | list[float], direction: str, bounds: tuple[float, float]) -> None:
    assert Goal.model_validate({"index": "any", "target": target, "direction": direction}).bounds == bounds


def test_a_goal_holds_for_its_types_of_zones_or_for_all() -> None:
    some = Goal(index="any", target=1, direction="at_least", zone_types=("residential",))
    every = Goal(index="any", target=1, direction="at_least")
    assert [some.applies_to(kind) for kind in ("residential", "park", None)] == [True, False, False]
    assert [every.applies_to(kind) for kind in ("residential", "park", None)] == [True, True, True]


def test_a_profile_names_its_goal_of_an_index_or_the_nearest(write: Write, tmp_path: Path) -> None:
    write("plain", goal("green_access", 0.9))
    profile = load_profile("plain.toml", tmp_path)
    assert profile.goal_of("green_access").target == 0.9
    with pytest.raises(UnknownName, match=r"plain: there is no goal .* Did you mean 'green_access'"):
        profile.goal_of("green_acess")


def test_equal_profiles_have_equal_digests_and_changed_ones_others(write: Write, tmp_path: Path) -> None:
    write("plain", goal("green_access", 0.9))
    before = load_profile("plain.toml", tmp_path).digest
    assert load_profile("plain.toml", tmp_path).digest == before
    write("plain", goal("green_access", 0.91))
    assert load_profile("plain.toml", tmp_path).digest != before
