"""What the offices wrote down of the coverage: rows, old rows and none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.planted.parameters import Parameters
from twin.batch import BoolArray, FloatArray, IntArray

Dates = NDArray[np.datetime64]

FRESH_DAYS, STALE_DAYS = (20, 1700), (1900, 4200)


@dataclass(frozen=True)
class Record:
    """For each house: whether it has a row, what the row says and its date."""

    present: BoolArray
    covered: BoolArray
    date: Dates


def recorded(
    real: BoolArray,
    gap: FloatArray,
    hidden: BoolArray,
    p: Parameters,
    today: np.datetime64,
    random: np.random.Generator,
) -> Record:
    """Records of real coverage.

    ``gap`` is the share of each house's zone without a fresh row; houses that are ``hidden`` from the street
    are missed a little more often. An old row tells how it was then: fewer were covered. Some rows are wrong.
    """
    count = len(real)
    missed = random.random(count) < np.clip(gap * np.where(hidden, 1.12, 0.95), 0, 1)
    old = missed & (random.random(count) < p.stale)
    days = np.where(old, random.integers(*STALE_DAYS, count), random.integers(*FRESH_DAYS, count))
    then = real & (~old | (random.random(count) < 0.5))
    then = then ^ (random.random(count) < p.wrong)
    return Record(~missed | old, then, today - days.astype("timedelta64[D]"))


def value_of(record: Record, zone: IntArray, premises: FloatArray, zones: int) -> FloatArray:
    """Share of premises recorded as covered, whatever the row's age; none counts as not covered."""
    covered = np.bincount(zone, premises * (record.present & record.covered), minlength=zones)
    return np.asarray(covered / np.maximum(np.bincount(zone, premises, minlength=zones), 1))


def gap_of(traits: pd.DataFrame, utility: str, zone: IntArray) -> FloatArray:
    """Each house's share of its zone without a fresh row."""
    return np.asarray(traits[f"{utility}_gap"].to_numpy(np.float64)[zone])
