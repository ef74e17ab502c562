"""Population density: people on the built-up area, never guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from shapely import box
from small_city import INDICES, TODAY, values_of

from twin.batch import Batch, CityFacts, Features, Grid
from twin.index import Values

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


def over_grid(folder: Path, zones: Features, layers: dict[str, Features], observed: str = "2025-01-01") -> Values:
    """The index where a grid holds 3 people in each hectare from 0 to 1200 m east, none known in the last 400 m."""
    values = np.full((10, 16), 3, dtype="float32")
    values[:, 12:] = np.nan
    shape = {"width": 16, "height": 10, "count": 1, "dtype": "float32", "nodata": np.nan}
    path = folder / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", crs="EPSG:4547", transform=Affine(100, 0, 0, 0, -100, 1000), **shape
    ) as f:
        f.write(values, 1)
    grid = Grid(str(path), "EPSG:4547", np.datetime64(observed))
    batch = Batch(zones, layers, CityFacts.of(layers, TODAY), rasters={"population": (grid,)})
    return INDICES["population_density"].compute(batch)


def test_people_that_nobody_counted_are_those_of_the_grid(tmp_path: Path) -> None:
    found = over_grid(tmp_path, zone(population=None), {})
    assert found.value.tolist() == [300]
    assert (found.n[0], found.quality[0], found.parts["gridded"][0], found.parts["registered"][0]) == (300, 1, 1, 0)
    assert "The people of some zones are known from the population grid alone" in found.notes[1]


def test_the_grid_comes_last(tmp_path: Path) -> None:
    layers = {"building": Features.of(HOMES, residents=[30.0, None, 500.0])}
    assert over_grid(tmp_path, zone(population=None), layers).value.tolist() == [30]
    registered = over_grid(tmp_path, zone(population=800.0), layers)
    assert registered.value.tolist() == [800]
    assert len(registered.notes) == 1


def test_a_zone_on_the_edge_of_the_grid_has_no_data_and_one_with_gaps_less_quality(tmp_path: Path) -> None:
    rows = [box(700, 0, 1700, 1000), box(800, 0, 1600, 1000), box(1250, 0, 1600, 1000)]
    found = over_grid(tmp_path, Features.of(rows, population=[None, None, None]), {})
    assert np.isnan(found.value[[0, 2]]).all()
    assert found.value[1] == pytest.approx(120 / 0.8)
    assert found.quality.tolist() == pytest.approx([0, 0.5, 0])


def test_an_old_grid_is_a_value_without_quality(tmp_path: Path) -> None:
    found = over_grid(tmp_path, zone(population=None), {}, observed="2012-01-01")
    assert (found.value[0], found.quality[0]) == (300, 0)
