"""The messiness of a zone in words."""

from __future__ import annotations

from dashboards.figures import Figures
from dashboards.words import Words
from twin.database.connect import Row
from twin.messiness.measure import FEW, INCOMPLETE, NO_STREETS

REASONS = {FEW: "few", INCOMPLETE: "incomplete", NO_STREETS: "no_streets"}
"""Keys of the words for why a zone is not measured, by how the store says it."""


def interval_words(row: Row, figures: Figures) -> str:
    """``Messiness 0.62 (0.55 to 0.70)``."""
    numbers = {name: f"{row[name]:.2f}" for name in ("value", "low", "high") if row[name] is not None}
    key = "messiness.line" if len(numbers) == 3 else "messiness.line_bare"
    return figures.words(key, **numbers)


def reason_words(reason: str, say: Words) -> str:
    """Why a zone is not measured, as a sentence."""
    known = REASONS.get(reason)
    return say(f"messiness.{known}") if known else f"{reason}."
