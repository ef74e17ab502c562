"""Zones that edits and loads touch are computed again, and the result is that of a full recompute."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import EAST, NORTH, SIDE
from tests.twin.runs.test_engine import table_hash
from twin.database.connect import connect
from twin.goals import load_profile
from twin.runs.engine import Finished, score

PROFILE = load_profile("xiongan_2035")
ALL = 25


def waiting() -> dict[str, set[str]]:
    with connect() as connection:
        found: dict[str, set[str]] = {}
        for row in connection.execute("SELECT zone, layer FROM twin.dirty"):
            found.setdefault(row["layer"], set()).add(row["zone"])
        return found


def edit(statement: str, *values: object) -> None:
    with connect() as connection:
        connection.execute(statement, values)  # type: ignore[arg-type]


def place(zone: int, east: float = 100, north: float = 100) -> tuple[float, float]:
    return EAST + SIDE * (zone % 5) + east, NORTH + SIDE * (zone // 5) + north


def house_at(zone: int) -> str:
    x, y = place(zone)
    return f"SRID=4547;MULTIPOLYGON((({x} {y},{x + 9} {y},{x + 9} {y + 9},{x} {y + 9},{x} {y})))"


CLINIC = (
    "INSERT INTO layer.facility (facility_id, kind, geom) VALUES (%s, 'clinic', ST_SetSRID(ST_Point(%s, %s), 4547))"
)


def scored_again() -> Finished:
    return score(PROFILE, dirty=True)


@pytest.mark.usefixtures("town")
def test_after_a_run_nothing_is_dirty_and_nothing_is_computed() -> None:
    first = score(PROFILE)
    assert waiting() == {}
    again = scored_again()
    assert (again.run, again.zones) == (first.run, 0)


@pytest.mark.usefixtures("town")
def test_an_edited_building_marks_the_zones_within_its_reach_and_no_other() -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET dwellings = 9 WHERE building_id = 'B12-0'")
    marked = waiting()
    assert set(marked) == {"building"}
    zones = marked["building"] - {""}
    assert "Z12" in zones
    assert zones <= {f"Z{n:02d}" for n in (6, 7, 8, 11, 12, 13, 16, 17, 18)}
    done = scored_again()
    assert done.zones == len(zones)
    assert waiting() == {}
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


@pytest.mark.usefixtures("town")
def test_a_moved_house_marks_where_it_was_and_where_it_is() -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET geom = ST_GeomFromEWKT(%s) WHERE building_id = 'B0-0'", house_at(24))
    zones = waiting()["building"]
    assert {"Z00", "Z24"} <= zones
    assert table_hash(scored_again().run) == table_hash(score(PROFILE).run)


@pytest.mark.usefixtures("town")
def test_an_edit_that_is_taken_back_leaves_no_mark() -> None:
    score(PROFILE)
    with connect() as connection:
        connection.execute("DELETE FROM layer.building WHERE building_id = 'B7-1'")
        connection.rollback()
    assert waiting() == {}


@pytest.mark.usefixtures("town")
def test_a_new_street_is_a_matter_of_the_zones_that_see_it() -> None:
    score(PROFILE)
    (x, y), (x2, y2) = place(6), place(18)
    edit(
        "INSERT INTO layer.street (street_id, road_class, geom) VALUES ('new', 'local', ST_GeomFromEWKT(%s))",
        f"SRID=4547;MULTILINESTRING(({x} {y},{x2} {y2}))",
    )
    done = scored_again()
    assert 0 < done.zones <= ALL
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


def test_a_load_marks_once_the_zones_of_the_rows_that_differ(town: Path) -> None:
    score(PROFILE)
    houses = gpd.read_file(town / "buildings.gpkg")
    houses.loc[houses.building_id == "B6-2", "dwellings"] = 31
    houses[houses.building_id != "B18-5"].to_file(town / "buildings.gpkg")
    outcome = {each.layer: each for each in load(read_recipe(town)).sources}["building"]
    assert (outcome.loaded, outcome.closed) == (1, 1)
    zones = waiting()["building"]
    assert {"", "Z06", "Z18"} <= zones
    assert "Z09" not in zones and "Z04" not in zones
    done = scored_again()
    assert done.zones == len(zones) - 1
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


def test_a_load_that_changes_nothing_marks_nothing(town: Path) -> None:
    score(PROFILE)
    load(read_recipe(town))
    assert waiting() == {}


def test_what_holds_for_the_whole_city_makes_all_zones_dirty(town: Path) -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET dwellings = NULL")
    assert scored_again().zones == ALL
    assert town.exists()


@pytest.mark.usefixtures("town")
def test_zones_named_by_hand_leave_the_marks_of_the_others() -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET dwellings = 5 WHERE building_id IN ('B0-0', 'B24-0')")
    score(PROFILE, zones=["Z00"])
    left = waiting()["building"]
    assert "Z00" not in left
    assert {"", "Z24"} <= left


@pytest.mark.usefixtures("town")
def test_a_zone_that_is_edited_around_and_then_goes_is_left_out_of_the_next_run() -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET dwellings = 9 WHERE building_id = 'B12-0'")
    edit("DELETE FROM layer.zone WHERE code = 'Z12'")
    done = scored_again()
    assert waiting() == {}
    assert table_hash(done.run) == table_hash(score(PROFILE).run)


@pytest.mark.usefixtures("town")
def test_a_zone_that_stood_alone_and_goes_takes_its_scores_along() -> None:
    edit("INSERT INTO layer.zone (code, geom) VALUES ('far', ST_Translate(ST_GeomFromEWKT(%s), 5e4, 0))", house_at(24))
    score(PROFILE)
    edit("DELETE FROM layer.zone WHERE code = 'far'")
    done = scored_again()
    assert done.zones == 0
    assert table_hash(done.run) == table_hash(score(PROFILE).run)
    assert scored_again().zones == 0 and waiting() == {}


@pytest.mark.usefixtures("town")
def test_marks_that_concern_no_zone_and_no_goal_do_not_wait_for_ever() -> None:
    edit(CLINIC, "a", *place(3))
    first = score(PROFILE)
    edit(CLINIC, "b", *place(3))
    edit("UPDATE layer.building SET geom = geom WHERE false")
    edit(
        "INSERT INTO layer.building (building_id, geom) VALUES ('far', ST_Translate(ST_GeomFromEWKT(%s), 5e4, 0))",
        house_at(3),
    )
    assert waiting() == {"facility": {"", "Z03"}, "building": {""}}
    assert (scored_again().run, scored_again().zones) == (first.run, 0)
    assert waiting() == {}


@pytest.mark.usefixtures("town")
def test_a_statement_that_touches_no_row_marks_nothing() -> None:
    score(PROFILE)
    edit("UPDATE layer.street SET name = 'Long Lane' WHERE street_id = 'nowhere'")
    edit("DELETE FROM layer.building WHERE building_id = 'nobody'")
    assert waiting() == {}


def goals_written(run: int) -> set[str]:
    with connect() as connection:
        return {row["goal"] for row in connection.execute("SELECT goal FROM twin.score_state WHERE run_id = %s", [run])}


@pytest.mark.usefixtures("town")
def test_an_edit_computes_the_goals_that_hang_on_its_layer_and_no_other() -> None:
    every = goals_written(score(PROFILE).run)
    edit("UPDATE layer.building SET dwellings = 9 WHERE building_id = 'B12-0'")
    assert every - goals_written(scored_again().run) == {"road_density"}
    first = "SELECT min(id) FROM layer.broadband_coverage"
    edit(f"UPDATE layer.broadband_coverage SET max_down_mbps = 10 WHERE id = ({first})")
    by_coverage = scored_again()
    assert goals_written(by_coverage.run) == {"broadband_gigabit"}
    assert table_hash(by_coverage.run) == table_hash(score(PROFILE).run)


@pytest.mark.usefixtures("town")
def test_a_goal_that_counts_no_people_is_computed_without_their_buildings() -> None:
    chosen = tuple(goal for goal in PROFILE.goal if goal.index in ("road_density", "transit_access"))
    two = PROFILE.model_copy(update={"goal": chosen})
    pond = "INSERT INTO layer.water_body (water_id, kind, geom) VALUES (%s, 'pond', ST_GeomFromEWKT(%s))"
    edit(pond, "first", house_at(0))
    score(two)
    edit(pond, "second", house_at(12))
    done = score(two, dirty=True)
    assert goals_written(done.run) == {"road_density"}
    assert table_hash(done.run) == table_hash(score(two).run)
