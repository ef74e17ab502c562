"""A run of some zones writes their rows alone, is shown before its flags are made, and can be cut off at any step."""

from __future__ import annotations

import pytest

from tests.twin.runs.test_dirty import edit, place, scored_again, waiting
from tests.twin.runs.test_engine import RESULTS, table_hash
from twin.database import results
from twin.database.connect import connect
from twin.database.published import changed_values, read_run
from twin.goals import load_profile
from twin.runs import engine
from twin.runs.engine import score
from twin.runs.prepare import Preparation
from twin.runs.tables import scores_table

PROFILE = load_profile("xiongan_2035")
TABLES = ("score_state", "form_state", "premise_state")

pytestmark = pytest.mark.usefixtures("town")


def give_homes(count: int, building: str = "B12-0") -> None:
    edit("UPDATE layer.building SET dwellings = %s WHERE building_id = %s", count, building)


def written(run: int) -> dict[str, set[str]]:
    """Zones of the rows that a run wrote itself, by table."""
    with connect() as connection:
        return {
            table: {
                row["zone"]
                for row in connection.execute(f"SELECT DISTINCT zone FROM twin.{table} WHERE run_id = %s", [run])
            }
            for table in TABLES
        }


def test_a_run_of_dirty_zones_writes_the_rows_of_these_zones_alone() -> None:
    score(PROFILE)
    give_homes(9)
    dirty = waiting()["building"] - {""}
    done = scored_again()
    wrote = written(done.run)
    assert wrote["form_state"] == wrote["premise_state"] == dirty
    assert "Z12" in wrote["score_state"] and wrote["score_state"] < dirty, "values hang on few houses outside"
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


def test_a_house_outside_all_zones_is_looked_at_for_causes_alone() -> None:
    first = score(PROFILE)
    x, y = place(0, east=-60, north=20)
    edit(
        "INSERT INTO layer.building (building_id, dwellings, geom)"
        " VALUES ('out', 3, ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4547)))",
        *(x, y, x + 9, y + 9),
    )
    done = scored_again()
    assert (done.run > first.run, done.zones) == (True, 1)
    assert written(done.run) == {"score_state": set(), "form_state": {"Z00"}, "premise_state": {"Z00"}}
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


def test_people_are_counted_anew_for_a_goal_whose_index_reads_no_building() -> None:
    alone = PROFILE.model_copy(update={"goal": tuple(g for g in PROFILE.goal if g.index == "blue_green_share")})
    edit("UPDATE layer.zone SET population = NULL")
    score(alone)
    give_homes(90)
    done = score(alone, dirty=True)
    with connect() as connection:
        people = "SELECT people_affected FROM twin.score WHERE run_id = %s AND zone = 'Z12'"
        found = [connection.execute(people, [run]).fetchone() for run in (done.run, score(alone).run)]
    assert found[0] == found[1] and found[0]["people_affected"] > 90


def test_every_run_keeps_saying_what_it_said() -> None:
    runs = [score(PROFILE).run]
    said = [table_hash(runs[0])]
    for count in (9, 5, 40):
        give_homes(count)
        runs.append(scored_again().run)
        said.append(table_hash(runs[-1]))
    assert len(set(said)) == 4
    assert [table_hash(run) for run in runs] == said


def test_what_changed_and_by_how_much_is_known_of_a_run_of_some_zones() -> None:
    first = score(PROFILE).run
    give_homes(40)
    second = scored_again().run
    with connect() as connection:
        changes = {
            (row["zone"], row["goal"]): (row["before"], row["after"]) for row in changed_values(connection, second)
        }
        value = "SELECT value FROM twin.score WHERE run_id = %s AND zone = 'Z12' AND goal = 'broadband_gigabit'"
        before, after = (connection.execute(value, [run]).fetchone()["value"] for run in (first, second))
        assert changed_values(connection, first) == []
    assert changes["Z12", "broadband_gigabit"] == (before, after)
    assert {zone for zone, _ in changes} <= {"Z07", "Z12", "Z11", "Z13", "Z17"}


class Stopped(Exception):
    """In place of a worker that is killed."""


@pytest.mark.parametrize("step", ["close_evidence", "end_run"])
def test_a_worker_that_dies_after_scores_are_shown_leaves_its_zones_dirty(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = score(PROFILE).run
    give_homes(9)
    dirty = waiting()["building"] - {""}

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(engine.results, step, stop)
        with pytest.raises(Stopped):
            scored_again()
    with connect() as connection:
        shown = read_run(connection)
        assert shown is not None and shown.id == first + 1 and not shown.flagged
        assert set(scores_table(connection).rows["run"]) == {first}, "exports wait for the flags"
    done = scored_again()
    assert done.zones == len(dirty)
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


def test_a_run_that_is_given_up_leaves_nothing_to_those_that_follow() -> None:
    first = score(PROFILE)
    give_homes(9)
    with connect() as connection:
        identity = results.Identity("other", "data", "code")
        lost = results.begin_run(connection, identity, "x", {}, 25, 1, "", first.run)
        connection.execute(
            "INSERT INTO twin.score_state SELECT (jsonb_populate_record(s, jsonb_build_object('run_id', %s::int))).*"
            " FROM twin.score_state AS s WHERE base = %s AND zone = 'Z12'",
            [lost, first.run],
        )
    done = scored_again()
    assert done.run > lost
    assert written(lost)["score_state"] == set()
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


def test_what_a_worker_keeps_makes_no_difference_to_the_flags() -> None:
    worker = Preparation()
    score(PROFILE, preparation=worker)
    for count in (3, 17):
        give_homes(count, f"B{count}-1")
        warm = score(PROFILE, dirty=True, preparation=worker)
        with connect() as connection:
            flags = connection.execute(RESULTS[2], [warm.run]).fetchall()
        with connect() as connection:
            fresh = connection.execute(RESULTS[2], [score(PROFILE, zones=["Z00"]).run]).fetchall()
        assert flags == fresh
        score(PROFILE, dirty=True, preparation=worker)


def test_what_runs_write_and_nobody_searches_is_not_analysed() -> None:
    """Elements of arrays and of objects: statistics of them took PostgreSQL longer than all its other upkeep."""
    with connect() as connection:
        columns = connection.execute(
            "SELECT c.relname || '.' || a.attname AS name, a.attstattarget AS target"
            " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = 'twin'::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped"
            " AND (c.relname LIKE '%%_state' OR c.relname = 'seen')"
            " AND (a.atttypid = 'jsonb'::regtype OR a.attndims > 0)",
        ).fetchall()
    assert len(columns) == 20
    assert [row["name"] for row in columns if row["target"] != 0] == []
