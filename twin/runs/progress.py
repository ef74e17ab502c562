"""What is told of a run while it goes on, and what is known of it at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Who is told how a run goes on."""

    def begin(self, run: int, zones: int, done: int) -> None:
        """Hear that a run of so many zones begins, or goes on with so many done."""

    def zones(self, count: int) -> None:
        """Hear that so many more zones are done."""

    def note(self, sentence: str) -> None:
        """Hear what was decided, and why."""


class Quiet:
    """Nobody is told."""

    def begin(self, run: int, zones: int, done: int) -> None:
        """Say nothing."""

    def zones(self, count: int) -> None:
        """Say nothing."""

    def note(self, sentence: str) -> None:
        """Say nothing."""


@dataclass
class Finished:
    """A run that is done: its number, zones, seconds by stage, and whether it resumed an unfinished one."""

    run: int
    zones: int
    resumed: bool
    stages: dict[str, float] = field(default_factory=dict)
