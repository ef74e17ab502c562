from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from twin.database import results
from twin.database.connect import connect
from twin.errors import RunInProgress, StoreNotReady, UnknownName
from twin.goals import Profile, load_profile
from twin.runs.engine import score
from twin.runs.explain import explanation
from twin.runs.plan import plan
from twin.runs.tables import table_of

PROFILE = load_profile("xiongan_2035")
COMPUTED = set(plan(PROFILE).described())
RESULTS = (
    "SELECT goal, zone, value, attainment, shortfall, class, n, quality, people_affected, reason, "
    "numerator, denominator, parts::text FROM twin.score WHERE run_id = %s ORDER BY goal, zone",
    "SELECT zone, premises, value, low, high, n, reason, metrics::text FROM twin.form WHERE run_id = %s ORDER BY zone",
    "SELECT goal, zone, cause, confidence, second_cause, gain_if_tidy, gain_if_supplied, people_affected, evidence, "
    "evidence_zh, parts::text, details::text FROM twin.flag WHERE run_id = %s ORDER BY goal, zone",
)


def table_hash(run: int) -> str:
    with connect() as connection:
        rows = [connection.execute(statement, [run]).fetchall() for statement in RESULTS]
    assert all(rows)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def values(run: int, goal: str) -> dict[str, float | None]:
    with connect() as connection:
        rows = connection.execute("SELECT zone, value FROM twin.score WHERE run_id = %s AND goal = %s", [run, goal])
        return {row["zone"]: row["value"] for row in rows}


@pytest.mark.usefixtures("town")
def test_every_zone_gets_a_row_for_every_computed_goal() -> None:
    done = score(PROFILE)
    with connect() as connection:
        rows = connection.execute("SELECT goal, count(*) AS n FROM twin.score GROUP BY 1").fetchall()
    assert {row["goal"]: row["n"] for row in rows} == dict.fromkeys(COMPUTED, 25)
    assert (done.zones, done.resumed) == (25, False)


@pytest.mark.usefixtures("town")
def test_batches_of_any_size_and_any_number_of_threads_give_the_same(fresh_settings: Callable[..., None]) -> None:
    first = table_hash(score(PROFILE).run)
    for size, workers in ((1, 1), (4, 2), (7, 3)):
        fresh_settings(TWIN_HOME=os.environ["TWIN_HOME"], TWIN_BATCH=str(size))
        assert table_hash(score(PROFILE, workers=workers).run) == first


@pytest.mark.usefixtures("town")
def test_a_plain_geopandas_join_gives_the_same_broadband(town: Path) -> None:
    found = values(score(PROFILE).run, "broadband_gigabit")
    zones = gpd.read_file(town / "zones.gpkg")
    points = gpd.read_file(town / "coverage.gpkg")
    houses = gpd.read_file(town / "buildings.gpkg")
    houses.geometry = houses.representative_point()
    fast = gpd.sjoin(points[points.max_down_mbps >= 1000], zones).groupby("code").premises.sum()
    total = gpd.sjoin(houses, zones).groupby("code").dwellings.sum()
    for code in zones.code:
        assert found[code] == pytest.approx(min(1, fast.get(code, 0) / total[code]), abs=1e-12)


def test_the_city_counts_what_lies_in_two_zones_once(town: Path) -> None:
    run = score(PROFILE).run
    with connect() as connection:
        city = results.city_values(connection, run)
    zones = gpd.read_file(town / "zones.gpkg")
    houses = gpd.read_file(town / "buildings.gpkg")
    whole = shapely.union_all(zones.geometry)
    inside = shapely.contains(whole, houses.representative_point().array)
    assert city["broadband_gigabit"]["denominator"] == pytest.approx(2 * inside.sum())
    assert city["blue_green_share"]["denominator"] == pytest.approx(whole.area)
    assert city["blue_green_share"]["denominator"] < zones.area.sum() - 1


@pytest.mark.usefixtures("town")
def test_some_zones_are_recomputed_and_the_others_taken_over() -> None:
    first = score(PROFILE).run
    second = score(PROFILE, zones=["Z03", "Z04"])
    assert second.zones == 2
    assert table_hash(second.run) == table_hash(first)


@pytest.mark.usefixtures("town")
def test_an_unknown_zone_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"no zone 'Z99'"):
        score(PROFILE, zones=["Z99"])


@pytest.mark.usefixtures("town")
def test_zones_without_a_run_to_take_the_others_from() -> None:
    with pytest.raises(StoreNotReady, match="no finished run"):
        score(PROFILE, zones=["Z03"])


@pytest.mark.usefixtures("store")
def test_an_empty_store_says_what_to_do() -> None:
    with pytest.raises(StoreNotReady, match="twin load DIR"):
        score(PROFILE)


