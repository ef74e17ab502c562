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
    """One row of a legend. ``id`` stands in the scores and in the URL; ``hatch`` is ``crossed`` or ``slanted``."""

    id: str
    token: str
    hatch: str = ""
    reached: bool = False


Counts = Callable[[Connection, Run, str], Mapping[str, int]]
"""Zones in each class of a goal of a run, by the class's id."""


@dataclass(frozen=True)
class Lens:
    """A lens. ``classes`` stand as in the legend, from top to bottom, what has no data last.

    ``scores`` is the address that the map reads, with ``{run}`` and ``{goal}``: JSON whose ``zones`` hold the
    class's id first. ``fill`` is the strength of the colour on zones seen from afar. ``heading`` and ``label``
    word the legend.
    """

    id: str
    order: int
    classes: tuple[LensClass, ...]
    scores: str
    counts: Counts
    heading: Callable[[GoalWords], str]
    label: Callable[[GoalWords, LensClass], str]
    fill: float = 1.0

    def for_map(self) -> dict[str, Any]:
        """What the map must know to draw zones by this lens."""
        classes = {each.id: {"token": each.token, "hatch": each.hatch} for each in self.classes}
        return {"classes": classes, "scores": self.scores, "fill": self.fill}


def lenses() -> dict[str, Lens]:
    """All lenses, in the order of the chooser."""
    found = discover("dashboards.lenses", Lens)
    return dict(sorted(found.items(), key=lambda item: item[1].order))
