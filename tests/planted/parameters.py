"""What a planted city is made with: every number that may differ from city to city."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

STYLES = ("quarters", "valleys")


@dataclass(frozen=True)
class Parameters:
    """Shares are 0…1, of zones unless said otherwise; lengths in metres."""

    informal: float
    """Zones with informal parts."""
    retrofitted: float
    """Of the informal zones: those served all the same."""
    obstacle: float
    """Zones where something hidden (permits, heritage) keeps coverage low, drawn for each utility."""
    skipped_parks: float
    """Zones whose green, where they have some, is closed."""
    unmapped: float
    """Of the narrow lanes: those missing from the map."""
    width_missing: float
    """Of the streets: those without a width."""
    effect: float
    """How strongly bad access lowers coverage: 1 as the mechanism says, 0 not at all."""
    poor_records: float
    """Zones with many premises without a fresh record, drawn for each utility."""
    stale: float
    """Of the gaps in the records of such a zone: old rows; the others have no row."""
    wrong: float
    """Of the rows: those that say the opposite of what is."""
    cabinets: float
    """Chance that a site has a cabinet in service, before income and form."""
    full: float
    """Of the cabinets: those whose ports do not suffice."""
    sewered: float
    """Chance that a zone has pipes, before income and form."""
    lost: float
    """Of the sewer catchments: those that end at an outfall or nowhere."""
    strained: float
    """Of the sewer catchments: those with a plant that is too small."""
    small_pipes: float
    """Of the sewer catchments: those with a branch whose pipe is too small, and with one that ends nowhere."""
    parks: float
    """Zones with green."""
    closed: float
    """Of the green areas: those that people cannot enter."""
    unknown_access: float
    """Of the green areas: those whose access is not recorded."""
    barriers: float
    """How often streets are cut: gated blocks and a railway, or ravines."""


RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "quarters": {
        "informal": (0.44, 0.58),
        "retrofitted": (0.14, 0.24),
        "obstacle": (0.09, 0.14),
        "skipped_parks": (0.12, 0.20),
        "unmapped": (0.20, 0.45),
        "width_missing": (0.15, 0.40),
        "effect": (0.85, 1.15),
        "poor_records": (0.14, 0.24),
        "stale": (0.35, 0.75),
        "wrong": (0.0, 0.015),
        "cabinets": (0.88, 1.00),
        "full": (0.08, 0.16),
        "sewered": (0.96, 1.06),
        "lost": (0.05, 0.12),
        "strained": (0.06, 0.14),
        "small_pipes": (0.25, 0.50),
        "parks": (0.38, 0.52),
        "closed": (0.22, 0.32),
        "unknown_access": (0.04, 0.10),
        "barriers": (0.25, 0.45),
    },
    "valleys": {
        "informal": (0.44, 0.58),
        "retrofitted": (0.16, 0.26),
        "obstacle": (0.08, 0.14),
        "skipped_parks": (0.12, 0.22),
        "unmapped": (0.25, 0.50),
        "width_missing": (0.25, 0.55),
        "effect": (0.85, 1.20),
        "poor_records": (0.14, 0.26),
        "stale": (0.30, 0.70),
        "wrong": (0.0, 0.015),
        "cabinets": (0.86, 0.98),
        "full": (0.08, 0.18),
        "sewered": (0.90, 1.00),
        "lost": (0.08, 0.16),
        "strained": (0.06, 0.14),
        "small_pipes": (0.25, 0.50),
        "parks": (0.36, 0.50),
        "closed": (0.22, 0.34),
        "unknown_access": (0.04, 0.12),
        "barriers": (0.20, 0.34),
    },
}


def parameters_of(style: str, random: np.random.Generator, given: dict[str, float]) -> Parameters:
    """A draw from the ranges of a style, with some numbers given.

    Raises:
        ValueError: no such style or parameter.
    """
    if style not in RANGES:
        raise ValueError(f"There is no style {style!r}: choose one of {', '.join(STYLES)}.")
    unknown = set(given) - {field.name for field in fields(Parameters)}
    if unknown:
        raise ValueError(f"No such parameters: {', '.join(sorted(unknown))}.")
    drawn = Parameters(**{name: float(random.uniform(*span)) for name, span in RANGES[style].items()})
    return replace(drawn, **given)
