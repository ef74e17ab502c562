"""Age of records."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Point

from twin.batch import CityFacts, Features
from twin.spatial.freshness import is_fresh, record_dates


def city(today: str, years: float = 5) -> CityFacts:
    return CityFacts({}, False, np.datetime64(today), stale_after_years=years)


@pytest.mark.parametrize(
    ("record", "today", "years", "fresh"),
    [
        ("2020-06-30", "2025-06-30", 5, True),  # on the very day
        ("2020-06-29", "2025-06-30", 5, False),
        ("2019-06-30", "2024-06-30", 5, True),  # two leap days in between
        ("2030-01-01", "2025-06-30", 5, True),
        ("2024-12-30", "2025-06-30", 0.5, True),
        ("2024-12-29", "2025-06-30", 0.5, False),
        ("NaT", "2025-06-30", 5, False),
    ],
)
def test_a_record_is_fresh_up_to_the_very_day(record: str, today: str, years: float, fresh: bool) -> None:
    assert is_fresh(np.array([record], dtype="datetime64[D]"), city(today, years)).tolist() == [fresh]


def test_a_record_without_a_date_takes_that_of_its_source() -> None:
    own = np.array(["2020-01-01", "NaT", "NaT"], dtype="datetime64[D]")
    source = np.array(["2024-01-01", "2024-01-01", "NaT"], dtype="datetime64[D]")
    rows = Features.of([Point(0, 0)] * 3, updated_on=own, observed_on=source)
    dates = record_dates(rows, "updated_on")
    assert dates.astype(str).tolist() == ["2020-01-01", "2024-01-01", "NaT"]
    assert np.isnat(record_dates(Features.of([Point(0, 0)]), "updated_on")).all()
