"""Cause: what would close the gap between the value of a zone and the target."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.lenses.lens import Lens, LensClass
from dashboards.targets import GoalWords
from twin.database.connect import Connection
from twin.database.published import Run, cause_counts, is_untold

UNSURE, FEW, MET, NONE = "unsure", "few", "met", "none"
"""Classes beside the causes: confidence under 0.7, too few premises, no shortfall, no value."""

CAUSES = (
    LensClass("messy", "messy", glyph="messy"),
    LensClass("technology", "technology", glyph="technology"),
    LensClass("data", "data", glyph="data", glyph_token="glyph-dark"),
    LensClass("other", "other", glyph="other", glyph_token="glyph-dark"),
)


def _counts(connection: Connection, run: Run, goal: str) -> Mapping[str, int]:
    return cause_counts(connection, run.id, goal)


def _heading(spoken: GoalWords) -> str:
    return spoken.figures.words("cause.heading")


def _label(spoken: GoalWords, each: LensClass) -> str:
    return spoken.figures.words(f"cause.{each.id}")


def _note(connection: Connection, run: Run, spoken: GoalWords) -> str:
    return spoken.figures.words("cause.untold") if is_untold(connection, run.id, spoken.goal.index) else ""


cause = Lens(
    id="cause",
    order=2,
    classes=(
        *CAUSES,
        LensClass(UNSURE, "und-bg", hatch="slanted", glyph="unsure", glyph_token="ink-2"),
        # A row of its own: nobody looked for a cause there, which is not the same as looking and not being sure.
        LensClass(FEW, "land", hatch="dotted", optional=True),
        LensClass(MET, "met", reached=True),
        LensClass(NONE, "land", hatch="crossed"),
    ),
    scores="/causes/{run}/{goal}.json",
    counts=_counts,
    heading=_heading,
    label=_label,
    fill=0.86,
    parted=False,
    note=_note,
)
