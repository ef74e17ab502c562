"""Zones, scores and flags as people read them, and what fields say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest

from layers.schema import Layer
from tests.dashboards.town import build_town
from tests.twin.database.edited import door, rows_of
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.discover import discover


@pytest.fixture
def town(store: Cluster) -> Iterator[None]:  # noqa: ARG001
    with connect() as connection:
        build_town(connection, across=3)
    yield


@pytest.mark.usefixtures("town")
def test_a_zone_tells_how_it_stands_with_its_goals() -> None:
    with door(role="twin_viewer") as connection:
        zones = {row["zone"]: row for row in connection.execute("SELECT * FROM plain.zones").fetchall()}
    scores = rows_of("SELECT zone, goal, attainment, value FROM twin.score ORDER BY zone, goal")
    assert len(zones) == 9
    for zone, found in groupby(scores, key=lambda row: row["zone"]):
        rows = list(found)
        missed = [row for row in rows if row["attainment"] is not None and row["attainment"] < 1]
        assert zones[zone]["goals_missed"] == len(missed)
        assert zones[zone]["goals_reached"] == sum((row["attainment"] or 0) >= 1 for row in rows)
        assert zones[zone]["goals_without_data"] == sum(row["value"] is None for row in rows)
        worst = min(missed, key=lambda row: (row["attainment"], row["goal"]), default=None)
        assert zones[zone]["farthest_from"] == (worst["goal"] if worst else None)
    assert zones["Z0001"]["type"] in ("residential", "mixed")
    assert 10 < zones["Z0001"]["hectares"] < 30


@pytest.mark.usefixtures("town")
def test_maps_have_the_rows_of_the_tables_with_their_zones_shapes() -> None:
    for name in ("scores", "flags"):
        (row,) = rows_of(
            f"SELECT count(*) AS n, count(DISTINCT (m.goal, m.id)) AS different, bool_and(m.geom = z.geom) AS same, "
            f"(SELECT count(*) FROM plain.{name}) AS wanted "
            f"FROM plain.{name}_on_map AS m JOIN layer.zone AS z ON z.code = m.zone"
        )
        assert row["n"] == row["different"] == row["wanted"] > 0
        assert row["same"]


@pytest.mark.usefixtures("town")
def test_every_view_and_every_field_says_what_it_is() -> None:
    silent = rows_of(
        "SELECT relname FROM pg_class AS c WHERE relnamespace = 'plain'::regnamespace AND relkind = 'v' "
        "AND obj_description(oid) IS NULL"
    )
    assert silent == []
    told = rows_of(
        "SELECT relnamespace::regnamespace::text AS schema, relname AS layer, attname AS field, "
        "col_description(c.oid, attnum) AS words FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid "
        "WHERE relnamespace IN ('layer'::regnamespace, 'history'::regnamespace) AND relkind = 'r' AND attnum > 0"
    )
    words = {(row["schema"], row["layer"], row["field"]): row["words"] or "" for row in told}
    for layer in discover("layers", Layer).values():
        for name, field in layer.fields.items():
            for schema in ("layer", "history"):
                said = words[schema, layer.id, name]
                assert said.startswith(field.doc), (layer.id, name)
                assert all(choice in said for choice in field.choices)
    assert words["layer", "sewer_pipe", "diameter_mm"] == "Inner diameter, or height where it is not round. In mm."


def test_without_zones_nothing_is_told_of_them(store: Cluster) -> None:  # noqa: ARG001
    assert rows_of("SELECT to_regclass('plain.zones') AS there") == [{"there": None}]
    rows_of("SELECT twin.tell_zones()")
    assert rows_of("SELECT to_regclass('plain.zones') AS there") == [{"there": None}]
