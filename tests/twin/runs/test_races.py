"""Edits that come while a run is on its way are found by the next one, whatever the moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.test_dirty import edit
from tests.twin.runs.test_random_edits import is_same, result_of
from tests.twin.runs.test_random_edits import whole_town as whole_town
from twin.database import results
from twin.database.connect import connect
from twin.database.dirty import is_waiting
from twin.errors import UsageError
from twin.goals import load_profile
from twin.runs import engine
from twin.runs.engine import score
from twin.runs.prepare import Preparation

PROFILE = load_profile("xiongan_2035")

pytestmark = pytest.mark.usefixtures("whole_town")


def cut(pipe: str) -> None:
    edit("UPDATE layer.sewer_pipe SET to_node = 'nowhere' WHERE pipe_id = %s", pipe)


def dirty() -> engine.Finished:
    return score(PROFILE, dirty=True, preparation=Preparation())


def is_as_a_full_run(run: int) -> bool:
    return is_same(result_of(run), result_of(score(PROFILE).run))


@pytest.fixture
def before_begin(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Have something happen once, after it is decided what a run computes and before it takes up marks."""
    begin = engine._Engine._begin

    def arrange(happens: Callable[[], None]) -> None:
        waiting = [happens]

        def begun(*given: object) -> object:
            if waiting:
                waiting.pop()()
            return begin(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(engine._Engine, "_begin", begun)

    return arrange


def test_zones_named_by_hand_do_not_hide_a_network_that_changed() -> None:
    score(PROFILE)
    cut("P2")
    score(PROFILE, zones=["Z04"])
    assert is_as_a_full_run(dirty().run)


def test_a_network_that_changes_while_a_house_is_computed_is_found_by_the_next_run(
    before_begin: Callable[[Callable[[], None]], None],
) -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET dwellings = 7 WHERE building_id = 'B24-0'")
    before_begin(lambda: cut("P1"))
    first = dirty()
    second = dirty()
    assert second.run > first.run and second.zones > 0
    assert is_as_a_full_run(second.run)


def test_a_run_that_falls_back_to_all_zones_leaves_the_marks_of_what_it_did_not_see(
    before_begin: Callable[[Callable[[], None]], None],
) -> None:
    score(PROFILE)
    edit("UPDATE layer.street SET width_m = 2 WHERE street_id = 'H3'")
    edit("DELETE FROM twin.seen WHERE name = 'network ways'")
    before_begin(lambda: cut("P3"))
    assert dirty().zones == 25
    assert is_as_a_full_run(dirty().run)


def test_marks_of_a_run_that_was_cancelled_still_wait() -> None:
    score(PROFILE)
    edit("UPDATE layer.building SET dwellings = 7 WHERE building_id = 'B24-0'")
    with connect() as connection:
        run = results.begin_run(connection, results.Identity("a", "b", "c"), "x", {}, 25, 1)
        connection.execute("UPDATE twin.dirty SET run_id = %s", [run])
        assert is_waiting(connection)
        connection.execute(
            "INSERT INTO twin.form_state (base, run_id, zone, premises, n) VALUES (%s, %s, 'Z00', 0, 0)", [run, run]
        )
        results.give_up(connection, run)
        left = connection.execute("SELECT count(*) AS n FROM twin.form_state WHERE run_id = %s", [run]).fetchone()
        assert is_waiting(connection)
    assert left == {"n": 0}


def test_the_day_of_a_source_is_behind_scores_too(whole_town: Path) -> None:
    worker = Preparation()
    score(PROFILE, preparation=worker)
    recipe = whole_town / "city.toml"
    recipe.write_text(recipe.read_text().replace("observed_on = 2025-01-01", "observed_on = 2001-01-01"))
    load(read_recipe(whole_town))
    done = score(PROFILE, dirty=True, preparation=worker)
    assert done.zones == 25
    assert is_as_a_full_run(done.run)


def test_a_run_of_the_past_goes_over_all_zones_and_leaves_an_unfinished_run_alone() -> None:
    score(PROFILE)
    with connect() as connection:
        moment = connection.execute("SELECT clock_timestamp() AS now").fetchone()["now"]
        unfinished = results.begin_run(connection, results.Identity("a", "b", "c"), "x", {}, 25, 1)
    with pytest.raises(UsageError, match="leave zones out"):
        score(PROFILE, zones=["Z00"], as_of=moment)
    score(PROFILE, as_of=moment)
    with connect() as connection:
        states = {row["id"]: row["status"] for row in results.runs(connection)}
    assert states[unfinished] == "running"
