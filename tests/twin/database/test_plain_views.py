"""Views for people who read with SQL."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import TEST_SQL
from tests.twin.database.edited import GREEN, door, loaded, rows_of, said
from twin.database.connect import connect

pytestmark = pytest.mark.usefixtures("edited_city")


def test_a_layers_history_reads_as_sentences() -> None:
    load, _ = loaded(GREEN, said("a", "b"))
    with door(program="QGIS 3.34") as connection:
        connection.execute("UPDATE layer.green_area SET kind = 'garden' WHERE green_id = 'a'")
        connection.execute("DELETE FROM layer.green_area WHERE green_id = 'b'")
    with door() as connection:
        rows = connection.execute(
            "SELECT key, version, made_by, made_with, load, then_it, ended_by, ended_with, kind "
            "FROM plain.green_area_history ORDER BY key, version"
        ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("a", 1, "loader", "twin load", load, "was changed", "ana", "QGIS 3.34", "park"),
        ("a", 2, "ana", "QGIS 3.34", None, "stands", None, None, "garden"),
        ("b", 1, "loader", "twin load", load, "was deleted", "ana", "QGIS 3.34", "park"),
    ]


def test_scores_and_flags_are_those_of_the_newest_finished_run_in_words() -> None:
    with connect() as connection:
        for statement in (TEST_SQL / "one_run.sql").read_text().split(";\n"):
            connection.execute(statement)
    with door(role="twin_viewer") as connection:
        (score,) = connection.execute("SELECT * FROM plain.scores").fetchall()
        (flag,) = connection.execute("SELECT * FROM plain.flags").fetchall()
    assert (score["zone"], score["goal"], score["value"], score["target"]) == ("Z1", "green_access", 0.5, "0.9")
    assert (score["goal_is"], float(score["attained_percent"])) == ("missed widely", 55.6)
    assert (flag["cause"], flag["likeliest_cause"], flag["confidence_percent"]) == ("undetermined", "missing data", 60)


def test_every_view_says_what_it_is_and_viewers_read_no_history() -> None:
    views = rows_of(
        "SELECT c.relname AS name, obj_description(c.oid) AS words FROM pg_class AS c "
        "WHERE c.relnamespace = 'plain'::regnamespace AND c.relkind = 'v'"
    )
    assert {"scores", "flags", "warnings", "conflicts", "green_area_history"} <= {row["name"] for row in views}
    assert [row["name"] for row in views if not row["words"]] == []
    for view in ("green_area_history", "conflicts"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), door(role="twin_viewer") as connection:
            connection.execute(f"SELECT FROM plain.{view}")
