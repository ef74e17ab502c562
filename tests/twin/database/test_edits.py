"""Edits in the browser: versions, rules in their own words, unmoved vertices, all or none."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from tests.twin.database.edited import EAST, GREEN, NORTH, door, loaded, park, rows_of, said, saved
from twin.database.edits import Change, EditRow, find_row, read_row, save
from twin.errors import EditRefused, EditStale

pytestmark = pytest.mark.usefixtures("edited_city")


def row(key: str = "a") -> EditRow:
    with door() as connection:
        found = find_row(connection, GREEN, key)
        assert found is not None
        assert read_row(connection, GREEN, found.id) == found
        return found


def update(seen: EditRow, geometry: Any = None, **fields: Any) -> Change:
    return Change("update", seen.id, seen.version, fields, geometry)


def stored(key: str = "a") -> shapely.Geometry:
    (found,) = rows_of("SELECT ST_AsBinary(geom) AS geom FROM layer.green_area WHERE green_id = %s", key)
    shape: shapely.Geometry = shapely.from_wkb(found["geom"])
    return shape


def test_a_row_is_read_as_json_has_it_with_its_place_in_degrees_and_its_file() -> None:
    loaded(GREEN, said("a", a={"updated_on": "2024-05-01"}))
    found = row()
    assert (found.version, found.edited_by, found.source) == (1, "loader", "file.gpkg")
    assert json.loads(json.dumps(found.fields))["updated_on"] == "2024-05-01"
    assert found.geometry is not None
    longitude, latitude = found.geometry["coordinates"][0][0][0]
    assert (round(longitude, 3), round(latitude, 3)) == (114.001, 39.013)


def test_a_save_changes_the_named_fields_alone_and_says_who_and_with_what() -> None:
    loaded(GREEN, said("a", "b"))
    (done,) = saved(GREEN, update(row(), kind="garden"))
    assert (done.version, done.key, done.operation) == (2, "a", "update")
    now = row()
    assert (now.fields["kind"], now.fields["name"], now.edited_by, now.version) == ("garden", "Park a", "ana", 2)
    assert now.geometry == row().geometry
    assert rows_of("SELECT program FROM layer.green_area ORDER BY green_id") == [
        {"program": "twin serve"},
        {"program": None},
    ]


def test_vertices_that_were_not_moved_keep_their_coordinates_to_the_last_bit() -> None:
    before = shapely.MultiPolygon([shapely.Polygon([(EAST + n * 7.1234567, NORTH + n * n / 3) for n in range(9)])])
    loaded(GREEN, {"a": {"kind": "park", "geom": before}})
    drawn = json.loads(json.dumps(row().geometry))
    drawn["coordinates"][0][0][3][0] += 0.0001
    saved(GREEN, update(row(), drawn))
    old, new = shapely.get_coordinates(before), shapely.get_coordinates(stored())
    moved = (old != new).any(axis=1)
    assert moved.nonzero()[0].tolist() == [3]
    assert 8 < new[3, 0] - old[3, 0] < 9


def test_a_geometry_that_comes_back_as_it_was_is_no_edit() -> None:
    loaded(GREEN, said("a"))
    (done,) = saved(GREEN, update(row(), row().geometry))
    assert done.version == 1
    assert rows_of("SELECT count(*) AS n FROM history.green_area") == [{"n": 0}]


def test_a_new_row_drawn_along_a_neighbour_shares_its_border_exactly() -> None:
    loaded(GREEN, said("a"))
    beside = json.loads(json.dumps(row().geometry))["coordinates"][0]
    beside[0] = [[place[0] + 0.001 * (place[0] < 114.0011), place[1]] for place in beside[0]]
    drawn = {"type": "Polygon", "coordinates": beside}
    (done,) = saved(GREEN, Change("insert", fields={"green_id": "b", "kind": "park"}, geometry=drawn))
    assert (done.key, done.version) == ("b", 1)
    shared = set(map(tuple, shapely.get_coordinates(stored("a")))) & set(
        map(tuple, shapely.get_coordinates(stored("b")))
    )
    assert len(shared) == 2


@pytest.mark.parametrize(
    ("fields", "field", "message", "hint"),
    [
        ({"kind": "lawn"}, "kind", "kind is 'lawn'", "Use one of"),
        ({"kind": None}, "kind", "kind is empty", "Give kind a value."),
        ({"kind": 7}, "kind", "kind is '7', not text", "Write text."),
        ({"updated_on": "yesterday"}, "updated_on", "updated_on is 'yesterday', not a date", "Write a date"),
        ({"name": "a\x00b"}, "name", "name is 'ab', not text", "Write text."),
        ({"green_id": "b"}, "green_id", "green_id 'b' stands already in another row", "Give each row a key"),
        ({"knd": "park"}, "knd", "no field 'knd'. Did you mean 'kind'?", ""),
    ],
)
def test_what_breaks_a_rule_is_refused_in_words_and_nothing_is_kept(
    fields: dict[str, Any], field: str, message: str, hint: str
) -> None:
    loaded(GREEN, said("a", "b"))
    with pytest.raises(EditRefused) as caught:
        saved(GREEN, update(row("b"), name="kept?"), update(row("a"), **fields))
    refused = caught.value
    assert (refused.field, refused.index) == (field, 1)
    assert message in refused.message
    assert hint in refused.hint
    assert row("b").version == 1


def test_a_crossing_ring_is_refused_with_the_place_of_the_fault() -> None:
    loaded(GREEN, said("a"))
    drawn = json.loads(json.dumps(row().geometry))
    ring = drawn["coordinates"][0][0]
    ring[1], ring[2] = ring[2], ring[1]
    with pytest.raises(EditRefused, match="not valid: Self-intersection") as caught:
        saved(GREEN, update(row(), drawn))
    assert caught.value.field == "geom"
    west, south, east, north = shapely.from_geojson(json.dumps(drawn)).bounds
    assert caught.value.place == pytest.approx(((west + east) / 2, (south + north) / 2), abs=1e-7)


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        ({"type": "Point", "coordinates": [114, 39]}, "A Point where"),
        ({"type": "Polygon", "coordinates": [[[200, 39], [201, 39], [201, 40], [200, 39]]]}, "not on earth"),
        ({"type": "Polygon", "coordinates": [[[10, 39], [10.1, 39], [10, 39.1], [10, 39]]]}, "outside the city"),
        ({"type": "Polygon", "coordinates": []}, "The geometry is empty"),
        ({"type": "Polygon"}, "cannot be read"),
        ({"type": "Polygon", "coordinates": [[[1, 2], "x"]]}, "cannot be read"),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(geometry: dict[str, Any], message: str) -> None:
    with pytest.raises(EditRefused, match=message) as caught:
        saved(GREEN, Change("insert", fields={"green_id": "a", "kind": "park"}, geometry=geometry))
    assert caught.value.field == "geom"


def test_a_stale_save_shows_both_and_keeps_nothing() -> None:
    loaded(GREEN, said("a", "b"))
    seen, other = row("a"), row("b")
    saved(GREEN, update(seen, name="Ben's"), user="ben")
    yours = update(seen, name="Ana's")
    with pytest.raises(EditStale) as caught:
        saved(GREEN, update(other, name="x"), yours)
    stale = caught.value
    assert stale.theirs is not None
    assert (stale.theirs.fields["name"], stale.theirs.edited_by, stale.theirs.version) == ("Ben's", "ben", 2)
    assert (stale.yours, stale.index) == (yours, 1)
    assert "ben changed it to version 2" in str(stale)
    assert row("b").fields["name"] == "Park b"


def test_a_row_that_is_gone_is_stale_too() -> None:
    loaded(GREEN, said("a"))
    seen = row()
    assert saved(GREEN, Change("delete", seen.id, seen.version))[0].version == 2
    for change in (update(seen, name="x"), Change("delete", seen.id, seen.version)):
        with pytest.raises(EditStale, match="it is gone") as caught:
            saved(GREEN, change)
        assert caught.value.theirs is None


def test_many_features_are_saved_at_once_and_a_row_more_than_once() -> None:
    loaded(GREEN, said("a", "b"))
    a, b = row("a"), row("b")
    drawn = a.geometry
    done = saved(
        GREEN,
        update(a, name="first"),
        Change("insert", fields={"green_id": "c", "kind": "garden"}, geometry=drawn),
        update(a, name="second"),
        Change("delete", b.id, b.version),
    )
    assert [(each.index, each.key, each.version) for each in done] == [
        (0, "a", 2),
        (1, "c", 1),
        (2, "a", 3),
        (3, "b", 2),
    ]
    assert rows_of("SELECT name FROM history.green_area ORDER BY id, version") == [
        {"name": "Park a"},
        {"name": "first"},
        {"name": "Park b"},
    ]


def test_whoever_may_not_edit_saves_nothing() -> None:
    loaded(GREEN, said("a"))
    seen = row()
    with pytest.raises(Exception, match="permission denied"):
        saved(GREEN, update(seen, name="x"), role="twin_viewer")
    assert row().version == 1


def test_lineage_is_not_edited() -> None:
    loaded(GREEN, said("a"))
    seen = row()
    with door() as connection:
        connection.execute("UPDATE layer.green_area SET source_id = 99, load_id = 99, id = DEFAULT, version = 40")
        connection.execute(
            "INSERT INTO layer.green_area (green_id, kind, geom, source_id) "
            "SELECT 'b', kind, geom, 1 FROM layer.green_area"
        )
    a, b = rows_of("SELECT id, source_id, load_id, version FROM layer.green_area ORDER BY green_id")
    assert a == {"id": seen.id, "source_id": 1, "load_id": 1, "version": 2}
    assert b == {"id": b["id"], "source_id": None, "load_id": None, "version": 1}


def test_the_callers_transaction_decides() -> None:
    loaded(GREEN, said("a"))
    with door(commit=False) as connection:
        found = find_row(connection, GREEN, "a")
        assert found is not None
        save(connection, GREEN, [update(found, name="x")])
    assert row().fields["name"] == "Park a"
    assert shapely.equals_exact(stored(), park())
