"""Scores of layers as they stood: the same as were computed then, and never what maps show."""

from __future__ import annotations

import datetime
import json
import time

import pytest
from click.testing import CliRunner

from tests.twin.runs.test_dirty import edit, waiting
from tests.twin.runs.test_engine import table_hash
from twin.cli import main
from twin.database import results
from twin.database.connect import connect
from twin.database.published import read_run
from twin.goals import load_profile
from twin.runs.engine import score

PROFILE = load_profile("xiongan_2035")

pytestmark = pytest.mark.usefixtures("town")


def now() -> datetime.datetime:
    with connect() as connection:
        row = connection.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    return row["now"]


def edit_much() -> None:
    edit("UPDATE layer.building SET dwellings = 40 WHERE building_id = 'B12-0'")
    edit("DELETE FROM layer.street WHERE street_id = 'V7'")
    edit("DELETE FROM layer.building WHERE building_id LIKE 'B3-%%'")
    edit("UPDATE layer.zone SET population = 9, geom = ST_Multi(ST_Buffer(geom, -20)) WHERE code = 'Z08'")


def test_layers_as_they_stood_give_the_scores_of_then() -> None:
    first, moment = score(PROFILE).run, now()
    edit_much()
    second = score(PROFILE).run
    assert table_hash(second) != table_hash(first)
    past = score(PROFILE, as_of=moment).run
    assert table_hash(past) == table_hash(first)


def test_a_run_of_the_past_is_not_what_is_shown_and_takes_no_marks() -> None:
    score(PROFILE)
    moment = now()
    edit_much()
    dirty = waiting()
    latest = score(PROFILE, zones=["Z00"]).run
    past = score(PROFILE, as_of=moment).run
    with connect() as connection:
        shown, done = read_run(connection), results.finished_run(connection)
        assert shown is not None and shown.id == latest
        assert done is not None and done["id"] == latest
        gone = connection.execute("SELECT to_regnamespace('past') IS NULL AS gone").fetchone()
        evidence = connection.execute("SELECT count(*) AS n FROM twin.premise WHERE run_id = %s", [past]).fetchone()
    assert gone == {"gone": True} and evidence == {"n": 0}
    assert set(waiting()) == set(dirty)
    again = score(PROFILE, dirty=True)
    assert table_hash(again.run) == table_hash(score(PROFILE).run)


def test_the_command_says_the_city_as_it_was() -> None:
    score(PROFILE)
    # The command knows whole seconds; the load must lie before the one that is asked for.
    time.sleep(1.1)
    moment = now()
    edit_much()
    said = CliRunner().invoke(main, ["score", "--as-of", f"{moment:%Y-%m-%dT%H:%M:%S}", "--json"])
    assert said.exit_code == 0, said.output
    run = json.loads(said.stdout)["run"]
    listed = CliRunner().invoke(main, ["runs", "--json"])
    assert {row["id"]: row["as_of"] is not None for row in json.loads(listed.stdout)}[run]
    refused = CliRunner().invoke(main, ["score", "--as-of", "2026-01-01", "--zones", "dirty"])
    assert refused.exit_code == 2 and "leave --zones out" in refused.output
