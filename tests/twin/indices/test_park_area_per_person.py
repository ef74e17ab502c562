"""Park area per person: public parks and gardens, united, over residents."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box, union_all
from small_city import values_of

from twin.batch import Features
from twin.index import Values


def zone(population: float | None = 100.0, **columns: object) -> Features:
    return Features.of([box(0, 0, 100, 100)], population=[population], **columns)


def parks(*shapes: object, kind: object = "park", access: object = "public", **columns: object) -> Features:
    given = {"kind": kind, "access": access}
    each = {name: [value] * len(shapes) if isinstance(value, str) else value for name, value in given.items()}
    return Features.of(shapes, **each, **columns)


def found(greens: Features, zones: Features | None = None, params: dict[str, object] | None = None) -> Values:
    return values_of("park_area_per_person", zones or zone(), {"green_area": greens}, **(params or {}))


def test_parks_are_united_and_cut_by_the_zone() -> None:
    values = found(parks(box(0, 0, 50, 100), box(40, 0, 60, 300)))
    assert (values.value[0], values.numerator[0], values.denominator[0], values.n[0]) == (60, 6000, 100, 100)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("park", 1), ("garden", 1), ("square", 0), ("forest", 0), ("shelter_belt", 0), ("grass", 0), ("farmland", 0)],
)
def test_parks_and_gardens_are_parks(kind: str, counts: int) -> None:
    assert found(parks(box(0, 0, 10, 10), kind=kind)).value.tolist() == [counts]


def test_kinds_are_a_parameter() -> None:
    both = parks(box(0, 0, 10, 10), box(50, 0, 60, 10), kind=["square", "park"])
    assert found(both, params={"kinds": ["square", "park"]}).value.tolist() == [2]


def test_only_public_parks_count_and_unknown_access_is_said() -> None:
    greens = parks(box(0, 0, 10, 10), box(5, 0, 20, 10), box(50, 0, 99, 10), access=["public", None, "private"])
    values = found(greens)
    assert (values.value[0], values.parts["unknown_access_m2"][0], values.parts["high"][0]) == (1, 100, 2)
    assert values.notes == ("Parks whose access is not known are not counted as public",)


def test_no_park_is_nought_and_not_no_data() -> None:
    assert found(parks(box(500, 0, 600, 100))).value.tolist() == [0]


def test_residents_are_those_of_the_zone_or_counted_in_buildings_never_guessed_from_dwellings() -> None:
    homes = Features.of([box(0, 0, 5, 5), box(9, 9, 12, 12)], residents=[30.0, 20.0], dwellings=[9, 9])
    layers = {"green_area": parks(box(0, 0, 10, 10)), "building": homes}
    assert values_of("park_area_per_person", zone(None), layers).value.tolist() == [2]
    assert values_of("park_area_per_person", zone(10), layers).value.tolist() == [10]
    unknown = {**layers, "building": Features.of([box(0, 0, 5, 5)], dwellings=[9])}
    values = values_of("park_area_per_person", zone(None), unknown)
    assert values.reason.tolist() == [
        "Neither the population of this zone nor the residents of its buildings are known"
    ]
    assert (values.numerator[0], values.denominator[0]) == (0, 0)


def test_where_nobody_lives_there_is_no_share_of_a_park() -> None:
    assert found(parks(box(0, 0, 10, 10)), zone(0)).reason.tolist() == ["Nobody lives in this zone"]


def test_quality_is_that_of_the_weaker_record() -> None:
    day = np.array(["2024-01-01", "2010-01-01"], dtype="datetime64[D]")
    greens = parks(box(0, 0, 30, 10), box(50, 0, 60, 10), updated_on=day)
    fresh = zone(observed_on=np.datetime64("2025-01-01"))
    assert found(greens, fresh).quality.tolist() == [0.75]
    assert found(greens, zone(observed_on=np.datetime64("2001-01-01"))).quality.tolist() == [0]
    assert found(parks(box(500, 0, 600, 9)), fresh).quality.tolist() == [1]


def test_the_area_equals_geopandas_overlay_to_1e_9() -> None:
    random = np.random.default_rng(5)
    sizes = zip(random.uniform(0, 1000, (80, 2)), random.uniform(5, 90, 80), strict=True)
    shapes = [Point(xy).buffer(r) for xy, r in sizes]
    zones = [box(x, y, x + 250, y + 250) for x in range(0, 1000, 250) for y in range(0, 1000, 250)]
    people = random.integers(1, 900, 16).astype(float)
    values = found(parks(*shapes), Features.of(zones, population=people))
    frame = gpd.GeoDataFrame({"zone": range(16)}, geometry=zones, crs=4547)
    cut = gpd.overlay(frame, gpd.GeoDataFrame(geometry=[union_all(shapes)], crs=4547))
    area = cut.area.groupby(cut["zone"]).sum().reindex(range(16), fill_value=0).to_numpy()
    np.testing.assert_allclose(values.value, area / people, rtol=1e-9)
