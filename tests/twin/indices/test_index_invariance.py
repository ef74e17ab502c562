"""What holds for every index: neither the order of rows nor the cut into batches changes a value."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from small_city import BIG, INDICES, batch_of, cities, part_of, shuffled

from twin.batch import Batch, Features
from twin.index import Values


def assert_same(one: Values, other: Values) -> None:
    for name in ("value", "numerator", "denominator", "quality", "n"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9, err_msg=name)
    for name, part in one.parts.items():
        np.testing.assert_allclose(part, other.parts[name], rtol=1e-9, atol=1e-6, err_msg=name)
    assert one.reason.tolist() == other.reason.tolist()


@pytest.mark.parametrize("index", INDICES)
def test_the_example_of_an_index_runs(index: str) -> None:
    example = doctest.DocTestParser().get_doctest(INDICES[index].doc, {}, index, None, 0)
    assert example.examples, f"{index} has no example"
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("index", INDICES)
def test_the_page_of_an_index_states_what_a_reader_needs(index: str) -> None:
    for word in ("Formula:", "Unit:", "Denominator:", "Direction:", "Source:", "Quality:"):
        assert word in INDICES[index].doc, word


@pytest.mark.parametrize("index", INDICES)
@settings(max_examples=25, deadline=None)
@given(city=cities(), seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(index: str, city: dict[str, Features], seed: int) -> None:
    other = {name: shuffled(rows, seed) for name, rows in city.items()}
    assert_same(INDICES[index].compute(batch_of(index, BIG, city)), INDICES[index].compute(batch_of(index, BIG, other)))


@pytest.mark.parametrize("index", INDICES)
@settings(max_examples=25, deadline=None)
@given(city=cities(), cut=st.lists(st.booleans(), min_size=len(BIG), max_size=len(BIG)))
def test_the_cut_into_batches_does_not_matter(index: str, city: dict[str, Features], cut: list[bool]) -> None:
    whole = batch_of(index, BIG, city)
    all_at_once = INDICES[index].compute(whole)
    for group in (np.flatnonzero(cut), np.flatnonzero(~np.array(cut))):
        found = INDICES[index].compute(part_of(index, whole, group))
        expected = Values(
            *(getattr(all_at_once, name)[group] for name in ("value", "numerator", "denominator")),
            all_at_once.n[group],
            all_at_once.quality[group],
            all_at_once.reason[group],
            {name: part[group] for name, part in all_at_once.parts.items()},
        )
        assert_same(expected, found)


@pytest.mark.parametrize(
    "index",
    [
        *("green_access", "broadband_gigabit", "population_density", "park_area_per_person"),
        *("sewer_connection", "sewer_treatment", "transit_access"),
    ],
)
@settings(max_examples=25, deadline=None)
@given(city=cities(), corner=st.tuples(st.integers(0, 390), st.integers(0, 390)))
def test_one_more_building_changes_only_the_zones_that_hold_it(
    index: str, city: dict[str, Features], corner: tuple[int, int]
) -> None:
    x, y = corner[0] + 0.25, corner[1] + 0.25
    old = city["building"]
    columns = {name: [*old.columns[name], None] for name in old.columns}
    columns["dwellings"][-1], columns["residents"][-1] = 5, 11.0
    grown = {**city, "building": Features.of([*old.geometry, box(x, y, x + 9, y + 9)], **columns)}
    for layers in (grown, city):
        rows = layers["building"]
        known = np.where(rows.ids == 0, 2, rows.numbers("dwellings"))
        layers["building"] = replace(rows, columns={**rows.columns, "dwellings": known})
    before, after = (INDICES[index].compute(batch_of(index, BIG, layers)) for layers in (city, grown))
    holds = np.array([zone.contains(box(x, y, x + 9, y + 9).centroid) for zone in BIG])
    np.testing.assert_array_equal(before.value[~holds], after.value[~holds])
    counted = "numerator" if index == "population_density" else "denominator"
    added = getattr(after, counted)[holds] - getattr(before, counted)[holds]
    of_people = index in ("population_density", "park_area_per_person")
    np.testing.assert_array_equal(added, 11.0 if of_people else 5.0)


@pytest.mark.parametrize("index", INDICES)
def test_a_layer_that_is_not_loaded_gives_no_data_and_is_named(index: str) -> None:
    empty = batch_of(index, BIG, {})
    found = INDICES[index].compute(empty)
    assert np.isnan(found.value).all()
    assert (found.n == 0).all() and (found.quality == 0).all()
    for layer in INDICES[index].layers:
        assert all(layer in reason for reason in found.reason)


@pytest.mark.parametrize("index", INDICES)
def test_a_batch_without_zones_gives_empty_arrays(index: str) -> None:
    layers = {name: rows for name, rows in EXAMPLE.items()}
    whole = batch_of(index, BIG, layers)
    none = Batch(Features.of([]), whole.layers, whole.city, whole.networks, whole.per_node)
    assert len(INDICES[index].compute(none).value) == 0


EXAMPLE = {
    "building": Features.of([box(10, 10, 20, 20)], dwellings=[1]),
    "street": Features.of([box(0, 0, 100, 100).boundary], road_class=["residential"]),
    "green_area": Features.of([box(0, 0, 9, 9)], kind=["park"], access=["public"]),
    "broadband_coverage": Features.of([box(0, 0, 9, 9).centroid], premises=[1], max_down_mbps=[1000]),
    "transit_stop": Features.of([box(0, 0, 9, 9).centroid], stop_id=["a"]),
    "sewer_pipe": Features.of([LineString([(0, 5), (9, 5)])], pipe_id=["p"], from_node=["a"], to_node=["b"]),
    "sewer_node": Features.of([Point(9, 5)], node_id=["b"], kind=["treatment_plant"]),
    "sewer_connection": Features.of([Point(5, 5)], premises=[1], connected=[True]),
}
