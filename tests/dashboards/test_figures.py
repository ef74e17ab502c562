"""Numbers, targets and distances in words."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.figures import Figures
from dashboards.targets import GoalWords
from dashboards.words import words
from twin.goals import Goal

GAP = "\N{NARROW NO-BREAK SPACE}"
EN, ZH = Figures(words("en")), Figures(words("zh"))


def goal(target: float | list[float], direction: str, unit: str = "share", figures: Figures = EN) -> GoalWords:
    return GoalWords(Goal(index="x", target=target, direction=direction), "X", unit, "premises", figures)  # type: ignore[arg-type]


def test_shares_have_no_decimals_and_a_narrow_space() -> None:
    assert EN.value(0.349, "share") == f"35{GAP}%"
    assert ZH.value(0.349, "share") == "35%"


def test_a_decimal_appears_where_rounding_would_hide_that_the_target_is_missed() -> None:
    assert goal(0.9, "at_least").value(0.896) == f"89.6{GAP}%"
    assert goal(0.9, "at_least").value(0.9) == f"90{GAP}%"


def test_other_units_are_named() -> None:
    assert EN.value(9930.4, "people/km²") == "9,930 people/km²"
    assert ZH.value(9930.4, "people/km²") == "9,930 人/km²"
    assert EN.value(0.25, "km") == "0.25 km"
    assert EN.value(None, "share") == "–"


def test_people_are_rounded_and_few_are_not_counted() -> None:
    assert [EN.people(n) for n in (0, 7, 64.4, 1083)] == ["0", "fewer than 10", "64", "1,080"]


def test_days() -> None:
    assert EN.day(date(2025, 6, 30)) == "30 Jun 2025"
    assert ZH.day(date(2025, 6, 30)) == "2025-06-30"


@pytest.mark.parametrize(
    ("target", "direction", "value", "words_of_distance"),
    [
        (0.9, "at_least", 0.35, "55 points below"),
        (0.9, "at_least", 0.89, "1 point below"),
        (0.9, "at_least", 0.8958, "0.4 points below"),
        (0.9, "at_least", 0.97, "7 points above"),
        (0.9, "at_least", 0.9, "On the target"),
        (0.1, "at_most", 0.3, "20 points over"),
        (0.1, "at_most", 0.05, "5 points under"),
        ([0.3, 0.4], "within", 0.1, "20 points below"),
        ([0.3, 0.4], "within", 0.5, "10 points over"),
        ([0.3, 0.4], "within", 0.35, "Inside the range"),
    ],
)
def test_distances(target: float | list[float], direction: str, value: float, words_of_distance: str) -> None:
    assert goal(target, direction).away(value) == words_of_distance


def test_distances_of_other_units_are_percent_of_the_target() -> None:
    assert goal(10_000, "at_most", "people/km²").away(12_000) == "20 % over"


def test_targets_as_sentences() -> None:
    assert goal(0.9, "at_least").sentence(2035) == f"At least 90{GAP}% of premises, by 2035"
    assert goal(0.225, "at_most").sentence(2035) == f"At most 22.5{GAP}% of premises, by 2035"
    assert goal([0.3, 0.4], "within").sentence(2035) == f"Between 30{GAP}% and 40{GAP}% of premises, by 2035"
    assert goal(10_000, "at_most", "people/km²").sentence(2035) == "At most 10,000 people/km², by 2035"
    assert goal(0.9, "at_least", figures=ZH).sentence(2035) == "2035 年（按户）不低于 90%"


def test_a_value_beside_its_target() -> None:
    assert goal(0.9, "at_least").line(0.31) == f"31{GAP}% of 90{GAP}%, 59 points below"
    assert goal(0.9, "at_least", figures=ZH).line(0.31) == "31%（目标 90%），低 59 个百分点"
