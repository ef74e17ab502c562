"""What becomes of a load: told while it runs, summed up at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from pipelines.preflight import Planned
from pipelines.raster import PlannedRaster


class Progress(Protocol):
    """Who is told how a load goes on."""

    def source(self, planned: Planned | PlannedRaster) -> None:
        """Hear that a source begins."""

    def rows(self, count: int) -> None:
        """Hear that so many more rows were read."""


class Quiet:
    """Nobody is told."""

    def source(self, planned: Planned | PlannedRaster) -> None:
        """Say nothing."""

    def rows(self, count: int) -> None:
        """Say nothing."""


@dataclass
class Outcome:
    """What became of one source: ``read`` = ``loaded`` + ``unchanged`` + ``rejected``.

    ``reasons`` counts rejected rows by rule; ``notes`` are sentences for the person who loads; ``skipped`` says that
    the file and recipe are those of the last load, so that nothing was read again.
    """

    layer: str
    source: str
    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    rejected: int = 0
    closed: int = 0
    outside: int = 0
    seconds: float = 0.0
    skipped: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers that are stored with the load."""
        names = ("read", "loaded", "unchanged", "rejected", "closed")
        return {name: getattr(self, name) for name in names}


@dataclass
class Loaded:
    """What became of a recipe; ``notes`` are about the city as a whole."""

    sources: list[Outcome]
    notes: list[str]

    @property
    def rejected(self) -> int:
        """Rows in quarantine after this load, over all its sources."""
        return sum(each.rejected for each in self.sources)
