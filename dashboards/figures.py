"""Numbers and dates as people read them, in both languages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from dashboards.words import Words

SUPPRESSED_UNDER = 10
"""Counts of people below this are not shown exactly."""

MISSING = "–"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class Figures:
    """How numbers are written in one language."""

    words: Words

    def count(self, number: float) -> str:
        """A whole number with grouped thousands: 1,253."""
        return f"{round(number):,}"

    def share(self, share: float, decimals: int = 0) -> str:
        """A share in percent: ``35 %`` in English, ``35%`` in Chinese."""
        gap = "" if self.words.lang == "zh" else NARROW_SPACE
        return f"{100 * share:.{decimals}f}{gap}%"

    def value(self, value: float | None, unit: str, beside: float | None = None) -> str:
        """A value with its unit; one decimal more where rounding would make it look like ``beside``."""
        if value is None or not math.isfinite(value):
            return MISSING
        if unit != "share":
            return f"{self._number(value)} {self.words.get(f'unit.{unit}', unit)}".rstrip()
        plain = self.share(value)
        hides = beside is not None and value != beside and plain == self.share(beside)
        return self.share(value, 1) if hides else plain

    def target(self, target: float, unit: str) -> str:
        """A target with its unit, with a decimal where it has one: ``90 %``, ``22.5 %``."""
        if not math.isfinite(target):
            return MISSING
        whole = unit != "share" or abs(100 * target - round(100 * target)) < 0.05
        return self.value(target, unit) if whole else self.share(target, 1)

    def people(self, people: float) -> str:
        """People: rounded to 10 from 100 up; under 10 only that it is fewer."""
        if 0 < people < SUPPRESSED_UNDER:
            return self.words("zone.fewer_than", n=SUPPRESSED_UNDER)
        return self.count(round(people, -1) if people >= 100 else people)

    def day(self, day: date | None) -> str:
        """A day: ``30 Jun 2025`` in English, ``2025-06-30`` in Chinese."""
        if day is None:
            return MISSING
        if self.words.lang == "zh":
            return f"{day:%Y-%m-%d}"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def length(self, metres: float) -> str:
        """Metres, from 1,000 m up kilometres."""
        return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"

    def _number(self, value: float) -> str:
        if abs(value) >= 100 or value == round(value):
            return f"{value:,.0f}"
        return f"{value:,.2f}" if abs(value) < 1 else f"{value:,.1f}"
