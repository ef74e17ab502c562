"""The planted cities themselves: what is called true in them follows from how they were made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.planted.city import Planted, planted_city
from tests.planted.labels import CAUSES, FEWEST_PREMISES, TARGETS
from tests.planted.parameters import STYLES
from tests.planted.traits import UTILITIES
from twin.batch import Batch, CityFacts
from twin.database.cluster import Cluster
from twin.goals import load_profile
from twin.indices.broadband_gigabit import broadband_gigabit
from twin.indices.green_access import green_access
from twin.indices.sewer_connection import sewer_connection
from twin.networks.sewer import sewer
from twin.networks.streets import streets

LAYERS = {
    "zone",
    "building",
    "street",
    "green_area",
    "broadband_coverage",
    "broadband_node",
    "sewer_pipe",
    "sewer_node",
    "sewer_connection",
}


@cache
def city(style: str, zones: int = 100, seed: int = 1, null: bool = False) -> Planted:
    return planted_city(style, seed, zones=zones, null=null)


@cache
def whole(style: str) -> Planted:
    return planted_city(style, 2)


def homes_by_zone(planted: Planted) -> pd.DataFrame:
    """One row a building with homes: its zone (position), dwellings."""
    buildings = planted.layers["building"]
    points = shapely.point_on_surface(buildings.geometry)
    house, zone = shapely.STRtree(planted.layers["zone"].geometry).query(points, predicate="within")
    return pd.DataFrame({"zone": zone, "dwellings": buildings.numbers("dwellings")[house]}, index=house)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_seed_gives_the_same_city_and_another_seed_another(style: str) -> None:
    one, again, other = (planted_city(style, seed, zones=36) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one.truth, again.truth)
    for name in LAYERS:
        assert shapely.equals_identical(one.layers[name].geometry, again.layers[name].geometry).all()
        pd.testing.assert_frame_equal(one.layers[name].frame(), again.layers[name].frame())
    assert len(one.layers["building"]) != len(other.layers["building"])


def test_a_style_or_parameter_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of quarters, valleys"):
        planted_city("suburbs", 1)
    with pytest.raises(ValueError, match="messyness"):
        planted_city("valleys", 1, zones=36, messyness=0.5)


@pytest.mark.parametrize("style", STYLES)
def test_a_city_has_all_layers_and_a_building_stands_in_one_zone(style: str) -> None:
    planted = city(style)
    assert set(planted.layers) == LAYERS
    assert all(len(features) for features in planted.layers.values())
    zones = planted.layers["zone"].geometry
    assert shapely.is_valid(zones).all()
    assert shapely.area(shapely.union_all(zones)) == pytest.approx(shapely.area(zones).sum(), rel=1e-6)
    homes = homes_by_zone(planted)
    assert len(homes) == len(planted.layers["building"])
    assert 55 <= len(homes) / len(zones) <= 80
    one, other = shapely.STRtree(planted.layers["building"].geometry).query(
        planted.layers["building"].geometry, predicate="intersects"
    )
    assert (one == other).all()


@pytest.mark.parametrize("style", STYLES)
def test_truth_labels_the_recorded_shortfalls_and_nothing_else(style: str) -> None:
    planted = city(style)
    homes = homes_by_zone(planted).groupby("zone")["dwellings"].sum()
    enough = planted.layers["zone"].words("code")[homes.index[homes >= FEWEST_PREMISES]]
    short = planted.recorded[(planted.recorded["shortfall"] > 0) & planted.recorded["zone"].isin(enough)]
    keys = set(zip(planted.truth["zone"], planted.truth["goal"], strict=True))
    assert keys == set(zip(short["zone"], short["goal"], strict=True))
    assert not planted.truth.duplicated(["zone", "goal"]).any()
    assert planted.truth["target"].equals(planted.truth["goal"].map(TARGETS))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("null", [False, True])
def test_no_better_world_covers_fewer(style: str, null: bool) -> None:
    truth = city(style, null=null).truth
    for better in ("tidy", "supplied"):
        assert (truth["real_y0"] <= truth[better]).all()
        assert (truth[better] <= truth["both"]).all()
    assert truth[["real_y0", "both"]].to_numpy().min() >= 0
    assert truth["both"].max() <= 1


@pytest.mark.parametrize("style", STYLES)
def test_each_cause_is_the_one_of_the_definition(style: str) -> None:
    truth = city(style).truth
    shares = truth[["real_y0", "tidy", "supplied", "both", "target"]].to_numpy(np.float64)
    for cause, (now, tidy, supplied, both_of_them, target) in zip(truth["cause"], shares, strict=True):
        gap, messy, supply, both = target - now, tidy - now, supplied - now, both_of_them - now
        if gap <= 0:
            expected = "data"
        elif both < gap / 2:
            expected = "other"
        elif messy >= supply and messy >= both / 4:
            expected = "messy"
        else:
            expected = "technology"
        assert cause == expected


@pytest.mark.parametrize("style", STYLES)
def test_in_a_null_city_access_changes_nothing_but_the_walk_to_green(style: str) -> None:
    real, null = city(style), city(style, null=True)
    assert null.layers["building"].frame().equals(real.layers["building"].frame())
    assert null.traits.equals(real.traits)
    utilities = null.truth[null.truth["goal"].isin(UTILITIES)]
    assert (utilities["tidy"] == utilities["real_y0"]).all()
    assert not (utilities["cause"] == "messy").any()
    one, other = (each.truth[each.truth["goal"] == "green_access"].reset_index(drop=True) for each in (real, null))
    pd.testing.assert_frame_equal(one, other)
    assert (real.truth["goal"].isin(UTILITIES) & (real.truth["cause"] == "messy")).any()


@pytest.mark.parametrize("style", STYLES)
def test_every_cause_occurs_often_enough_to_be_scored(style: str) -> None:
    truth = whole(style).truth
    share = truth["cause"].value_counts(normalize=True)
    assert set(share.index) == set(CAUSES)
    assert share.min() >= 0.08
    assert share.max() <= 0.55
    for goal in TARGETS:
        assert (truth.loc[truth["goal"] == goal, "cause"] == "messy").mean() >= 0.05


@pytest.mark.parametrize("style", STYLES)
def test_messiness_goes_with_distance_poverty_old_records_and_thin_supply(style: str) -> None:
    planted = whole(style)
    traits, informal = planted.traits, planted.traits["informal"]
    far = planted.far_from_street.reset_index(drop=True)
    assert 0.15 <= informal.corr(traits["far"], method="spearman") <= 0.75
    assert -0.8 <= informal.corr(traits["wealth"], method="spearman") <= -0.25
    assert 0.04 <= informal.corr(traits["broadband_gigabit_gap"], method="spearman") <= 0.5
    assert far.corr(informal, method="spearman") >= 0.5
    nodes = planted.layers["broadband_node"]
    live = nodes.geometry[nodes.words("status") == "in_service"]
    away = shapely.distance(shapely.centroid(planted.layers["zone"].geometry), shapely.union_all(live))
    assert 0.05 <= pd.Series(away).corr(informal, method="spearman") <= 0.5
    # Even so there are retrofitted messy zones, and tidy ones that nobody supplied.
    assert traits.loc[informal > 0, "retrofitted"].mean() > 0.08
    assert traits.loc[informal == 0, "estate"].mean() > 0.04


@pytest.mark.parametrize("style", STYLES)
def test_the_records_have_the_gaps_that_real_ones_have(style: str) -> None:
    planted = city(style)
    width = planted.layers["street"].numbers("width_m")
    assert 0.1 < np.isnan(width).mean() < 0.6
    old = np.datetime64(planted.reference_date) - np.timedelta64(5 * 365 + 2, "D")
    for layer, date in (("broadband_coverage", "surveyed_on"), ("sewer_connection", "recorded_on")):
        stale = (planted.layers[layer].dates(date) < old).mean()
        assert 0.02 < stale < 0.3
        assert 0.03 < 1 - len(planted.layers[layer]) / len(planted.layers["building"]) < 0.35
    assert any(access is None for access in planted.layers["green_area"].words("access"))
    assert {"treatment_plant", "manhole"} <= set(planted.layers["sewer_node"].words("kind"))
    assert "planned" in set(planted.layers["broadband_node"].words("status"))


@pytest.mark.parametrize("style", STYLES)
def test_pipes_end_on_their_nodes_and_flow_without_cycles(style: str) -> None:
    pipes, nodes = city(style).layers["sewer_pipe"], city(style).layers["sewer_node"]
    place = dict(zip(nodes.words("node_id"), nodes.geometry, strict=True))
    for end, key in ((0, "from_node"), (-1, "to_node")):
        there = np.array([place[name] for name in pipes.words(key)])
        assert shapely.distance(shapely.get_point(pipes.geometry, end), there).max() == 0
    down = dict(zip(pipes.words("from_node"), pipes.words("to_node"), strict=True))
    assert len(down) == len(pipes)
    ends = set(nodes.words("node_id")) - set(down)
    at = {start: start for start in down}
    for _ in range(len(down)):
        at = {start: down[here] for start, here in at.items() if here in down}
        if not at:
            break
    assert not at
    assert ends & set(nodes.words("node_id")[nodes.words("kind") == "treatment_plant"])


@pytest.mark.parametrize("style", STYLES)
def test_recorded_values_are_those_of_the_indices(style: str) -> None:
    planted = city(style, zones=36)
    facts = CityFacts.of(planted.layers, planted.reference_date)
    nets = {each.id: each.build(planted.layers, facts) for each in (streets, sewer)}
    to_green = green_access.per_node_of
    assert to_green is not None
    nodes = {"green_access": to_green(planted.layers, nets, facts)}
    batch = Batch(planted.layers["zone"], planted.layers, facts, nets, nodes)
    for index in (broadband_gigabit, sewer_connection, green_access):
        recorded = planted.recorded.loc[planted.recorded["goal"] == index.id, "value"]
        np.testing.assert_allclose(index.compute(batch).value, recorded, atol=1e-9)


@pytest.mark.parametrize("style", STYLES)
def test_a_city_of_four_hundred_zones_has_its_buildings(style: str) -> None:
    planted = planted_city(style, 5)
    assert 22_000 <= len(planted.layers["building"]) <= 32_000


@pytest.mark.parametrize("style", STYLES)
def test_the_files_load_without_a_reject(style: str, store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    planted = city(style, zones=36)
    loaded = load(read_recipe(planted.write(tmp_path)))
    assert {each.layer: each.loaded for each in loaded.sources} == {
        name: len(features) for name, features in planted.layers.items()
    }
    assert loaded.rejected == 0
    goals = load_profile(str(tmp_path / "planted.toml")).goal
    assert {goal.index: goal.target for goal in goals} == TARGETS
