"""The routes of the edit page, by the real server: who may do what, what is refused and in which words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.server.edit import edit_layers
from dashboards.server.edit_given import MOST_CHANGES
from layers.schema import Kind
from tests.dashboards.caller import Caller
from tests.dashboards.edit_village import Village, served_village
from tests.dashboards.served import Answer


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with served_village(tmp_path_factory.mktemp("edit_server")) as found:
        yield found


@pytest.fixture(scope="module")
def ana(village: Village) -> Caller:
    return village.caller("ana")


def row_of(caller: Caller, layer: str, key: str) -> Any:
    answer = caller.get(f"/edit/{layer}/row.json?key={key}")
    assert answer.status == 200
    return answer.json


def update(row: Any, geometry: Any = None, **fields: Any) -> dict[str, Any]:
    return {
        "operation": "update",
        "id": row["id"],
        "version": row["version"],
        "fields": fields,
        "geometry": geometry,
    }


def save(caller: Caller, layer: str, *changes: dict[str, Any], **headers: str | None) -> Answer:
    return caller.post(f"/edit/{layer}", {"changes": list(changes)}, **headers)


def corner(row: Any) -> tuple[float, float]:
    found = row["geometry"]["coordinates"]
    while isinstance(found[0], list):
        found = found[0]
    return found[0], found[1]


def test_a_click_finds_the_row_and_its_form_knows_every_field(village: Village, ana: Caller) -> None:
    row = row_of(ana, "building", "B0-0")
    longitude, latitude = corner(row)
    near = ana.get(f"/edit/building/near?lat={latitude}&lon={longitude}&within=3").json
    assert near["id"] == row["id"] and near["metres"] < 0.01
    assert ana.get(f"/edit/building/near?lat={latitude + 0.001}&lon={longitude}&within=3").json == {"id": None}
    assert ana.get(f"/edit/building/{row['id']}.json").json == row
    for lang in ("en", "zh"):
        forms = village.caller().get(f"/edit/forms.json?lang={lang}").json
        assert set(forms) == set(edit_layers())
        for name, layer in edit_layers().items():
            assert [field["name"] for field in forms[name]["fields"]] == list(layer.fields)
            bools = [field["kind"] for field in forms[name]["fields"]].count(Kind.BOOLEAN.value)
            assert bools == sum(field.kind is Kind.BOOLEAN for field in layer.fields.values())
    assert ["park", "公园"] in next(f for f in forms["green_area"]["fields"] if f["name"] == "kind")["choices"]


def test_neighbours_lend_their_exact_vertices(ana: Caller) -> None:
    row = row_of(ana, "building", "B0-0")
    longitude, latitude = corner(row)
    beside = ana.get(f"/edit/building/beside.json?lat={latitude}&lon={longitude}&within=40").json
    assert beside[str(row["id"])] == row["geometry"]
    assert 3 <= len(beside) <= 12


def test_a_save_is_a_version_with_its_author_and_can_be_undone(village: Village, ana: Caller) -> None:
    row = row_of(ana, "building", "B0-1")
    answer = save(ana, "building", update(row, dwellings=7))
    assert (answer.status, answer.json["saved"][0]["version"]) == (200, row["version"] + 1)
    newest, *_ = ana.get(f"/edit/building/{row['id']}/history.json").json
    told = (newest["by"], newest["program"], newest["before"], newest["after"], newest["words"])
    assert told == ("ana", "browser", {"dwellings": 2}, {"dwellings": 7}, "dwellings: 2 → 7")
    today = ana.get("/edit/changes.json").json
    assert (today["changes"][0]["key"], today["changes"][0]["mine"]) == ("B0-1", True)
    assert today["places"]["building"][str(row["id"])]["type"] == "MultiPolygon"
    assert village.caller("bo").get("/edit/changes.json").json["changes"][0]["mine"] is False
    undo = {"layer": "building", "id": row["id"], "version": newest["version"]}
    (stays,) = village.caller("bo").post("/edit/undo", undo).json["stay"]
    assert "ana did it" in stays["why"]
    assert [each["key"] for each in ana.post("/edit/undo", undo).json["back"]] == ["B0-1"]
    assert row_of(ana, "building", "B0-1")["fields"]["dwellings"] == 2


def test_many_rows_are_saved_together_or_not_at_all(ana: Caller) -> None:
    rows = [row_of(ana, "building", f"B0-{n}") for n in (2, 3, 4)]
    changes = [update(row, floors=4) for row in rows]
    changes[1]["fields"]["floors"] = 900
    refused = save(ana, "building", *changes)
    told = {name: refused.json[name] for name in ("message", "hint", "field", "index", "place")}
    assert (refused.status, told) == (
        422,
        {
            "message": "floors is 900, more than 200",
            "hint": "Use at most 200.",
            "field": "floors",
            "index": 1,
            "place": None,
        },
    )
    assert [row_of(ana, "building", row["key"]) for row in rows] == rows
    changes[1]["fields"]["floors"] = 5
    assert save(ana, "building", *changes).status == 200
    assert [row_of(ana, "building", row["key"])["fields"]["floors"] for row in rows] == [4, 5, 4]


def test_a_stale_edit_is_refused_with_both_versions(village: Village, ana: Caller) -> None:
    row = row_of(ana, "green_area", "G")
    assert save(village.caller("bo"), "green_area", update(row, name="Bo's")).status == 200
    stale = save(ana, "green_area", update(row, name="Ana's"))
    assert (stale.status, stale.json["error"], stale.json["index"]) == (409, "EditStale", 0)
    theirs = stale.json["theirs"]
    assert (theirs["edited_by"], theirs["version"], theirs["fields"]["name"]) == ("bo", row["version"] + 1, "Bo's")
    assert stale.json["yours"]["fields"] == {"name": "Ana's"}
    assert save(ana, "green_area", update(theirs, name="Ana's")).status == 200


def test_two_saves_of_one_version_at_once_make_one_edit(village: Village) -> None:
    row = row_of(village.caller(), "building", "B1-1")
    callers = [village.caller(name) for name in ("ana", "bo")]
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda who=who, n=n: found.append(save(who, "building", update(row, floors=n)).status))
        for n, who in enumerate(callers, 2)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [200, 409]


def test_what_is_deleted_is_gone_and_comes_back(village: Village, ana: Caller) -> None:
    row = row_of(ana, "building", "B1-2")
    gone = {"operation": "delete", "id": row["id"], "version": row["version"]}
    assert save(ana, "building", gone).status == 200
    assert ana.get(f"/edit/building/{row['id']}.json").status == 404
    assert ana.get(f"/edit/building/{row['id']}/history.json").status == 404
    stale = save(ana, "building", update(row, floors=1))
    assert (stale.status, stale.json["theirs"]) == (409, None)
    version = {"layer": "building", "id": row["id"], "version": row["version"] + 1}
    assert ana.post("/edit/undo", version).json["back"][0]["operation"] == "insert"
    assert village.one("SELECT count(*) FROM layer.building WHERE building_id = 'B1-2'") == 1


def test_a_crossing_ring_is_refused_at_its_place(ana: Caller) -> None:
    row = row_of(ana, "green_area", "G")
    ((ring,),) = row["geometry"]["coordinates"]
    crossed = {"type": "MultiPolygon", "coordinates": [[[ring[0], ring[2], ring[1], ring[3], ring[0]]]]}
    refused = save(ana, "green_area", update(row, crossed))
    assert (refused.status, refused.json["field"]) == (422, "geom")
    assert refused.json["message"].startswith("The geometry is not valid: Self-intersection")
    west, east = min(p[0] for p in ring), max(p[0] for p in ring)
    assert west <= refused.json["place"][0] <= east


EDITING = [
    ("GET", "/edit/changes.json", None),
    ("GET", "/edit/building/1/history.json", None),
    ("POST", "/edit/building", {"changes": [{"operation": "delete", "id": 1, "version": 1}]}),
    ("POST", "/edit/undo", {"layer": "building", "id": 1, "version": 1}),
]


@pytest.mark.parametrize(("method", "path", "content"), EDITING)
def test_who_may_not_edit_is_turned_away(village: Village, method: str, path: str, content: Any) -> None:
    body = json.dumps(content).encode()
    before = village.one("SELECT count(*) FROM layer.building")
    assert village.caller().send(method, path, body).status == 401
    assert village.caller("vi").send(method, path, body).status == 403
    assert village.caller("stu").send(method, path, b"{}").status in (200, 400, 404)
    if method == "POST":
        editor = village.caller("bo")
        assert editor.send(method, path, body, X_CSRF_Token="forged").status == 403
        assert editor.send(method, path, body, Origin="http://evil.example").status == 403
        assert editor.send(method, path, body, Cookie="twin_session=" + "A" * 43).status == 401
    assert village.one("SELECT count(*) FROM layer.building") == before


@pytest.mark.parametrize(
    "path", ["1.json", "row.json?key=B0-0", "near?lat=38.9&lon=117&within=9", "beside.json?lat=0&lon=0"]
)
def test_looking_needs_no_sign_in(village: Village, path: str) -> None:
    assert village.caller().get(f"/edit/building/{path}").status == 200


FAULTS = [
    ("/edit/bilding", {"changes": []}, 404),
    ("/edit/building", {}, 400),
    ("/edit/building", {"changes": []}, 400),
    ("/edit/building", {"changes": [7]}, 400),
    ("/edit/building", {"changes": [{"operation": "truncate", "id": 1, "version": 1}]}, 400),
    ("/edit/building", {"changes": [{"operation": "update", "id": "1; DROP", "version": 1}]}, 400),
    ("/edit/building", {"changes": [{"operation": "update", "id": True, "version": 1}]}, 400),
    ("/edit/building", {"changes": [{"operation": "update", "id": 1, "version": 2**70}]}, 400),
    ("/edit/building", {"changes": [{"operation": "insert", "fields": [1]}]}, 400),
    ("/edit/building", {"changes": [{"operation": "insert", "geometry": "POINT (0 0)"}]}, 400),
    ("/edit/building", {"changes": [{"operation": "insert"}] * (MOST_CHANGES + 1)}, 400),
    ("/edit/building", {"changes": [{"operation": "insert", "geometry": {"type": "Point"}}]}, 422),
    ("/edit/building", {"changes": [{"operation": "insert", "fields": {"edited_by": "me"}}]}, 422),
    ("/edit/building", {"changes": [{"operation": "insert", "fields": {'floors" = 1; --': 1}}]}, 422),
    ("/edit/undo", {"layer": "nowhere", "id": 1, "version": 1}, 404),
    ("/edit/undo", {"layer": "building", "id": None, "version": 1}, 400),
]


@pytest.mark.parametrize(("path", "content", "status"), FAULTS)
def test_what_is_no_edit_is_refused_in_words(ana: Caller, path: str, content: Any, status: int) -> None:
    answer = ana.post(path, content)
    assert answer.status == status
    assert answer.json["message"]


def test_bodies_that_are_no_json_or_too_long_are_refused(ana: Caller) -> None:
    assert ana.send("POST", "/edit/building", b"{").status == 400
    assert ana.send("POST", "/edit/building", b"[" * 100_000).status == 400
    assert ana.send("POST", "/edit/building", b"{}", Content_Type="text/plain").status == 400
    assert ana.send("POST", "/edit/building", b'"' + b"a" * (9 * 1024 * 1024) + b'"').status == 400


@pytest.mark.parametrize("query", ["lat=91&lon=0", "lat=nan&lon=0", "lat=0", "lat=0&lon=0&within=99999", "lat=x&lon=0"])
def test_places_that_are_none_are_refused(ana: Caller, query: str) -> None:
    assert ana.get(f"/edit/building/near?{query}").status == 422


EVIL = "<img src=x onerror=alert(1)>'; DROP TABLE layer.building; --\"$$\\"


def test_every_text_field_keeps_markup_and_sql_as_the_text_that_it_is(village: Village, ana: Caller) -> None:
    tried = 0
    for layer, key in (("building", "B1-3"), ("green_area", "G"), ("street", "H00"), ("transit_stop", "S")):
        for name, field in edit_layers()[layer].fields.items():
            if field.kind is not Kind.TEXT or name == edit_layers()[layer].key:
                continue
            answer = save(ana, layer, update(row_of(ana, layer, key), **{name: EVIL}))
            tried += 1
            if field.choices:
                assert (answer.status, answer.json["message"]) == (422, f"{name} is '{EVIL}'")
            else:
                assert answer.status == 200
                assert row_of(ana, layer, key)["fields"][name] == EVIL
    assert tried >= 8
    assert village.one("SELECT count(*) FROM layer.building") == 72
    assert ana.get("/edit/building/row.json?key=%27%20OR%201%3D1%20--%00").status == 404


def test_the_words_of_a_pipe_that_was_snapped_come_back(ana: Caller) -> None:
    row = row_of(ana, "sewer_pipe", "M0-M1")
    drawn = json.loads(json.dumps(row["geometry"]))
    drawn["coordinates"][0][0] += 0.000002
    answer = save(ana, "sewer_pipe", update(row, drawn))
    assert answer.status == 200
    assert any("M0" in remark for remark in answer.json["remarks"])


def test_the_tools_that_draw_are_left_to_the_page_that_needs_them(village: Village) -> None:
    page = village.caller().get("/map").body.decode()
    assert "protomaps-leaflet" in page and "leaflet-geoman" not in page
    for ending in ("js", "css"):
        assert len(village.caller().get(f"/assets/vendor/leaflet-geoman.{ending}").body) > 20_000
