"""How many people a shortfall touches."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch, FloatArray
from twin.spatial.premises import zone_premises
from twin.spatial.residents import residents_of

PEOPLE_PER_DWELLING = 2.6
PEOPLE_REACHES = {"building": 0.0}
"""Layers that people are counted from, whatever layers an index of a share reads, and how far outside a zone (m)."""


def people_of(batch: Batch) -> FloatArray:
    """People of each zone: its population, else Σ residents of its buildings, else 2.6 for each premise.

    Premises are dwellings, or, in a city where these are unknown, one a building.
    """
    return batch.once("people", lambda: _people_of(batch))


def _people_of(batch: Batch) -> FloatArray:
    known = residents_of(batch).count
    return np.where(np.isnan(known), PEOPLE_PER_DWELLING * zone_premises(batch).total, known)


def people_affected(batch: Batch, shortfall: FloatArray, unit: str) -> FloatArray:
    """People × shortfall for shares; NaN for other units, where a shortfall is no share of people."""
    return people_of(batch) * shortfall if is_of_people(unit) else np.full(shortfall.shape, np.nan)


def is_of_people(unit: str) -> bool:
    """Whether a shortfall of values of a unit is a share of people."""
    return unit == "share"
