"""Messiness: how unplanned the built form of a zone is, whatever the goal."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.lenses.lens import Lens, LensClass
from dashboards.targets import GoalWords
from twin.database.connect import Connection
from twin.database.published import Run, form_counts

BOUNDS = (0.1, 0.25, 0.5, 0.75)
"""Between the classes, of the value 0 planned … 1 unplanned; fixed, so that two cities and two runs compare."""

NOT_MEASURED = LensClass("0", "land", hatch="crossed")
UPPER_HALF = ("4", "5")


def _counts(connection: Connection, run: Run, goal: str) -> Mapping[str, int]:  # noqa: ARG001 - whatever the goal
    return {str(number): zones for number, zones in form_counts(connection, run.id, BOUNDS).items()}


def _heading(spoken: GoalWords) -> str:
    return spoken.figures.words("messiness.heading")


def _label(spoken: GoalWords, each: LensClass) -> str:
    return spoken.figures.words(f"messiness.class.{each.id}")


def _headline(spoken: GoalWords, counts: Mapping[str, int]) -> tuple[str, str]:
    above = sum(counts.get(name, 0) for name in UPPER_HALF)
    measured = sum(zones for name, zones in counts.items() if name != NOT_MEASURED.id)
    say, count = spoken.figures.words, spoken.figures.count
    return count(above), say("messiness.headline", total=count(measured), n=above)


messiness = Lens(
    id="messiness",
    order=3,
    classes=(*(LensClass(str(number), f"mess-{number}") for number in range(5, 0, -1)), NOT_MEASURED),
    scores="/messiness/{run}/{goal}.json",
    counts=_counts,
    heading=_heading,
    label=_label,
    parted=False,
    headline=_headline,
)
