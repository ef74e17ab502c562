"""Sewer pipes hang on their nodes: ends are put onto them and it is said; what does not fit is a warning."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from tests.twin.database.edited import EAST, LAYERS, NODE, NORTH, PIPE, SRID, door, loaded, rows_of, saved
from twin.database.connect import connect
from twin.database.edits import Change, find_row
from twin.database.topology import warn
from twin.errors import EditRefused


def at(x: float, y: float = 0) -> shapely.Point:
    return shapely.Point(EAST + x, NORTH + y)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(EAST + x, NORTH + y) for x, y in places])


NODES = {
    "N1": {"kind": "manhole", "invert_m": 5.0, "geom": at(0)},
    "N2": {"kind": "manhole", "invert_m": 4.0, "geom": at(100)},
    "N3": {"kind": "outfall", "invert_m": 4.5, "geom": at(200)},
}
PIPES = {"P1": {"from_node": "N1", "to_node": "N2", "kind": "storm", "geom": line((0, 0), (50, 10), (100, 0))}}


@pytest.fixture(autouse=True)
def city(edited_city: None) -> None:  # noqa: ARG001
    loaded(NODE, NODES)
    loaded(PIPE, PIPES)


def psql(statement: str) -> None:
    with door() as connection:
        connection.execute(statement)


def places(key: str) -> list[tuple[float, float]]:
    (row,) = rows_of("SELECT ST_AsBinary(geom) AS geom FROM layer.sewer_pipe WHERE pipe_id = %s", key)
    return [(x - EAST, y - NORTH) for x, y in shapely.from_wkb(row["geom"]).coords]


def warnings() -> list[tuple[str, str, str]]:
    found = rows_of("SELECT key, rule, message FROM twin.warning ORDER BY key, rule")
    return [(row["key"], row["rule"], row["message"]) for row in found]


def degrees(*coordinates: tuple[float, float]) -> dict[str, Any]:
    (row,) = rows_of(
        f"SELECT ST_AsGeoJSON(ST_Transform(ST_GeomFromText('{line(*coordinates).wkt}', {SRID}), 4326), 9) AS drawn"
    )
    drawn: dict[str, Any] = json.loads(row["drawn"])
    return drawn


def test_ends_drawn_near_their_nodes_are_put_onto_them_and_it_is_said() -> None:
    fields = {"pipe_id": "P2", "from_node": "N1", "to_node": "N2"}
    (done,) = saved(PIPE, Change("insert", fields=fields, geometry=degrees((0.3, 0.4), (50, 5), (100, -0.2))))
    assert done.remarks == (
        "The start was moved by 0.500 m onto the sewer node 'N1'.",
        "The end was moved by 0.200 m onto the sewer node 'N2'.",
    )
    assert places("P2")[0] == (0, 0)
    assert places("P2")[-1] == (100, 0)
    assert warnings() == []


def test_a_pipe_drawn_from_node_to_node_names_them() -> None:
    (done,) = saved(PIPE, Change("insert", fields={"pipe_id": "P2"}, geometry=degrees((0.1, 0), (100, 0.1))))
    assert "The start lies on the sewer node 'N1' now: from_node names it." in done.remarks
    (row,) = rows_of("SELECT from_node, to_node FROM layer.sewer_pipe WHERE pipe_id = 'P2'")
    assert row == {"from_node": "N1", "to_node": "N2"}


def test_an_end_drawn_far_from_its_node_is_a_warning_and_no_refusal() -> None:
    fields = {"pipe_id": "P2", "from_node": "N1", "to_node": "N9"}
    (done,) = saved(PIPE, Change("insert", fields=fields, geometry=degrees((0, 0.6), (100, 3))))
    assert warnings() == [
        ("P2", "from_node_end", "The start lies 0.60 m from the sewer node 'N1'"),
        ("P2", "to_node_end", "to_node names 'N9', which is no sewer node"),
    ]
    assert done.remarks[0].startswith("The start lies 0.60 m from the sewer node 'N1'. Move the start onto")
    psql("UPDATE layer.sewer_pipe SET geom = ST_SetPoint(geom, 0, ST_Translate(ST_StartPoint(geom), 0, -0.5))")
    assert [rule for _, rule, _ in warnings()] == ["to_node_end"]
    psql("DELETE FROM layer.sewer_pipe WHERE pipe_id = 'P2'")
    assert warnings() == []


def test_an_end_that_is_dragged_onto_another_node_hangs_on_that_one() -> None:
    psql(f"UPDATE layer.sewer_pipe SET geom = ST_SetPoint(geom, 2, ST_Point({EAST + 199.8}, {NORTH}, {SRID}))")
    (row,) = rows_of("SELECT from_node, to_node FROM layer.sewer_pipe")
    assert row == {"from_node": "N1", "to_node": "N3"}
    assert places("P1")[-1] == (200, 0)


def test_a_node_that_somebody_names_is_not_overruled_by_where_the_end_lies() -> None:
    psql("UPDATE layer.sewer_pipe SET to_node = 'N3'")
    assert places("P1")[-1] == (100, 0)
    assert warnings() == [("P1", "to_node_end", "The end lies 100.00 m from the sewer node 'N3'")]


def test_pipes_follow_a_node_that_is_moved_and_one_that_is_named_anew() -> None:
    with door() as connection:
        row = find_row(connection, NODE, "N2")
    assert row is not None
    (drawn,) = rows_of(
        f"SELECT ST_AsGeoJSON(ST_Transform(ST_Point({EAST + 110}, {NORTH + 7}, {SRID}), 4326), 9)::json AS place"
    )
    (done,) = saved(NODE, Change("update", row.id, row.version, {"node_id": "M2"}, drawn["place"]))
    assert done.remarks == ("1 ends of lines followed the sewer node 'M2'.",)
    assert places("P1")[:2] == [(0, 0), (50, 10)]
    assert places("P1")[2] == pytest.approx((110, 7), abs=0.001)
    (pipe,) = rows_of("SELECT to_node, version, edited_by FROM layer.sewer_pipe")
    assert pipe == {"to_node": "M2", "version": 2, "edited_by": "ana"}
    assert warnings() == []


def test_a_node_that_is_taken_away_leaves_a_warning_and_one_that_comes_ends_it() -> None:
    psql("DELETE FROM layer.sewer_node WHERE node_id = 'N2'")
    assert warnings() == [("P1", "to_node_end", "to_node names 'N2', which is no sewer node")]
    psql(
        "INSERT INTO layer.sewer_node (node_id, kind, geom) "
        "SELECT 'N2', 'manhole', ST_EndPoint(geom) FROM layer.sewer_pipe"
    )
    assert warnings() == []


def test_a_pipe_that_rises_is_a_warning_unless_it_is_pumped() -> None:
    psql("UPDATE layer.sewer_node SET invert_m = 5.25 WHERE node_id = 'N2'")
    said = "The sewer pipe rises by 0.25 m in the direction of flow, from 'N1' to 'N2'"
    assert warnings() == [("P1", "flow", said)]
    psql("UPDATE layer.sewer_pipe SET kind = 'force_main'")
    assert warnings() == []


def test_a_pipe_that_would_have_no_length_is_refused_also_where_snapping_makes_it_so() -> None:
    fields = {"pipe_id": "P2", "from_node": "N1", "to_node": "N1"}
    with pytest.raises(EditRefused, match="not valid: Too few points") as caught:
        saved(PIPE, Change("insert", fields=fields, geometry=degrees((0.1, 0), (0.2, 0))))
    assert caught.value.field == "geom"


def test_a_load_warns_in_the_same_words() -> None:
    assert LAYERS[PIPE.id].ends is not None
    loaded(NODE, {**NODES, "N1": {**NODES["N1"], "invert_m": 3.0}})
    loaded(PIPE, {**PIPES, "P2": {"from_node": "N1", "to_node": "N9", "geom": line((0, 0.6), (9, 9))}})
    with connect() as connection:
        notes = warn(connection, PIPE)
    assert notes == [
        "2 ends of sewer pipes lie on no sewer_node within 0.5 m",
        "1 sewer pipes rise in the direction of flow",
    ]
    assert warnings() == [
        ("P1", "flow", "The sewer pipe rises by 1.00 m in the direction of flow, from 'N1' to 'N2'"),
        ("P2", "from_node_end", "The start lies 0.60 m from the sewer node 'N1'"),
        ("P2", "to_node_end", "to_node names 'N9', which is no sewer node"),
    ]
    loaded(PIPE, PIPES)
    loaded(NODE, NODES)
    with connect() as connection:
        assert warn(connection, PIPE) == []
    assert warnings() == []
