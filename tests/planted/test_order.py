"""Flags of a planted city are the same for any order of rows and any cut of its zones into batches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.planted.attributed import PROFILE
from tests.planted.city import Planted, planted_city
from tests.planted.parameters import STYLES
from tests.whole_city import WholeCity
from twin.attribution.premise import PremiseRows
from twin.batch import Batch, Features
from twin.messiness.measure import messiness, messiness_needs

EVIDENCE = ("evidence", "parts", "details")


@cache
def city(style: str) -> Planted:
    return planted_city(style, 7, zones=36)


def whole(planted: Planted, layers: dict[str, Features]) -> WholeCity:
    return WholeCity(layers, PROFILE, planted.reference_date)


def sorted_flags(found: WholeCity) -> pd.DataFrame:
    return found.flags().sort_values(["goal", "zone"]).reset_index(drop=True)


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Causes and words to the letter, numbers to the digits that sums in another order leave."""
    plain = [name for name in one.columns if name not in EVIDENCE]
    pd.testing.assert_frame_equal(one[plain], other[plain], rtol=1e-9, atol=1e-12)
    assert one["evidence"].tolist() == other["evidence"].tolist()
    for mine, theirs in zip(one["parts"], other["parts"], strict=True):
        assert mine == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("style", STYLES)
def test_flags_are_the_same_for_any_order_of_rows(style: str) -> None:
    planted = city(style)
    expected = sorted_flags(whole(planted, planted.layers))
    assert set(expected["cause"]) == {"messy", "technology", "data", "other"}
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        shuffled = {name: rows.take(random.permutation(len(rows))) for name, rows in planted.layers.items()}
        assert_same(sorted_flags(whole(planted, shuffled)), expected)


@pytest.mark.parametrize("style", STYLES)
def test_ids_of_the_store_make_no_difference_either(style: str) -> None:
    planted = city(style)
    random = np.random.default_rng(3)
    renamed = {
        name: Features(1 + random.permutation(len(rows)), rows.geometry, rows.columns)
        for name, rows in planted.layers.items()
    }
    expected = sorted_flags(whole(planted, planted.layers)).drop(columns=["evidence", "details"])
    found = sorted_flags(whole(planted, renamed)).drop(columns=["evidence", "details"])
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-12)


def batches(found: WholeCity, order: np.ndarray, size: int, reach: dict[str, float]) -> Sequence[Batch]:
    """Batches as a run reads them: some zones, and of the layers what lies within the declared reach of their boxes."""
    made = []
    for start in range(0, len(order), size):
        zones = found.layers["zone"].take(order[start : start + size])
        near = {}
        for name, metres in reach.items():
            rows, around = found.layers[name], shapely.buffer(shapely.envelope(zones.geometry), metres)
            tree = shapely.STRtree(shapely.envelope(rows.geometry))
            near[name] = rows.take(np.unique(tree.query(around, predicate="intersects")[1]))
        made.append(Batch(zones, near, found.facts, found.networks, found.batch.per_node))
    return made


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", [1, 5, 36])
def test_messiness_is_the_same_for_any_cut_of_the_zones(style: str, size: int) -> None:
    found = whole(city(style), city(style).layers)
    expected = messiness(found.batch)
    order = np.random.default_rng(size).permutation(36)
    parts = [messiness(batch) for batch in batches(found, order, size, messiness_needs()[0])]
    for name in ("value", "low", "high", "n", "reason"):
        there = np.concatenate([getattr(each, name) for each in parts])
        np.testing.assert_array_equal(there, getattr(expected, name)[order], err_msg=name)
    for name, values in expected.metrics.items():
        there = np.concatenate([each.metrics[name] for each in parts])
        np.testing.assert_allclose(there, values[order], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", [1, 5])
def test_premises_and_their_evidence_are_the_same_for_any_cut_of_the_zones(style: str, size: int) -> None:
    found = whole(city(style), city(style).layers)
    order = np.random.default_rng(size).permutation(36)
    cut = batches(found, order, size, dict(found.plan.reach_m))
    for goal in found.plan.goals:
        assert goal.premises is not None
        prepared = found.prepared[goal.goal.index]
        expected = _by_zone_and_building(goal.premises.rows(found.batch, prepared, **goal.params))
        tables = []
        for number, batch in enumerate(cut):
            rows = goal.premises.rows(batch, prepared, **goal.params)
            tables.append(_by_zone_and_building(rows, order[number * size : (number + 1) * size]))
        there = pd.concat(tables).sort_values(["zone", "building"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(there, expected, rtol=1e-9, atol=1e-9)


def _by_zone_and_building(rows: PremiseRows, zones: np.ndarray | None = None) -> pd.DataFrame:
    table = pd.DataFrame(vars(rows))
    if zones is not None:
        table["zone"] = zones[table["zone"]]
    return table.sort_values(["zone", "building"]).reset_index(drop=True)
