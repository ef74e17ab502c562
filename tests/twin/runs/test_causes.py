"""Causes of a town in the store: flags of the whole city, their evidence, their exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from twin.database import causes
from twin.database.arrays import ARRAYS, Numbers, read_numbers, write_numbers
from twin.database.connect import connect
from twin.goals import Profile, load_profile
from twin.runs.engine import score
from twin.runs.explain import explanation
from twin.runs.tables import FLAG_COLUMNS, table_of

PROFILE = load_profile("xiongan_2035")


def flags_of(run: int, goal: str) -> dict[str, dict[str, Any]]:
    with connect() as connection:
        return {row["zone"]: row for row in causes.flags(connection, run, goal=goal)}


@pytest.mark.usefixtures("town")
def test_each_shortfall_of_a_zone_with_premises_enough_has_a_flag_and_no_other() -> None:
    run = score(PROFILE).run
    with connect() as connection:
        scores = connection.execute(
            "SELECT goal, zone FROM twin.score AS s JOIN twin.form AS f USING (run_id, zone) "
            "WHERE run_id = %s AND shortfall > 0 AND premises >= 25",
            [run],
        ).fetchall()
        flags = causes.flags(connection, run)
    assert {(row["goal"], row["zone"]) for row in flags} == {(row["goal"], row["zone"]) for row in scores}
    assert len(flags) > 25


@pytest.mark.usefixtures("town")
def test_parts_add_up_to_the_shortfall_and_the_causes_are_four() -> None:
    run = score(PROFILE).run
    with connect() as connection:
        for row in causes.flags(connection, run):
            assert sum(row["parts"].values()) == pytest.approx(row["shortfall"], abs=1e-9)
            assert row["cause"] in ("messy", "technology", "data", "other")
            assert 0.3 <= row["confidence"] <= 0.95
            assert row["evidence"].startswith(row["evidence"].split(":")[0])
            assert "%" in row["evidence_zh"] and "。" in row["evidence_zh"]


@pytest.mark.usefixtures("town")
def test_flags_are_the_same_of_however_many_zones_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect() as connection:
        connection.execute("DELETE FROM layer.zone WHERE code = 'Z24'")  # the one that overlaps another
    asked: list[int] = []
    read = causes.premises_of_goal

    def counted(connection: Any, run: int, goal: str, zones: Any = None) -> Any:
        asked.append(len(zones))
        return read(connection, run, goal, zones)

    def looked_for(*_: Any) -> Any:
        raise AssertionError("a full run has no flags of before")

    monkeypatch.setattr(causes, "premises_of_goal", counted)
    monkeypatch.setattr(causes, "_open_flags", looked_for)
    at_once = flags_of(score(PROFILE).run, "broadband_gigabit")
    assert set(asked) == {24}
    monkeypatch.setattr("twin.runs.flagging.ZONES_AT_ONCE", 7)
    in_parts = flags_of(score(PROFILE).run, "broadband_gigabit")
    assert set(asked) == {24, 7, 3}
    assert len(in_parts) > 10
    for zone, flag in in_parts.items():
        plain = {name: value for name, value in flag.items() if name not in ("base", "run_id", "until")}
        assert plain == {name: at_once[zone][name] for name in plain}


@pytest.mark.usefixtures("town")
def test_evidence_is_kept_of_the_newest_run_alone_and_counts_what_the_index_counts() -> None:
    score(PROFILE)
    run = score(PROFILE).run
    with connect() as connection:
        runs = connection.execute("SELECT DISTINCT run_id FROM twin.premise").fetchall()
        rows = causes.premises_of_goal(connection, run, "broadband_gigabit")
        counted = {row["zone"]: row for row in causes.scores_of_goal(connection, run, "broadband_gigabit")}
    assert [row["run_id"] for row in runs] == [run]
    for row in rows:
        assert row["premises"].sum() == counted[row["zone"]]["n"]
        assert (row["covered"] <= row["fresh"] + 1e-12).all()


@pytest.mark.usefixtures("town")
def test_a_recompute_of_some_zones_keeps_evidence_and_flags_of_the_others() -> None:
    first = score(PROFILE).run
    before = flags_of(first, "broadband_gigabit")
    second = score(PROFILE, zones=["Z03"]).run
    after = flags_of(second, "broadband_gigabit")
    assert {zone: row["details"] for zone, row in before.items()} == {
        zone: row["details"] for zone, row in after.items()
    }


def test_without_nodes_nobody_claims_to_know_the_cause(town: Path) -> None:
    with connect() as connection:
        connection.execute("DELETE FROM layer.broadband_node")
    flags = flags_of(score(PROFILE).run, "broadband_gigabit")
    assert flags
    assert {(row["cause"], row["confidence"]) for row in flags.values()} == {("data", 0.4)}
    assert all("broadband_node" in row["evidence"] for row in flags.values())
    assert town.exists()


@pytest.mark.usefixtures("town")
def test_flags_and_messiness_are_exported_as_the_contract_says() -> None:
    run = score(PROFILE).run
    with connect() as connection:
        flags, messiness = table_of(connection, "flags"), table_of(connection, "messiness")
        rows = causes.flags(connection, run)
    assert tuple(flags.plain.columns) == FLAG_COLUMNS
    assert len(flags.rows) == len(rows)
    assert list(messiness.plain.columns[:6]) == ["zone", "value", "low", "high", "n", "run"]
    assert len(messiness.rows) == 25
    measured = messiness.plain.dropna(subset=["value"])
    assert len(measured)
    assert (measured.low <= measured.value).all() and (measured.value <= measured.high).all()
    assert isinstance(flags.places, gpd.GeoDataFrame)


@pytest.mark.usefixtures("town")
def test_explaining_says_the_cause_and_how_sure() -> None:
    run = score(PROFILE).run
    zone, flag = next(iter(flags_of(run, "broadband_gigabit").items()))
    with connect() as connection:
        found = explanation(connection, zone, "broadband_gigabit")
    text = found.as_text()
    assert f"{flag['cause']}, confidence {flag['confidence']:.0%}" in text
    assert flag["evidence"] in text
    assert found.as_dict()["goals"][0]["cause"]["parts"] == flag["parts"]


def test_a_goal_with_few_premises_has_no_flag(town: Path) -> None:
    goal = {"index": "broadband_gigabit", "target": 1.0, "direction": "at_least"}
    profile = Profile.model_validate({"name": "p", "year": 2035, "goal": [goal]})
    with connect() as connection:
        connection.execute("UPDATE layer.building SET dwellings = 0 WHERE building_id LIKE 'B3-%%'")
        connection.execute("UPDATE layer.building SET dwellings = 24 WHERE building_id = 'B3-0'")
    run = score(profile).run
    flags = flags_of(run, "broadband_gigabit")
    assert "Z03" not in flags and "Z04" in flags
    assert town.exists()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_of_numbers_come_back_as_they_went(kind: str) -> None:
    numbers = np.array([0, 1, -3, 127, 32_000]) if kind.startswith("int") else np.array([0, 1.5, -np.inf, np.nan, 1e9])
    with connect() as connection:
        connection.execute(f"CREATE TEMP TABLE t (n {kind}[])")
        with connection.cursor() as cursor:
            write_numbers(cursor)
            with cursor.copy("COPY t FROM STDIN (FORMAT binary)") as copy:
                copy.set_types([f"{kind}[]"])
                copy.write_row((Numbers(numbers, kind),))
                copy.write_row((Numbers(numbers[:0], kind),))
        with connection.cursor(binary=True) as cursor:
            read_numbers(cursor)
            full, empty = (row["n"] for row in cursor.execute("SELECT n FROM t ORDER BY cardinality(n) DESC"))
        text = connection.execute("SELECT n[2]::float8 AS second FROM t WHERE cardinality(n) > 0").fetchone()
    assert pd.Series(full).equals(pd.Series(numbers.astype(full.dtype)))
    assert len(empty) == 0
    assert text == {"second": float(numbers[1])}


@pytest.mark.usefixtures("town")
def test_a_run_that_ends_between_its_last_batch_and_its_flags_is_finished_by_the_next_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("twin.runs.flagging.flags_of_run", stopped)
        with pytest.raises(KeyboardInterrupt):
            score(PROFILE)
    done = score(PROFILE)
    assert done.resumed
    assert len(flags_of(done.run, "broadband_gigabit")) > 5
