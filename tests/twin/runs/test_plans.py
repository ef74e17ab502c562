"""An edit after a run of the whole city, of which the planner knows nothing yet: each row is looked up by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import sql

from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.queries import query

ZONES = 1500
FILL = {
    "score_state": "INSERT INTO twin.score_state (base, run_id, goal, zone, class, n, quality)"
    " SELECT %(run)s, %(run)s, 'g' || g, 'Z' || z, 1, 1, 1",
    "flag_state": "INSERT INTO twin.flag_state (base, run_id, goal, zone, cause, confidence, second_cause, value,"
    " target, shortfall, evidence, evidence_zh, parts, details)"
    " SELECT %(run)s, %(run)s, 'g' || g, 'Z' || z, 'messy', 0.5, 'data', 0, 1, 1, '', '', '{}', '{}'",
    "form_state": "INSERT INTO twin.form_state (base, run_id, zone, premises, n)"
    " SELECT %(run)s, %(run)s, 'Z' || z || g, 1, 1",
}
FILLED = " FROM generate_series(1, 5) AS g, generate_series(1, %(zones)s) AS z"
STATEMENTS = {
    "close_states": query("close_states", table=sql.Identifier("twin", "score_state")),
    "close_forms": query("close_forms"),
    "open_flags_of": query("open_flags_of"),
    "close_flags": query("close_flags"),
}


@pytest.fixture
def filled(store: Cluster) -> Iterator[tuple[Connection, int]]:  # noqa: ARG001
    """Two runs of a large city; tables were analysed after the first."""
    with connect(autocommit=False) as connection:
        for number in (1, 2):
            run = connection.execute(
                "INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones,"
                " batches) VALUES ('', '{}', '', '', '', 'done', 1, 1) RETURNING id"
            ).fetchone()
            assert run is not None
            for table, fill in FILL.items():
                connection.execute(fill + FILLED, {"run": run["id"], "zones": ZONES})
                if number == 1:
                    connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("twin", table)))
        yield connection, run["id"]
        connection.rollback()


def rows_of_scans(plan: dict[str, Any]) -> float:
    """Rows that scans of tables went over, thrown away or not."""
    inner = sum(rows_of_scans(each) for each in plan.get("Plans", []))
    if "Relation Name" not in plan or plan["Node Type"] == "ModifyTable":
        return inner
    return inner + float(plan["Actual Loops"]) * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))


@pytest.mark.parametrize("name", STATEMENTS)
def test_rows_of_a_run_that_is_new_are_looked_up(name: str, filled: tuple[Connection, int]) -> None:
    connection, run = filled
    values = {"run": run + 1, "base": run, "goals": ["g1", "g2"], "zones": ["Z7", "Z9"]}
    explained = connection.execute(sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) ") + STATEMENTS[name], values).fetchone()
    assert explained is not None
    assert rows_of_scans(explained["QUERY PLAN"][0]["Plan"]) <= 8
