"""Population density: people on the built-up area, never guessed."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import box
from small_city import values_of

from twin.batch import Features

KM2 = box(0, 0, 1000, 1000)
HOMES = [box(10, 10, 20, 20), box(30, 10, 40, 20), box(5000, 0, 5010, 10)]


def zone(**columns: object) -> Features:
    return Features.of([KM2], **{name: [value] for name, value in columns.items()})


@pytest.mark.parametrize(
    ("kind", "built_up_km2"),
    [("farmland", 0.75), ("forest", 0.75), ("wetland", 0.75), ("park", 1), ("shelter_belt", 1), ("grass", 1)],
)
def test_open_land_is_not_built_up_but_parks_are(kind: str, built_up_km2: float) -> None:
    layers = {"green_area": Features.of([box(0, 0, 250, 1000)], kind=[kind])}
    found = values_of("population_density", zone(population=3000.0), layers)
    assert found.denominator.tolist() == [built_up_km2]
    assert found.value.tolist() == [3000 / built_up_km2]
    assert found.parts["built_up_m2"].tolist() == [built_up_km2 * 1e6]


def test_water_and_open_land_that_overlap_are_taken_off_once() -> None:
    layers = {
        "green_area": Features.of([box(0, 0, 500, 1000)], kind=["wetland"]),
        "water_body": Features.of([box(250, 0, 600, 1000)], kind=["lake"]),
    }
    assert values_of("population_density", zone(population=4000.0), layers).value.tolist() == [10000]


def test_the_zone_s_population_goes_before_the_residents_of_its_buildings() -> None:
    layers = {"building": Features.of(HOMES, residents=[30.0, None, 500.0], dwellings=[10, 20, 30])}
    counted = values_of("population_density", zone(population=None), layers)
    assert (counted.value[0], counted.n[0], counted.parts["registered"][0]) == (30, 30, 0)
    registered = values_of("population_density", zone(population=800.0), layers)
    assert (registered.value[0], registered.n[0], registered.parts["registered"][0]) == (800, 800, 1)
    assert registered.notes == ("No water bodies or green areas are loaded: the whole of each zone counts as built-up",)


def test_residents_are_never_guessed_from_dwellings() -> None:
    layers = {"building": Features.of(HOMES, dwellings=[10, 20, 30], residents=[None, None, 7.0])}
    found = values_of("population_density", zone(population=None), layers)
    assert np.isnan(found.value[0]) and found.n[0] == 0
    assert found.reason.tolist() == ["Neither the population of this zone nor the residents of its buildings are known"]


def test_nobody_is_a_value() -> None:
    assert values_of("population_density", zone(population=0.0), {}).value.tolist() == [0]


def test_a_zone_that_is_all_water_has_no_data() -> None:
    layers = {"water_body": Features.of([box(-10, -10, 1010, 1000 - 1e-9)], kind=["sea"])}
    found = values_of("population_density", zone(population=12.0), layers)
    assert found.reason.tolist() == ["This zone has no built-up area: it is all water, farmland, forest or wetland"]
    assert found.n.tolist() == [0]


def test_quality_tells_how_much_is_known_and_fresh() -> None:
    day = np.array(["2024-01-01", "2024-01-01", "2010-01-01"], dtype="datetime64[D]")
    layers = {"building": Features.of(HOMES, residents=[30.0, None, 1.0], observed_on=day)}
    assert values_of("population_density", zone(population=None), layers).quality.tolist() == [0.5]
    old = values_of("population_density", zone(population=9.0, observed_on=np.datetime64("2010-01-01")), layers)
    new = values_of("population_density", zone(population=9.0, observed_on=np.datetime64("2024-01-01")), layers)
    assert (old.quality[0], new.quality[0]) == (0, 1)
