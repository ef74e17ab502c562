"""A large count of rows, so many at a time."""

from __future__ import annotations


def slices(count: int, at_once: int) -> list[slice]:
    """Slices of at most ``at_once`` that make up ``count`` rows, in order; none where there are no rows."""
    return [slice(first, first + at_once) for first in range(0, count, max(at_once, 1))]
