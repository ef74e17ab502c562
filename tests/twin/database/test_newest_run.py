"""A run over layers as they stood is nobody's newest run; zones whose run did not end still wait."""

from __future__ import annotations

import pytest

from tests.conftest import TEST_SQL
from tests.dashboards.town import build_town
from tests.twin.database.edited import door
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.holders import holder_of_runs
from twin.database.observed import observe
from twin.database.results import only_run

AS_OF = """
INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones, batches,
    finished_at, as_of)
SELECT profile_name, profile, '', '', '', 'done', 1, 1, now() + interval '1 hour', now() - interval '1 year'
FROM twin.run WHERE status = 'done' ORDER BY id DESC LIMIT 1
"""


@pytest.mark.usefixtures("store")
def test_views_for_people_and_metrics_leave_out_a_run_over_layers_as_they_stood() -> None:
    views = ("plain.scores", "plain.flags", "plain.zones")
    with connect() as connection:
        build_town(connection, across=2)
        before = {view: connection.execute(f"SELECT DISTINCT run, computed FROM {view}").fetchall() for view in views}
        newest = observe(connection).newest_run
        connection.execute(AS_OF)
    with door(role="twin_viewer") as connection:
        after = {view: connection.execute(f"SELECT DISTINCT run, computed FROM {view}").fetchall() for view in views}
        assert observe(connection).newest_run == newest is not None
    assert after == before
    assert all(rows and rows[0]["run"] for rows in after.values())


@pytest.mark.usefixtures("edited_city")
def test_zones_that_a_run_took_and_did_not_finish_are_counted_as_waiting() -> None:
    with connect() as connection:
        for statement in (TEST_SQL / "one_run.sql").read_text().split(";\n"):
            connection.execute(statement)
        for status in ("done", "running", "failed"):
            connection.execute(
                "INSERT INTO twin.dirty (zone, layer, run_id) SELECT %s, 'green_area', id FROM twin.run"
                " WHERE status = %s",
                [status, status],
            )
        connection.execute("INSERT INTO twin.dirty (zone, layer) VALUES ('new', 'green_area')")
        assert observe(connection).dirty_zones == 3


def test_who_holds_the_lock_of_runs_is_named(store: Cluster) -> None:  # noqa: ARG001
    with connect() as mine, connect(program="QGIS 3.34") as other:
        assert holder_of_runs(mine) == ""
        with only_run(other):
            row = mine.execute("SELECT current_user AS name").fetchone()
            assert row is not None
            assert holder_of_runs(mine) == f"{row['name']} with QGIS 3.34"
        assert holder_of_runs(mine) == ""
