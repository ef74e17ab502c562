"""What messiness is made of: bounds of a file, weights, intervals, and what is not measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box
from towns import SIDE, Town, batch_of, informal, organic, planned

from twin.batch import Batch, CityFacts, Features
from twin.discover import discover
from twin.errors import SettingError, UnknownName
from twin.messiness.bounds import Bounds, bounds
from twin.messiness.interval import DRAWS, Summed, interval
from twin.messiness.measure import FEW, INCOMPLETE, METRICS, NO_STREETS, messiness, messiness_needs
from twin.messiness.metric import Metric, Parts, of_buildings
from twin.networks.ways import ways


def test_under_30_buildings_nothing_is_said_of_buildings() -> None:
    town = informal(0)
    found = messiness(batch_of(Town(town.houses[:29], town.ways), Town(town.houses[:30], town.ways)))
    assert found.n.tolist() == [29, 30]
    assert found.reason.tolist() == [FEW, ""]
    assert np.isnan([found.value[0], found.low[0], found.high[0], found.metrics["block_depth"][0]]).all()
    assert found.value[1] > 0.5
    assert found.counts["block_depth"].tolist() == [29, 30]


def surveyed(town: Town, share: float, premises: object = 1) -> Batch:
    """A batch of a town of whose surveyed places this share still has a footprint."""
    houses = np.array(town.houses)
    kept = np.arange(len(houses)) % 100 < 100 * share
    gone = [Point(x, 500 + 60 * y) for x in range(0, 30, 3) for y in range(9)]
    places = [*shapely.centroid(houses[kept]), *gone[: int((~kept).sum())]]
    rows = Features.of(places, premises=[premises] * len(places))
    zones = [shapely.box(0, 0, SIDE, 3 * SIDE)]
    return batch_of(Town(list(houses[kept]), town.ways), zones=zones, broadband_coverage=rows)


@pytest.mark.parametrize(("share", "reason"), [(0.9, ""), (0.7, INCOMPLETE)])
def test_where_footprints_are_missing_messiness_is_not_measured(share: float, reason: str) -> None:
    town = informal(0)
    found = messiness(surveyed(Town(town.houses[:300], town.ways), share))
    assert found.reason.tolist() == [reason]
    assert np.isnan(found.value[0]) == np.isnan(found.metrics["block_depth"][0]) == bool(reason)
    assert np.isfinite(found.metrics["dead_ends"][0])


def test_places_without_premises_and_areas_tell_nothing_of_footprints() -> None:
    town = Town(informal(0).houses[:300], informal(0).ways)
    assert messiness(surveyed(town, 0.5, premises=0)).reason.tolist() == [""]
    assert messiness(surveyed(town, 0.5, premises=None)).reason.tolist() == [""]
    areas = Features.of([box(x, 500, x + 1, 501) for x in range(99)], premises=[1] * 99)
    zones = [box(0, 0, SIDE, 3 * SIDE)]
    assert messiness(batch_of(town, zones=zones, broadband_coverage=areas)).reason.tolist() == [""]


@pytest.mark.parametrize(("places", "reason"), [(29, ""), (30, INCOMPLETE)])
def test_it_takes_30_distinct_places_of_both_layers_to_judge(places: int, reason: str) -> None:
    far = [Point(10 * x, 900) for x in range(places)]
    one = Features.of(far[:10] * 5, premises=[2] * 50)
    two = Features.of(far[5:], premises=[1] * (places - 5))
    zones = [box(0, 0, SIDE, 3 * SIDE)]
    found = messiness(batch_of(informal(0), zones=zones, broadband_coverage=one, sewer_connection=two))
    assert found.reason.tolist() == [reason]


def test_without_streets_and_without_buildings_the_reason_is_told() -> None:
    batch = batch_of(informal(0))
    none = {"building": batch.layer("building")}
    city = CityFacts.of(none, "2025-06-30")
    found = messiness(replace(batch, layers=none, city=city, networks={"ways": ways.build({}, city)}))
    assert found.reason.tolist() == [NO_STREETS]
    assert np.isfinite(found.metrics["building_alignment"]).all()
    assert np.isnan(found.metrics["block_depth"]).all() and np.isnan(found.metrics["far_from_street"]).all()
    bare = {"street": batch.layer("street")}
    city = CityFacts.of(bare, "2025-06-30")
    empty = messiness(replace(batch, layers=bare, city=city, networks={"ways": ways.build(bare, city)}))
    assert empty.reason.tolist() == [FEW]


def test_what_a_run_must_read_is_collected_from_the_metrics() -> None:
    reach, networks = messiness_needs()
    assert reach == {"building": 120.0, "broadband_coverage": 0.0, "sewer_connection": 0.0}
    assert networks == ("ways",)


def test_the_value_is_the_weighted_mean_between_the_bounds() -> None:
    found = messiness(batch_of(informal(0), organic(0), planned()))
    for zone, value in enumerate(found.value):
        measured = {name: each for name, each in bounds().items() if np.isfinite(found.metrics[name][zone])}
        r = {n: np.clip((found.metrics[n][zone] - each.lo) / (each.hi - each.lo), 0, 1) for n, each in measured.items()}
        total = sum(each.weight for each in measured.values())
        assert value == pytest.approx(sum(each.weight * r[n] for n, each in measured.items()) / total)


def written(folder: Path, text: str) -> Path:
    path = folder / "messiness.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_bounds_is_checked(tmp_path: Path) -> None:
    good = '[block_depth]\nlo = 0.1\nhi = 0.4\nweight = 1\nsource = "here"\n'
    assert bounds(written(tmp_path, good))["block_depth"].hi == 0.4
    for number, (wrong, named) in enumerate(
        {
            good.replace("0.4", "0.1"): "lo 0.1 must be less than hi 0.1",
            good.replace("weight = 1", "weight = -1"): "block_depth weight",
            good.replace('source = "here"', ""): "block_depth source",
            good + "height = 3": "block_depth height",
            "[block_depth": "not TOML",
        }.items()
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(SettingError, match=named):
            bounds(written(folder, wrong))
    folder = tmp_path / "name"
    folder.mkdir()
    with pytest.raises(UnknownName, match="no metric 'block_depht'"):
        bounds(written(folder, good.replace("block_depth", "block_depht")))


def test_a_metric_is_one_file_and_without_bounds_it_is_shown_and_not_summed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(informal(0))
    before = messiness(batch)
    package = discover.__globals__["importlib"].import_module(METRICS)
    (tmp_path / "small_houses.py").write_text(SMALL_HOUSES, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    found = messiness(batch)
    assert set(found.metrics) - set(before.metrics) == {"small_houses"}
    assert 0 < found.metrics["small_houses"][0] < 1
    assert found.value.tolist() == before.value.tolist()
    assert found.low.tolist() == before.low.tolist()


SMALL_HOUSES = '''
"""Small houses."""

import shapely

from twin.batch import Batch
from twin.messiness.metric import Parts, metric, of_buildings


@metric(title="Small houses", title_zh="小房屋", unit="share", counted="buildings", layers={"building": 0.0})
def small_houses(batch: Batch) -> Parts:
    """Share of houses under 60 square metres."""
    return of_buildings(batch, shapely.area(batch.layer("building").geometry) < 60)
'''


def shares(counts: list[tuple[int, int]]) -> list[Summed]:
    """One metric: in each zone so many of so many units have something."""
    zone = np.repeat(np.arange(len(counts)), [n for _, n in counts])
    amount = np.concatenate([np.arange(n) < k for k, n in counts]).astype(float)
    parts = Parts(zone, np.arange(len(zone)), amount[:, None])
    metric = replace(discover(METRICS, Metric)["block_depth"], counted="buildings")
    return [Summed(metric, Bounds(lo=0, hi=1, weight=1, source="here"), parts, np.ones(len(counts), dtype=bool))]


@given(st.integers(30, 400), st.floats(0.02, 0.98))
def test_the_interval_of_a_share_is_that_of_its_sampling_error(n: int, share: float) -> None:
    k = round(share * n)
    low, high = interval(np.array(["A"]), np.array([k / n]), shares([(k, n)]))
    error = np.sqrt(k / n * (1 - k / n) / n)
    # 200 draws tell the 2.5th percentile to about a fifth of the standard error.
    assert low[0] == pytest.approx(k / n - 1.96 * error, abs=0.8 * error + 1 / n)
    assert high[0] == pytest.approx(k / n + 1.96 * error, abs=0.8 * error + 1 / n)


def test_the_interval_covers_the_truth_19_times_in_20() -> None:
    truth, n, zones = 0.3, 80, 600
    drawn = np.random.default_rng(5).binomial(n, truth, zones)
    codes = np.array([f"zone {at}" for at in range(zones)], dtype=object)
    low, high = interval(codes, drawn / n, shares([(int(k), n) for k in drawn]))
    covered = ((low <= truth) & (truth <= high)).mean()
    assert 0.90 < covered < 0.98
    assert DRAWS == 200


def test_the_interval_depends_on_the_zone_s_code_and_not_on_its_place() -> None:
    counts = [(20, 60), (20, 60), (33, 90)]
    value = np.array([k / n for k, n in counts])
    one = interval(np.array(["A", "B", "C"]), value, shares(counts))
    other = interval(np.array(["C", "A", "B"]), value[[2, 0, 1]], shares([counts[at] for at in (2, 0, 1)]))
    np.testing.assert_array_equal(np.array(one)[:, [2, 0, 1]], other)
    assert one[0][0] != one[0][1] or one[1][0] != one[1][1]


def test_amounts_that_are_not_known_do_not_count() -> None:
    batch = batch_of(planned())
    amounts = np.where(np.arange(240) % 2 == 0, 1.0, np.nan)
    sums, count = of_buildings(batch, amounts).sums(1)
    assert (sums.tolist(), count.tolist()) == ([[120]], [120])


def test_rows_without_a_shape_disturb_nobody() -> None:
    town = informal(0)
    whole, batch = messiness(batch_of(town)), batch_of(town)
    odd = Features.of([None, shapely.Polygon(), *batch.layer("building").geometry])
    found = messiness(replace(batch, layers={**batch.layers, "building": odd}))
    assert found.value.tolist() == whole.value.tolist()
    assert found.n.tolist() == whole.n.tolist()
    for name, values in whole.metrics.items():
        np.testing.assert_allclose(found.metrics[name], values, err_msg=name)
