"""The waterfall: its parts add up as they are shown, the largest first and records last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards.panels.waterfall import points, steps

PARTS = {"messy": 0.366, "technology": 0.18, "data": 0.005, "other": 0.0}


def test_the_largest_part_is_first_and_records_are_last() -> None:
    found = steps(0.349, 0.9, {**PARTS, "technology": 0.366, "messy": 0.18})
    assert [step.cause for step in found] == ["technology", "messy", "data"]
    assert [points(step) for step in found] == ["+36.6", "+18.0", "+0.5"]


def test_parts_that_are_nothing_are_left_out() -> None:
    assert [step.cause for step in steps(0.349, 0.9, PARTS)] == ["messy", "technology", "data"]
    assert [step.cause for step in steps(0.5, 0.9, {"other": 0.4})] == ["other"]


def test_the_last_bar_ends_at_the_target() -> None:
    found = steps(0.349, 0.9, PARTS)
    assert abs(found[0].start - 0.349) < 1e-12
    assert abs(found[-1].end - 0.9) < 1e-12


@given(
    value=st.floats(0, 0.95),
    gap=st.floats(0.001, 0.5),
    weights=st.tuples(*[st.floats(0, 1)] * 4).filter(lambda weights: sum(weights) > 0.01),
)
def test_what_is_shown_adds_up_to_what_is_shown(value: float, gap: float, weights: tuple[float, ...]) -> None:
    target = min(value + gap, 1.0)
    parts = {
        name: weight / sum(weights) * (target - value)
        for name, weight in zip(("messy", "technology", "data", "other"), weights, strict=True)
    }
    found = steps(value, target, parts)
    assert sum(step.tenths for step in found) == round(1000 * target) - round(1000 * value)
    assert all(abs(step.tenths - 1000 * parts[step.cause]) <= 1.01 for step in found)
