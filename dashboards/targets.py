"""A goal and how far a value is from it, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboards.figures import Figures
from twin.database.published import Run
from twin.errors import UnknownName
from twin.goals import Goal
from twin.scoring.distance import distance


@dataclass(frozen=True)
class GoalWords:
    """One goal of a run, as screens speak of it. ``unit`` and ``counted`` are the index's."""

    goal: Goal
    title: str
    unit: str
    counted: str
    figures: Figures

    def sentence(self, year: int) -> str:
        """``At least 90 % of premises, by 2035``."""
        words, (low, high) = self.figures.words, self.goal.bounds
        counted = words.get(f"share_of.{self.counted}", "") if self.unit == "share" else ""
        return words(
            f"goal.{self.goal.direction}",
            target=self._target(low if self.goal.direction == "at_least" else high),
            low=self._target(low),
            high=self._target(high),
            counted=counted,
            year=year,
        )

    @property
    def target(self) -> str:
        """The bare target: ``90 %``, ``30 % – 40 %``."""
        low, high = self.goal.bounds
        if self.goal.direction == "within":
            return f"{self._target(low)} – {self._target(high)}"
        return self._target(low if self.goal.direction == "at_least" else high)

    @property
    def of_target(self) -> str:
        """``of 90 %``, ``of at most 10 %``, ``of 30 % to 40 %``: follows a value."""
        words, (low, high) = self.figures.words, self.goal.bounds
        if self.goal.direction == "within":
            return words("zone.of_within", low=self._target(low), high=self._target(high))
        key = "zone.of" if self.goal.direction == "at_least" else "zone.of_at_most"
        return words(key, target=self.target)

    def value(self, value: float | None) -> str:
        """A value beside the target: with a decimal where rounding would make the two look alike."""
        low, high = self.goal.bounds
        near = low if value is not None and abs(value - low) <= abs(value - high) else high
        return self.figures.value(value, self.unit, near)

    def number(self, value: float) -> str:
        """A value without its unit, which the target beside it has; shares keep their sign."""
        return self.value(value) if self.unit == "share" else self.figures.value(value, "")

    def away(self, value: float) -> str:
        """How far a value is from the target: ``55 points below``."""
        words = self.figures.words
        away = float(distance(np.array([value]), self.goal, self.unit)[0])
        if abs(away) < 1e-9:
            return words("zone.inside" if self.goal.direction == "within" else "zone.exactly")
        size = self._size(abs(away))
        measure = "points" if self.unit == "share" else "percent"
        return words(f"zone.{measure}_{self._side(value, away)}", n=size)

    def line(self, value: float) -> str:
        """``31 % of 90 %, 59 points below``."""
        return self.figures.words("zone.line", value=self.value(value), of=self.of_target, away=self.away(value))

    def _side(self, value: float, away: float) -> str:
        low, _ = self.goal.bounds
        if self.goal.direction == "at_least" or (self.goal.direction == "within" and value < low):
            return "above" if away > 0 else "below"
        return "under" if away > 0 else "over"

    def _size(self, away: float) -> str:
        if not np.isfinite(away):
            return "∞"
        return f"{away:.1f}" if away < 1 else f"{away:,.0f}"

    def _target(self, target: float) -> str:
        return self.figures.target(target, self.unit)


def goal_words(run: Run, goal: str, figures: Figures) -> GoalWords:
    """The words of one goal of a run.

    Raises:
        UnknownName: the run has no scores of that goal.
    """
    known = {each.index: each for each in run.computed}
    if goal not in known:
        raise UnknownName("goal", goal, known, f"run {run.id}")
    noted = run.goals[goal]
    title = (figures.words.lang == "zh" and noted.get("title_zh")) or noted.get("title") or goal
    return GoalWords(known[goal], str(title), str(noted.get("unit", "")), str(noted.get("counted", "")), figures)
