"""What a lens is: classes with their colours, how many zones are in each, and where the map reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.targets import GoalWords
from twin.database.connect import Connection
from twin.database.published import Run
from twin.discover import discover


@dataclass(frozen=True)
class LensClass:
    """One row of a legend. ``id`` stands in the scores and in the URL; ``hatch`` is ``crossed``, ``slanted`` or
    ``dotted``.

    ``glyph`` names an icon ``icons/glyph-….svg`` that stands in the row and in zones, in the colour of the token
    ``glyph_token``. ``optional`` rows are left out of the legend while they count nothing.
    """

    id: str
    token: str
    hatch: str = ""
    reached: bool = False
    glyph: str = ""
    glyph_token: str = "glyph-light"
    optional: bool = False


Counts = Callable[[Connection, Run, str], Mapping[str, int]]
"""Zones in each class of a goal of a run, by the class's id."""

Note = Callable[[Connection, Run, GoalWords], str]
"""A sentence under the legend, "" where there is nothing to say."""

Headline = Callable[[GoalWords, Mapping[str, int]], tuple[str, str]]
"""The one number of the result, and the words after it."""


def no_note(connection: Connection, run: Run, spoken: GoalWords) -> str:  # noqa: ARG001 - in the form of all notes
    """Nothing to say."""
    return ""


@dataclass(frozen=True)
class Lens:
    """A lens. ``classes`` stand as in the legend, from top to bottom, what has no data last.

    ``scores`` is the address that the map reads, with ``{run}`` and ``{goal}``: JSON whose ``zones`` hold the
    class's id first. ``fill`` is the strength of the colour on zones seen from afar. ``heading`` and ``label``
    word the legend. ``parted``: the target is drawn between classes that reach it and classes that do not.
    ``headline`` words the result where it is not how many zones reach the target.
    """

    id: str
    order: int
    classes: tuple[LensClass, ...]
    scores: str
    counts: Counts
    heading: Callable[[GoalWords], str]
    label: Callable[[GoalWords, LensClass], str]
    fill: float = 1.0
    parted: bool = True
    note: Note = no_note
    headline: Headline | None = None

    def for_map(self) -> dict[str, Any]:
        """What the map must know to draw zones by this lens."""
        classes = {
            each.id: {"token": each.token, "hatch": each.hatch, "glyph": each.glyph, "glyph_token": each.glyph_token}
            for each in self.classes
        }
        return {"classes": classes, "scores": self.scores, "fill": self.fill}


def lenses() -> dict[str, Lens]:
    """All lenses, in the order of the chooser."""
    found = discover("dashboards.lenses", Lens)
    return dict(sorted(found.items(), key=lambda item: item[1].order))
