"""``twin sources``: from whom, how old, how many rows, and what is wrong with them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import PROJECT
from tests.pipelines.conftest import SmallCity, building, zone
from twin.cli import main
from twin.database.cluster import Cluster

TODAY = datetime.date(2025, 6, 30)


def listed(*options: str) -> str:
    """What ``twin sources`` prints."""
    done = CliRunner().invoke(main, ["sources", *options])
    assert done.exit_code == 0, done.output
    return done.stdout


def by_layer() -> dict[str, dict[str, Any]]:
    """What ``twin sources --json`` says, by layer."""
    return {each["layer"]: each for each in json.loads(listed("--json"))}


@pytest.fixture
def rivertown(store: Cluster) -> Path:  # noqa: ARG001
    """The sample city, loaded."""
    folder = PROJECT / "data" / "sample_city"
    load(read_recipe(folder))
    return folder


def test_the_sample_citys_sources_are_listed_with_age_and_health(rivertown: Path) -> None:
    recipe = read_recipe(rivertown)
    found = by_layer()
    assert len(found) == len(recipe.source) == 11
    for source in recipe.source:
        row = found[source.layer]
        assert source.observed_on is not None
        assert row["observed_on"] == source.observed_on.isoformat()
        assert row["age"] == f"{(TODAY - source.observed_on).days / 365.25:.1f} years"
        assert (row["path"], row["publisher"], row["licence"]) == (source.path, source.publisher, source.licence)
        assert row["health"] == "good"
    assert (found["building"]["rows"], found["building"]["rejected"]) == (19_882, 6)
    assert (found["zone"]["rows"], found["zone"]["rejected"]) == (145, 0)


@pytest.mark.usefixtures("rivertown")
def test_people_see_a_table_of_the_same() -> None:
    lines = listed().splitlines()
    for heading in ("layer", "file", "publisher", "licence", "observed", "age", "rows", "rejected", "health"):
        assert heading in lines[0].split()
    buildings = next(line for line in lines if line.startswith("building"))
    assert "buildings.shp" in buildings
    assert "19,882" in buildings
    assert buildings.rstrip().endswith("good")


@pytest.mark.usefixtures("store")
def test_what_is_wrong_with_a_source_is_said(small_city: SmallCity) -> None:
    small_city.file("zones.gpkg", [zone("Z1", 0, 0)])
    small_city.file("old_part.gpkg", [building("B1", 10, 10)])
    small_city.file("new_part.gpkg", [building("N1", 5_000, 5_000), building("N2", 5_050, 5_000, floors=-3)])
    terms = 'licence = "CC0-1.0"\nobserved_on = '
    small_city.source("zone", "zones.gpkg", terms + "2025-01-01")
    small_city.source("building", "old*.gpkg", terms + "2019-06-30")
    small_city.source("building", "new_part.gpkg")
    load(read_recipe(small_city.write()))
    health = {each["path"]: each["health"] for each in json.loads(listed("--json"))}
    assert health == {
        "zones.gpkg": "good",
        "old*.gpkg": "stale",
        "new_part.gpkg": "no date; no licence given; 50% rejected; no row lies in a zone",
    }


@pytest.mark.usefixtures("store")
def test_an_empty_store_says_how_to_fill_it() -> None:
    done = CliRunner().invoke(main, ["sources"])
    assert done.exit_code == 1
    assert "twin load DIR" in done.output