@pytest.mark.usefixtures("town")
def test_a_second_run_at_once_is_refused_by_name() -> None:
    with (
        connect(autocommit=True) as other,
        results.only_run(other),
        pytest.raises(RunInProgress, match="goes on"),
    ):
        score(PROFILE)


SLOW_SCORE = """
import sys, time
from twin.database import results
from twin.goals import load_profile
from twin.runs import engine
real = results.write_scores
def slow(*arguments):
    time.sleep(0.15)
    return real(*arguments)
results.write_scores = slow
engine.score(load_profile("xiongan_2035"), workers=1)
"""


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.6])
def test_a_run_killed_by_kill_9_is_resumed_with_the_same_result(
    town: Path,  # noqa: ARG001
    fresh_settings: Callable[..., None],
    moment: float,
) -> None:
    undisturbed = table_hash(score(PROFILE).run)
    fresh_settings(TWIN_HOME=os.environ["TWIN_HOME"], TWIN_BATCH="3")
    process = subprocess.Popen([sys.executable, "-c", SLOW_SCORE])
    while not batches_done():
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = batches_done()
    assert 0 < before < 9
    done = score(PROFILE)
    assert done.resumed
    assert table_hash(done.run) == undisturbed
    with connect() as connection:
        kept = connection.execute("SELECT count(*) AS n FROM twin.run_batch WHERE run_id = %s", [done.run]).fetchone()
    assert kept == {"n": 9}


def batches_done() -> int:
    with connect() as connection:
        row = connection.execute(
            "SELECT count(*) AS n FROM twin.run_batch JOIN twin.run ON id = run_id WHERE status = 'running'"
        ).fetchone()
    assert row is not None
    return int(row["n"])


def test_an_unfinished_run_of_other_data_is_given_up(town: Path, fresh_settings: Callable[..., None]) -> None:  # noqa: ARG001
    with connect() as connection:
        identity = results.Identity(PROFILE.digest, "other data", "other code")
        stale = results.begin_run(connection, identity, "x", {}, 25, 1)
    done = score(PROFILE)
    assert not done.resumed
    with connect() as connection:
        states = {row["id"]: row["status"] for row in results.runs(connection)}
    assert states == {stale: "failed", done.run: "done"}


def test_without_parks_the_reason_names_the_layer(town: Path) -> None:
    with connect() as connection:
        connection.execute("DELETE FROM layer.green_area")
    run = score(PROFILE).run
    with connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT class, value, n, quality, reason FROM twin.score "
            "WHERE run_id = %s AND goal = 'green_access'",
            [run],
        ).fetchall()
    assert rows == [
        {"class": 0, "value": None, "n": 0, "quality": 0.0, "reason": "Nothing is loaded in the layer green_area"}
    ]
    assert town.exists()


def test_goals_hold_for_their_zone_types_only(town: Path) -> None:  # noqa: ARG001
    goal = {"index": "blue_green_share", "target": 0.3, "direction": "at_least", "zone_types": ["park"]}
    run = score(Profile.model_validate({"name": "p", "year": 2035, "goal": [goal]}))
    with connect() as connection:
        assert connection.execute("SELECT count(*) AS n FROM twin.score WHERE run_id = %s", [run.run]).fetchone() == {
            "n": 0
        }


def test_scores_are_exported_as_the_contract_says(town: Path) -> None:  # noqa: ARG001
    run = score(PROFILE).run
    with connect() as connection:
        table = table_of(connection, "scores")
    assert list(table.plain.columns) == ["zone", "goal", "value", "target", "attainment", "n", "quality", "run"]
    assert len(table.rows) == 25 * len(COMPUTED)
    assert set(table.plain["run"]) == {run}
    assert table.places is not None
    assert table.places.crs.to_epsg() == 4547
    stored = values(run, "green_access")
    mine = table.plain[table.plain.goal == "green_access"]
    assert np.allclose(mine.value, [stored[zone] for zone in mine.zone])


def test_explaining_leads_to_files_and_rows(town: Path) -> None:  # noqa: ARG001
    run = score(PROFILE).run
    with connect() as connection:
        found = explanation(connection, "Z01", "broadband_gigabit")
        with pytest.raises(UnknownName, match=r"no zone 'Z1'. Did you mean 'Z\d1'\?"):
            explanation(connection, "Z1")
        with pytest.raises(UnknownName, match=r"no goal 'broadband'"):
            explanation(connection, "Z01", "broadband")
    text = found.as_text()
    assert f"Zone Z01, run {run}" in text
    assert "rows of coverage.gpkg" in text
    assert re.search(r"from broadband_coverage: \d+ rows of coverage.gpkg, rows \d+ to \d+ of the file", text)
    assert found.as_dict()["goals"][0]["value"] == values(run, "broadband_gigabit")["Z01"]
