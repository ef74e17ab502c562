"""Messiness of real cities stands in the order that is known of them; docs/validation.md has the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.conftest import empty_store, realdata
from tests.real_city import batch_of, grid_of, loaded_layers, table_of
from twin.batch import Features
from twin.database.cluster import Cluster
from twin.settings import settings

Layers = dict[str, Features]
CITIES = ("las_palmas", "helsinki", "kathmandu")


@pytest.fixture(scope="module")
def cities(private_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Layers]]:
    """Layers of a city by its name, each loaded once."""
    realdata("las_palmas")
    found: dict[str, Layers] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(private_cluster.home))
        settings.cache_clear()
        private_cluster.up()
        for name in CITIES:
            empty_store()
            found[name] = loaded_layers(name, tmp_path_factory.mktemp(name))
        yield found.__getitem__
    settings.cache_clear()


@pytest.fixture(scope="module")
def catchments(cities: Callable[[str], Layers]) -> pd.DataFrame:
    layers = cities("las_palmas")
    return table_of(batch_of(layers["zone"], layers)).set_index("name")


def cells_of(layers: Layers) -> pd.DataFrame:
    return table_of(batch_of(grid_of(layers), layers)).set_index("code")


def test_the_grid_of_la_isleta_is_tidier_than_the_old_town_and_that_than_the_ravines(catchments: pd.DataFrame) -> None:
    grid, old, ravines = catchments.loc[["IES LA ISLETA", "IES LA VEGA DE SAN JOSÉ", "IES EL BATÁN"], "value"]
    assert grid < 0.02 < old < 0.10 < ravines
    # The intervals of the first two touch; those of the ravines lie far from both.
    assert catchments.loc["IES EL BATÁN", "low"] > 3 * catchments.loc["IES LA VEGA DE SAN JOSÉ", "high"]


def test_an_organic_old_town_that_is_fully_served_is_not_called_messy(catchments: pd.DataFrame) -> None:
    old = catchments.loc["IES LA VEGA DE SAN JOSÉ"]
    assert old["orientation_disorder"] > 0.8
    assert old["orientation_disorder"] > 4 * catchments.loc["IES LA ISLETA", "orientation_disorder"]
    assert old["value"] < catchments["value"].median()


def test_catchments_without_footprints_are_not_measured(catchments: pd.DataFrame) -> None:
    missing = catchments[catchments["value"].isna()]
    assert dict(zip(missing.index, missing["reason"], strict=True)) == {
        "IES JINÁMAR": "Fewer than 30 buildings",
        "IES ANA LUISA BENÍTEZ": "Fewer than 30 buildings",
    }


def test_the_messiest_catchment_is_a_cemetery_and_an_ordinary_one_without_it(
    cities: Callable[[str], Layers], catchments: pd.DataFrame
) -> None:
    name = "IES FERIA DEL ATLÁNTICO"
    assert catchments["value"].idxmax() == name
    layers = cities("las_palmas")
    greens, houses = layers["green_area"], layers["building"]
    graves = shapely.union_all(greens.geometry[greens.words("kind") == "cemetery"])
    living = houses.take(~shapely.within(shapely.point_on_surface(houses.geometry), graves))
    without = table_of(batch_of(layers["zone"], {**layers, "building": living})).set_index("name")
    assert catchments.loc[name, "n"] - without.loc[name, "n"] == 248
    assert without.loc[name, "value"] < 0.15 < 0.5 < catchments.loc[name, "value"]


def test_every_cell_of_a_dense_unplanned_quarter_stands_above_every_cell_of_a_planned_centre(
    cities: Callable[[str], Layers],
) -> None:
    tidy, messy = cells_of(cities("helsinki"))["value"], cells_of(cities("kathmandu"))["value"]
    assert tidy.notna().sum() >= 5
    assert messy.notna().sum() == 4
    assert tidy.max() < 0.4 < messy.min()
    assert tidy.median() < 0.2
    assert messy.median() > 0.6


def test_a_count_of_buildings_does_not_stand_in_for_messiness(cities: Callable[[str], Layers]) -> None:
    cells = cells_of(cities("las_palmas")).dropna(subset=["value"])
    assert len(cells) > 120
    assert abs(cells["value"].corr(cells["n"].astype(float), method="spearman")) < 0.4


def test_the_self_built_hillsides_have_no_footprints_to_measure(cities: Callable[[str], Layers]) -> None:
    houses = shapely.point_on_surface(cities("las_palmas")["building"].geometry)
    for x, y in ((458_668, 3_107_851), (458_078, 3_108_103)):  # San Juan and San Roque
        assert np.hypot(*(shapely.get_coordinates(houses) - (x, y)).T).min() > 150
