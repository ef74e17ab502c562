"""The private cluster and a database of one's own: edits of others mark zones, workers compute, backups hold it all."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import psycopg
import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import write_town
from tests.twin.runs.test_engine import table_hash
from twin.commands.store import bring_up
from twin.database.backup import backup, restore
from twin.database.connect import connect
from twin.database.dirty import is_waiting
from twin.goals import load_profile
from twin.jobs.worker import work
from twin.runs.engine import score

PROFILE = load_profile("xiongan_2035")
PREMISES = "SELECT goal, zone, building, node, fresh, covered, hindered, reach FROM twin.premise ORDER BY goal, zone"


@pytest.fixture
def town(any_store: str, tmp_path: Path) -> Path:  # noqa: ARG001
    write_town(tmp_path)
    load(read_recipe(tmp_path))
    return tmp_path


def last_run() -> int:
    with connect() as connection:
        row = connection.execute("SELECT max(id) AS id FROM twin.run WHERE status = 'done'").fetchone()
        return int(row["id"]) if row else 0


def dirty_zones() -> set[str]:
    with connect() as connection:
        return {row["zone"] for row in connection.execute("SELECT zone FROM twin.dirty")} - {""}


@pytest.mark.usefixtures("town")
def test_an_editor_marks_zones_and_a_worker_computes_them() -> None:
    first = score(PROFILE).run
    with connect(program="psql") as connection:
        connection.execute("SET ROLE twin_editor")
        connection.execute("UPDATE layer.building SET dwellings = 40 WHERE building_id = 'B12-0'")
        connection.execute("INSERT INTO layer.zone (code, geom) SELECT 'new', geom FROM layer.zone WHERE code = 'Z03'")
    assert {"Z12", "new", "Z03"} <= dirty_zones()
    work(once=True)
    assert last_run() == first + 1
    with connect() as connection:
        assert not is_waiting(connection)
    assert table_hash(last_run()) == table_hash(score(PROFILE).run)


@pytest.mark.usefixtures("town")
def test_a_viewer_reads_results_and_writes_none_and_an_editor_cannot_forge_marks() -> None:
    score(PROFILE)
    with connect() as connection:
        for table in ("flag", "form", "premise", "score"):
            connection.execute("SET ROLE twin_viewer")
            row = connection.execute(f"SELECT count(*) AS n FROM twin.{table}").fetchone()
            assert row and row["n"] > 0
            connection.rollback()
        for role, statement in (
            ("twin_viewer", "UPDATE twin.flag_state SET cause = 'other'"),
            ("twin_editor", "INSERT INTO twin.dirty (zone, layer) VALUES ('Z00', 'building')"),
            ("twin_editor", "DELETE FROM twin.dirty"),
            ("twin_editor", "SELECT twin.mark_layer('building')"),
            ("twin_editor", "TRUNCATE layer.building"),
            ("twin_editor", "ALTER TABLE layer.building DISABLE TRIGGER d_updated"),
        ):
            connection.execute(f"SET ROLE {role}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()


@pytest.mark.usefixtures("town")
def test_a_backup_holds_flags_messiness_and_premises_and_comes_back_where_a_worker_ran(tmp_path: Path) -> None:
    run = score(PROFILE).run
    file = tmp_path / "twin.tar"
    backup(file)
    with connect() as connection:
        before = table_hash(run), str(connection.execute(PREMISES).fetchall())
        connection.execute("UPDATE layer.building SET dwellings = 40 WHERE building_id = 'B12-0'")
    work(once=True)
    assert last_run() == run + 1
    restore(file)
    bring_up()
    assert last_run() == run
    with connect() as connection:
        assert (table_hash(run), str(connection.execute(PREMISES).fetchall())) == before
        assert not is_waiting(connection)
        connection.execute("UPDATE layer.building SET dwellings = 41 WHERE building_id = 'B12-0'")
    assert "Z12" in dirty_zones()
    work(once=True)
    assert last_run() == run + 1
    assert table_hash(last_run()) == table_hash(score(PROFILE).run)


@pytest.mark.parametrize("straight", [True, False])
def test_a_load_that_fails_in_the_middle_leaves_triggers_and_defaults_as_they_were(
    straight: bool, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if straight:
        with connect() as connection:
            connection.execute("TRUNCATE layer.building")
    score(PROFILE)
    states = (
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        "SELECT table_name, column_name, column_default FROM information_schema.columns "
        "WHERE table_schema = 'layer' ORDER BY 1, 2",
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'layer.building'::regclass ORDER BY 1",
        "SELECT count(*) FROM layer.building",
    )

    def state() -> list[str]:
        with connect() as connection:
            return [str(connection.execute(statement).fetchall()) for statement in states]

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = state()
    assert "'D'" not in before[0]
    houses = gpd.read_file(town / "buildings.gpkg")
    houses.assign(dwellings=7).to_file(town / "buildings.gpkg")
    monkeypatch.setattr("pipelines.load.mark_load", broken)
    with pytest.raises(KeyboardInterrupt):
        load(read_recipe(town), only="building")
    assert state() == before
    assert dirty_zones() == set()
