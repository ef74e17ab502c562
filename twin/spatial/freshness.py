"""How old a record is: its own date, else the day on which its source was observed."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.batch import BoolArray, CityFacts, Features


def record_dates(features: Features, field: str = "") -> NDArray[np.datetime64]:
    """Date of each record: ``field`` where it has one, else ``observed_on`` of its source, else NaT."""
    observed = features.dates("observed_on")
    if not field:
        return observed
    own = features.dates(field)
    return np.where(np.isnat(own), observed, own)


def is_fresh(dates: NDArray[np.datetime64], city: CityFacts) -> BoolArray:
    """Whether records of these dates are at most ``stale_after_years`` old on the reference date.

    A record of the very day is fresh, one without a date is not. Parts of a year count as whole months.
    """
    return np.asarray(dates >= _oldest(city.reference_date, round(12 * city.stale_after_years)), dtype=bool)


@functools.lru_cache(maxsize=8)
def _oldest(today: np.datetime64, months: int) -> np.datetime64:
    # An edit asks ten times, and a calendar takes longer than all of its records.
    return np.datetime64((pd.Timestamp(today) - pd.DateOffset(months=months)).date(), "D")
