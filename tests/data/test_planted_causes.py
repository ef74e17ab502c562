"""The causes that were planted into the sample city are found again: files to flags, in a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from pipelines.load import load
from pipelines.outcome import Loaded
from pipelines.recipe import read_recipe
from tests.conftest import empty_store
from twin.database import causes
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.goals import load_profile
from twin.runs.engine import score
from twin.settings import settings

CITY = Path(__file__).resolve().parents[2] / "data" / "sample_city"
CONTRASTS = ("broadband_gigabit", "sewer_connection", "sewer_treatment")
WALKS = ("green_access", "transit_access")
SURE = 0.7


@dataclass(frozen=True)
class Found:
    """What a load of the sample city said, and the flags of its zones."""

    loaded: Loaded
    flags: pd.DataFrame
    premises: pd.Series[float]


@pytest.fixture(scope="module")
def found(private_cluster: Cluster) -> Iterator[Found]:
    """The sample city loaded and scored, once for all tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TWIN_DSN", raising=False)
        patch.setenv("TWIN_HOME", str(private_cluster.home))
        settings.cache_clear()
        private_cluster.up()
        empty_store()
        loaded = load(read_recipe(CITY))
        run = score(load_profile("xiongan_2035")).run
        with connect() as connection:
            flags = pd.DataFrame(causes.flags(connection, run))
            rows = causes.premises_of_goal(connection, run, "sewer_connection")
        yield Found(loaded, flags, pd.Series({row["zone"]: float(sum(row["premises"])) for row in rows}))
    settings.cache_clear()


@pytest.fixture(scope="module")
def planted(found: Found) -> pd.DataFrame:
    """The planted causes, each with the cause that its zone's flag names: "" where there is no flag."""
    table = pd.read_csv(CITY / "planted_causes.csv")
    named = found.flags.set_index(["goal", "zone"])[["cause", "confidence", "shortfall"]].add_prefix("flag_")
    return table.join(named, on=["goal", "zone"]).fillna({"flag_cause": ""})


def told(wrong: pd.DataFrame) -> str:
    """The rows that were not found, to be read by people."""
    return "\n" + wrong[["goal", "zone", "cause", "flag_cause", "flag_confidence", "reason"]].to_string()


def test_a_load_rejects_the_broken_rows_of_the_readme_and_no_others(found: Found) -> None:
    text = (CITY / "README.md").read_text(encoding="utf-8").split("## Broken rows")[1].split("## Planted")[0]
    rejected = sum("| rejected" in line for line in text.splitlines())
    assert found.loaded.rejected == rejected == 19
    assert sum(sum(each.reasons.values()) for each in found.loaded.sources) == rejected


def test_every_planted_zone_has_premises_enough_and_a_shortfall(found: Found, planted: pd.DataFrame) -> None:
    assert (found.premises[planted["zone"].unique()] >= 25).all()
    missing = planted[planted["flag_cause"] == ""]
    assert missing.empty, told(missing)
    assert planted["flag_shortfall"].min() > 0.02


@pytest.mark.parametrize("goal", [*CONTRASTS, *WALKS])
def test_nine_planted_causes_of_ten_are_found(planted: pd.DataFrame, goal: str) -> None:
    mine = planted[planted["goal"] == goal]
    wrong = mine[mine["cause"] != mine["flag_cause"]]
    assert len(mine) >= 20
    assert len(wrong) <= 0.1 * len(mine), told(wrong)


@pytest.mark.parametrize("goal", [*CONTRASTS, *WALKS])
def test_each_cause_is_found_where_it_was_planted(planted: pd.DataFrame, goal: str) -> None:
    for cause, mine in planted[planted["goal"] == goal].groupby("cause"):
        wrong = mine[mine["flag_cause"] != cause]
        assert len(wrong) <= 0.2 * len(mine), told(wrong)


@pytest.mark.parametrize("reason", sorted(set(pd.read_csv(CITY / "planted_causes.csv")["reason"])))
def test_each_way_to_plant_a_cause_is_seen_through(planted: pd.DataFrame, reason: str) -> None:
    mine = planted[planted["reason"] == reason]
    wrong = mine[mine["cause"] != mine["flag_cause"]]
    assert len(wrong) <= 0.2 * len(mine), told(wrong)


@pytest.mark.parametrize("goal", CONTRASTS)
def test_form_is_seldom_blamed_with_confidence_where_it_was_not_planted(
    found: Found, planted: pd.DataFrame, goal: str
) -> None:
    guilty = planted[(planted["goal"] == goal) & (planted["cause"] == "messy")]["zone"]
    innocent = found.premises.index[found.premises >= 25].difference(pd.Index(guilty))
    flags = found.flags[(found.flags["goal"] == goal) & found.flags["zone"].isin(innocent)]
    blamed = flags[(flags["cause"] == "messy") & (flags["confidence"] >= SURE)]
    assert len(blamed) <= 0.03 * len(innocent), blamed[["zone", "value", "confidence", "evidence"]].to_string()


@pytest.mark.parametrize("goal", [*CONTRASTS, "transit_access"])
def test_zones_that_are_not_listed_reach_the_goal_or_nearly(found: Found, planted: pd.DataFrame, goal: str) -> None:
    listed = planted[planted["goal"] == goal]["zone"]
    others = found.flags[(found.flags["goal"] == goal) & ~found.flags["zone"].isin(listed)]
    assert others["shortfall"].median() < 0.1
    assert others["shortfall"].max() < 0.25, others[["zone", "cause", "value"]].to_string()


def test_quarters_that_drain_into_the_river_are_connected_but_not_treated(found: Found, planted: pd.DataFrame) -> None:
    river = planted[planted["reason"].str.contains("end in the river")]
    assert set(river["goal"]) == {"sewer_treatment"} and len(river) == 3
    unconnected = found.flags[(found.flags["goal"] == "sewer_connection") & found.flags["zone"].isin(river["zone"])]
    assert unconnected.empty
    treated = found.flags[(found.flags["goal"] == "sewer_treatment") & found.flags["zone"].isin(river["zone"])]
    assert (treated["value"] < 0.5).all()


def test_the_same_quarter_can_miss_two_goals_for_two_reasons(planted: pd.DataFrame) -> None:
    broadband, sewer = (planted[planted["goal"] == g].set_index("zone")["cause"] for g in CONTRASTS[:2])
    both = pd.concat([broadband, sewer], axis=1, keys=["broadband", "sewer"]).dropna()
    assert (both["broadband"] != both["sewer"]).sum() >= 5
    retrofitted = set(broadband[broadband == "messy"].index) - set(sewer.index)
    assert len(retrofitted) == 3
