"""Attainment: how far the value of a zone is from the target."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.lenses.lens import Lens, LensClass
from dashboards.targets import GoalWords
from twin.database.connect import Connection
from twin.database.published import Run, class_counts

NO_DATA = LensClass("0", "land", hatch="crossed")


def _counts(connection: Connection, run: Run, goal: str) -> Mapping[str, int]:
    return {str(number): zones for number, zones in class_counts(connection, run.id, goal).items()}


def _heading(spoken: GoalWords) -> str:
    measure = "share" if spoken.unit == "share" else "other"
    return spoken.figures.words(f"legend.distance_{measure}")


def _label(spoken: GoalWords, each: LensClass) -> str:
    say = spoken.figures.words
    return say("legend.no_data") if each is NO_DATA else say(f"legend.{spoken.goal.direction}.{each.id}")


attainment = Lens(
    id="attainment",
    order=1,
    classes=(
        LensClass("6", "att-6", reached=True),
        LensClass("5", "att-5", reached=True),
        LensClass("4", "att-4"),
        LensClass("3", "att-3"),
        LensClass("2", "att-2"),
        LensClass("1", "att-1"),
        NO_DATA,
    ),
    scores="/scores/{run}/{goal}.json",
    counts=_counts,
    heading=_heading,
    label=_label,
)
