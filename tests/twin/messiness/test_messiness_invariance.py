"""Neither the order of rows, nor the batch, nor where the town lies changes its messiness; nor what is out of reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box
from towns import SIDE, Town, batch_of, informal, organic, planned

from twin.batch import Batch, Features
from twin.messiness.measure import Messiness, messiness, messiness_needs
from twin.networks.ways import ways


def assert_same(one: Messiness, other: Messiness, zones: np.ndarray | slice = slice(None)) -> None:
    for name in ("value", "low", "high", "n", "reason"):
        np.testing.assert_array_equal(getattr(one, name)[zones], getattr(other, name), err_msg=name)
    for name, values in one.metrics.items():
        np.testing.assert_allclose(values[zones], other.metrics[name], rtol=1e-9, atol=1e-9, err_msg=name)
        np.testing.assert_array_equal(one.counts[name][zones], other.counts[name], err_msg=name)


TOWNS = [planned(), organic(1), informal(1)]
QUARTERS = [box(x, y, x + 180, y + 180) for x in np.arange(0, 3 * SIDE, 180) for y in (0, 180)]
WHOLE = batch_of(*TOWNS, zones=QUARTERS)
ALL = messiness(WHOLE)


def test_the_zones_of_these_tests_are_tidy_and_messy() -> None:
    assert (ALL.reason == "").sum() >= 10
    assert ALL.value.min() == 0 and ALL.value.max() > 0.8


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixed = {name: rows.take(rng.permutation(len(rows))) for name, rows in WHOLE.layers.items()}
    other = replace(WHOLE, layers=mixed, networks={"ways": ways.build(mixed, WHOLE.city)})
    assert_same(ALL, messiness(other))


def near(batch: Batch, zones: np.ndarray) -> Batch:
    """The batch of some zones, with what a run reads for them: rows near their boxes, within the declared reach."""
    reach = messiness_needs()[0]["building"]
    boxes = [box(*zone.bounds) for zone in batch.zones.geometry[zones]]
    houses = batch.layer("building")
    kept = [any(box(*house.bounds).distance(zone) <= reach for zone in boxes) for house in houses.geometry]
    return replace(
        batch,
        zones=batch.zones.take(zones),
        layers={**batch.layers, "building": houses.take(np.array(kept))},
    )


@settings(max_examples=10)
@given(st.lists(st.booleans(), min_size=len(QUARTERS), max_size=len(QUARTERS)).filter(any))
def test_the_cut_into_batches_does_not_matter(cut: list[bool]) -> None:
    zones = np.flatnonzero(cut)
    assert_same(ALL, messiness(near(WHOLE, zones)), zones)


@pytest.mark.parametrize("zone", range(len(QUARTERS)))
def test_each_zone_alone_gives_the_same(zone: int) -> None:
    assert_same(ALL, messiness(near(WHOLE, np.array([zone]))), np.array([zone]))


@settings(max_examples=8)
@given(st.integers(-500_000, 500_000), st.integers(0, 4_000_000))
def test_where_the_town_lies_does_not_matter(east: int, north: int) -> None:
    moved = batch_of(
        *[town.moved(lambda each: affinity.translate(each, east, north)) for town in TOWNS],
        zones=[affinity.translate(each, east, north) for each in QUARTERS],
    )
    one, other = ALL, messiness(moved)
    np.testing.assert_allclose(one.value, other.value, atol=1e-9)
    for name, values in one.metrics.items():
        np.testing.assert_allclose(values, other.metrics[name], atol=1e-3, err_msg=name)


@settings(max_examples=8)
@given(st.integers(0, 359), st.integers(0, 3))
def test_how_the_town_is_turned_does_not_matter_but_for_bins_of_direction(angle: int, seed: int) -> None:
    town = informal(seed)
    turned = town.moved(lambda each: affinity.rotate(each, angle, origin=(0, 0)))
    # Streets end on the town's own border: a node there would be in or out as its coordinates are rounded.
    zone = box(-1, -1, SIDE + 1, SIDE + 1)
    one = messiness(batch_of(town, zones=[zone]))
    other = messiness(batch_of(turned, zones=[affinity.rotate(zone, angle, origin=(0, 0))]))
    np.testing.assert_allclose(one.value, other.value, atol=1e-9)
    for name in set(one.metrics) - {"orientation_disorder"}:
        np.testing.assert_allclose(one.metrics[name], other.metrics[name], atol=1e-3, err_msg=name)


def test_what_lies_beyond_reach_makes_no_difference() -> None:
    zone = [box(0, 0, 120, 120)]
    reach = messiness_needs()[0]["building"]
    town = informal(6)
    kept = [house for house in town.houses if house.distance(zone[0]) <= reach]
    assert len(kept) < len(town.houses)
    assert_same(
        messiness(batch_of(town, zones=zone)),
        messiness(batch_of(Town(kept, town.ways), zones=zone)),
    )


def test_overlapping_zones_count_their_buildings_each() -> None:
    town = informal(2)
    zones = [box(0, 0, SIDE, SIDE), box(0, 0, 180, SIDE), box(90, 90, 270, 270)]
    together = messiness(batch_of(town, zones=zones))
    for at, zone in enumerate(zones):
        alone = replace(batch_of(town, zones=[zone]), zones=Features.of([zone], code=[f"Z{at}"]))
        assert_same(together, messiness(alone), np.array([at]))


def test_a_batch_without_zones_gives_empty_arrays() -> None:
    found = messiness(replace(WHOLE, zones=WHOLE.zones.take(np.array([], dtype=np.int64))))
    assert len(found.value) == len(found.low) == len(found.reason) == 0
    assert all(len(values) == 0 for values in found.metrics.values())
