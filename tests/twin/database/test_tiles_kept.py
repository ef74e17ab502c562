"""A tile that is kept is shown only as long as it is what would be made anew."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from tests.twin.database.mvt import content
from tests.twin.database.tile_town import SIDE_M, around, cells, counted, keep, kept, made, place_of, put
from twin.database.cluster import Cluster
from twin.database.connect import Connection


def test_an_edit_makes_only_the_tiles_that_it_touches_anew(town: Connection) -> None:
    places = around(town, 15)
    for place in places:
        keep(town, place)
    town.commit()
    put(town, "NEW", 500, 500, 20)
    town.commit()
    anew = [place for place in places if kept(town, place) is None]
    assert place_of(town, 15, 510, 510) in anew
    assert len(anew) <= 4 < len(places)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "move", "grow", "delete", "nothing"]),
        st.floats(0, SIDE_M),
        st.floats(0, SIDE_M),
        st.floats(3, 260),
    ),
    min_size=1,
    max_size=4,
)


def edit(connection: Connection, number: int, kind: str, x: float, y: float, side: float) -> None:
    """One edit as QGIS makes it."""
    if kind == "insert":
        put(connection, f"E{number}", x, y, side)
        return
    where = "building_id = 'B" + str(int(x) % 400) + "'"
    statement = {
        "move": f"UPDATE layer.building SET geom = ST_Translate(geom, {side}, {-side}) WHERE {where}",
        "grow": f"UPDATE layer.building SET geom = ST_Expand(geom, {side}) WHERE false AND {where}",
        "delete": f"DELETE FROM layer.building WHERE {where}",
        "nothing": "UPDATE layer.building SET floors = 3 WHERE false",
    }[kind]
    connection.execute(statement)


@rounds(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_whatever_is_edited_kept_tiles_and_cells_are_those_made_anew(
    town: Connection, edits: list[tuple[str, float, float, float]]
) -> None:
    places = [place for z in (11, 13, 15) for place in around(town, z)][:60]
    for place in places:
        if kept(town, place) is None:
            keep(town, place)
    town.commit()
    first = town.execute("SELECT count(*) AS n FROM twin.change").fetchone()["n"]
    for number, each in enumerate(edits):
        edit(town, first + number, *each)
        town.commit()
    for place in places:
        found = kept(town, place)
        assert found is None or content(found) == content(made(town, place)), place
    made(town, place_of(town, 12))
    for level in (0, 2, 4):
        assert cells(town, level) == counted(town, level)


def test_a_load_makes_all_tiles_of_its_layer_anew(town: Connection) -> None:
    place = place_of(town, 15)
    keep(town, place)
    town.commit()
    assert kept(town, place) is not None
    town.execute("SET LOCAL ROLE twin_loader")
    town.execute("DELETE FROM layer.building WHERE building_id = 'B0'")
    town.commit()
    assert kept(town, place) is None


def test_a_tile_made_before_an_older_transaction_commits_is_not_shown_after_it(
    town: Connection, store: Cluster
) -> None:
    place = place_of(town, 15)
    with psycopg.connect(store.dsn()) as slow:
        slow.execute("UPDATE layer.building SET floors = 2")
        town.execute("UPDATE layer.green_area SET kind = kind")
        town.commit()
        keep(town, place)
        town.commit()
        assert kept(town, place) is not None
    assert kept(town, place) is None


def test_only_the_server_may_keep_tiles(town: Connection, store: Cluster) -> None:
    town.execute("CREATE ROLE reader LOGIN PASSWORD 'only-in-tests' IN ROLE twin_viewer")
    town.commit()
    login = psycopg.conninfo.make_conninfo(store.dsn(), user="reader", password="only-in-tests")
    try:
        with (
            psycopg.connect(login) as reader,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="only twin_tiler"),
        ):
            reader.execute("SELECT twin.keep_tile('building', 1, 1, 1, '', '1:1:', 0, '')")
    finally:
        town.execute("DROP ROLE reader")
        town.commit()


def test_kept_tiles_take_a_bounded_room(town: Connection) -> None:
    slots = town.execute(
        "SELECT min(s) AS low, max(s) AS high, count(DISTINCT s) AS n"
        " FROM (SELECT twin.tile_slot('building', 15, x, x) AS s FROM generate_series(1, 60000) AS x) AS slots"
    ).fetchone()
    assert (slots["low"], slots["high"], slots["n"] > 8000) == (0, 8191, True)
    with pytest.raises(psycopg.errors.CheckViolation):
        town.execute("SELECT twin.keep_tile('building', 1, 1, 1, '', '1:1:', 0, repeat('x', 262145)::bytea)")
