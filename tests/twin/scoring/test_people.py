"""People affected by a shortfall."""

from __future__ import annotations

import numpy as np
from shapely import box

from twin.batch import Batch, CityFacts, Features
from twin.scoring.people import people_affected, people_of

ZONES = [box(i * 100, 0, i * 100 + 100, 100) for i in range(4)]


def test_population_goes_before_residents_and_these_before_dwellings() -> None:
    homes = [box(i * 100 + 10, 10, i * 100 + 20, 20) for i in (0, 1, 2)]
    layers = {"building": Features.of(homes, dwellings=[100, 100, 100], residents=[50.0, 50.0, None])}
    zones = Features.of(ZONES, population=[1200.0, None, None, None])
    assert people_of(Batch(zones, layers, CityFacts.of(layers, "2025-06-30"))).tolist() == [1200, 50, 260, 0]


def test_people_affected_is_people_times_shortfall_for_shares_only() -> None:
    zones = Features.of(ZONES[:3], population=[1200.0, 50.0, 10.0])
    batch, short = Batch(zones, {}, CityFacts.of({}, "2025-06-30")), np.array([0.25, 0.0, np.nan])
    assert people_affected(batch, short, "share")[:2].tolist() == [300, 0]
    assert np.isnan(people_affected(batch, short, "share")[2])
    assert np.isnan(people_affected(batch, short, "people/km²")).all()
