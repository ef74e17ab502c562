"""A real QGIS opens the project that `twin qgis` wrote, and edits by the same rules as everybody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from layers.schema import Layer
from tests.acceptance.running_qgis import Qgis, running, why_not
from tests.conftest import empty_store
from tests.dashboards.town import ORIGIN, build_town
from tests.twin.database.edited import door, rows_of, saved
from twin.commands.store import bring_up
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.edits import Change, find_row
from twin.database.services import section_here
from twin.database.users import Role, User, add_user
from twin.discover import discover
from twin.settings import settings

PASSWORD = "a password of tests"
ANA = "qgis_ana"
LAYERS = discover("layers", Layer)
X, Y = ORIGIN


REASON = why_not()
pytestmark = [pytest.mark.acceptance, pytest.mark.skipif(bool(REASON), reason=REASON or "there is a QGIS")]


def square(x: float, y: float, side: float = 60) -> str:
    """A square as WKT, metres from the town's corner."""
    west, south, east, north = X + x, Y + y, X + x + side, Y + y + side
    ring = ", ".join(f"{a} {b}" for a, b in ((west, south), (east, south), (east, north), (west, north), (west, south)))
    return f"MultiPolygon ((({ring})))"


@pytest.fixture(scope="module")
def town(private_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A scored town with an editor; the folder of the service file and of the project that `twin qgis` wrote."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [each for each in os.environ if each.startswith("TWIN_") and not each.startswith("TWIN_TEST")]:
            patch.delenv(name)
        patch.setenv("TWIN_HOME", str(private_cluster.home))
        settings.cache_clear()
        private_cluster.up()
        empty_store()
        with connect() as connection:
            build_town(connection, across=4)
            add_user(connection, User(ANA, Role.EDITOR), PASSWORD)
        bring_up()
        folder = tmp_path_factory.mktemp("qgis")
        (folder / "pg_service.conf").write_text(section_here("twin").replace("YOUR_NAME", ANA))
        twin = Path(sys.executable).with_name("twin")
        subprocess.run([twin, "qgis", "--out", folder / "town.qgz"], check=True, capture_output=True)
        yield folder
        empty_store()
        with connect() as connection:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(ANA)))
    settings.cache_clear()


@pytest.fixture(scope="module")
def qgis(town: Path) -> Iterator[Qgis]:
    with running(town / "town.qgz", town / "pg_service.conf", PASSWORD) as found:
        yield found


def history(layer: str, key: str) -> list[tuple[Any, ...]]:
    rows = rows_of(
        f"SELECT version, made_by, made_with, then_it FROM plain.{layer}_history WHERE key = %s ORDER BY version", key
    )
    return [tuple(row.values()) for row in rows]


def dirty(layer: str) -> set[str]:
    """Zones that wait because of a layer; they are taken off the list."""
    return {row["zone"] for row in rows_of("DELETE FROM twin.dirty WHERE layer = %s RETURNING zone", layer)} - {""}


def test_every_layer_opens_in_the_citys_crs_and_only_rows_can_be_edited(qgis: Qgis) -> None:
    opened = qgis.opened
    layers = opened["layers"]
    assert (opened["read"], opened["error"], opened["crs"]) == (True, "", "EPSG:4547")
    (box,) = rows_of("SELECT ST_X(ST_Centroid(ST_Extent(geom))) AS x FROM layer.zone")
    assert opened["middle"][0] == pytest.approx(box["x"], abs=1)
    assert [id for id, each in layers.items() if not each["valid"]] == []
    assert {each["crs"] for each in layers.values() if each["geometry"] != "NoGeometry"} == {"EPSG:4547"}
    editable = {id for id, each in layers.items() if not each["read_only"] and each["editable"]}
    assert editable == {id for id in layers if id.startswith("twin_rows_")}
    assert {id.removeprefix("twin_rows_").removesuffix("_points").removesuffix("_areas") for id in editable} == set(
        LAYERS
    )
    assert [id for id, is_sound in opened["relations"].items() if not is_sound] == []
    assert len(opened["relations"]) == len(editable)


def test_layers_are_drawn_as_they_are_declared(qgis: Qgis) -> None:
    assert qgis("drawn", "twin_rows_building") == {"": "#dad8d3"}
    assert qgis.opened["layers"]["twin_rows_building"]["scale"] == pytest.approx(136_500, rel=0.001)
    assert qgis.opened["layers"]["twin_rows_zone"]["scale"] is None
    assert qgis("drawn", "twin_score_green_access")["reached"] == "#d0e3ec"
    assert qgis("drawn", "twin_flag_green_access")["messy development"] == "#c2482f"


def test_the_project_tells_neither_name_nor_password(qgis: Qgis, town: Path) -> None:
    text = subprocess.run(["unzip", "-p", town / "town.qgz"], check=True, capture_output=True, text=True).stdout
    for secret in ("password", "user=", "authcfg", ANA, str(settings().home)):
        assert secret not in text
    assert all("service='twin'" in each["source"] for each in qgis.opened["layers"].values())


def test_forms_have_the_declared_widgets_names_and_words(qgis: Qgis) -> None:
    form = qgis("form", "twin_rows_green_area")
    fields = form["fields"]
    assert form["tabs"] == ["Green areas", "Record", "History"]
    assert {name: fields[name]["widget"] for name in ("green_id", "kind", "access", "updated_on")} == {
        "green_id": "TextEdit",
        "kind": "ValueMap",
        "access": "ValueMap",
        "updated_on": "DateTime",
    }
    choices = [next(iter(each)) for each in fields["kind"]["config"]["map"]]
    assert choices == list(LAYERS["green_area"].fields["kind"].choices)
    assert fields["updated_on"]["config"]["calendar_popup"] is True
    assert fields["kind"]["constraint"] == '"kind" IS NOT NULL'
    assert fields["kind"]["words"] == "Give kind a value. What the green area is."
    assert fields["access"]["constraint"] == ""
    assert {name for name, each in fields.items() if each["read_only"]} == {
        "id", "version", "source_id", "load_id", "source_row", "edited_by", "edited_at", "program", "attributes",
    }  # fmt: skip
    pipes = qgis("form", "twin_rows_sewer_pipe")["fields"]
    assert pipes["diameter_mm"]["alias"] == "Diameter (mm)"
    assert pipes["diameter_mm"]["words"].startswith("Use at least 10 mm. Use at most 20000 mm.")
    connections = qgis("form", "twin_rows_sewer_connection")["fields"]
    assert connections["connected"]["widget"] == "CheckBox"
    assert connections["premises"]["widget"] == "Range"
    points, areas = (qgis("form", f"twin_rows_broadband_coverage_{kind}")["fields"] for kind in ("points", "areas"))
    assert "Give premises a value." in points["premises"]["words"]
    assert "Give premises a value." not in areas["premises"]["words"]


@pytest.mark.parametrize("is_filled", [True, False])
def test_a_form_changes_nothing_but_what_was_typed(qgis: Qgis, is_filled: bool) -> None:
    values = (3.14159265358979, 1e-9, True, 3) if is_filled else (None, None, None, None)
    with connect() as connection:
        connection.execute(
            "UPDATE layer.building SET height_m = %s, residents = %s, green_certified = %s, floors = %s "
            "WHERE building_id = 'B000003'",
            values,
        )
    answer = qgis("through_form", "twin_rows_building", "\"building_id\" = 'B000003'", {"use": "school"})
    assert answer == {"taken": True, "changed": ["use"]}


@pytest.mark.parametrize(
    ("layer", "where", "values"),
    [
        ("twin_rows_green_area", "\"green_id\" = 'G0'", {"green_id": None}),
        ("twin_rows_building", "\"building_id\" = 'B000004'", {"height_m": 1000.5}),
    ],
)
def test_a_form_with_nothing_where_a_value_must_be_or_beyond_a_bound_cannot_be_saved(
    qgis: Qgis, layer: str, where: str, values: dict[str, Any]
) -> None:
    assert qgis("through_form", layer, where, values) == {"taken": False, "changed": []}


def test_geometry_and_attributes_are_edited_and_history_and_zones_follow_under_the_users_name(qgis: Qgis) -> None:
    dirty("green_area")
    answer = qgis.edit(
        "twin_rows_green_area", "\"green_id\" = 'G1'", {"name": "Mill Green", "access": "restricted"}, square(600, 500)
    )
    assert answer["saved"], answer
    (row,) = qgis("rows", "twin_rows_green_area", "\"green_id\" = 'G1'")
    assert (row["name"], row["access"], row["edited_by"], row["program"]) == ("Mill Green", "restricted", ANA, "QGIS")
    made = history("green_area", "G1")
    assert made[0][0] == 1
    assert {each[1:] for each in made[1:]} <= {(ANA, "QGIS", "was changed"), (ANA, "QGIS", "stands")}
    assert made[-1] == (row["version"], ANA, "QGIS", "stands")
    assert [each[0] for each in made] == list(range(1, row["version"] + 1))
    assert dirty("green_area")


def test_a_row_is_drawn_and_deleted(qgis: Qgis) -> None:
    dirty("green_area")
    layer = "twin_rows_green_area"
    assert qgis("begin", layer)
    assert qgis("add", layer, values={"green_id": "Q1", "kind": "park"}, wkt=square(100, 100))
    assert qgis("save", layer)["saved"]
    (row,) = qgis("rows", layer, "\"green_id\" = 'Q1'")
    assert (row["version"], row["edited_by"], row["load_id"]) == (1, ANA, None)
    assert "Z0001" in dirty("green_area")
    assert qgis("begin", layer)
    assert qgis("delete", layer, "\"green_id\" = 'Q1'")
    assert qgis("save", layer)["saved"]
    assert qgis("rows", layer, "\"green_id\" = 'Q1'") == []
    assert history("green_area", "Q1") == [(1, ANA, "QGIS", "was deleted")]
    assert "Z0001" in dirty("green_area")


def test_a_point_and_an_area_of_one_layer_are_drawn_each_in_its_own(qgis: Qgis) -> None:
    for kind, wkt in (("points", f"Point ({X + 50} {Y + 50})"), ("areas", square(50, 50))):
        layer = f"twin_rows_facility_{kind}"
        assert qgis("begin", layer)
        assert qgis("add", layer, values={"facility_id": kind, "kind": "clinic"}, wkt=wkt)
        assert qgis("save", layer)["saved"]
        assert [row["facility_id"] for row in qgis("rows", layer)] == [kind]


@pytest.mark.parametrize(
    ("values", "wkt", "message", "hint"),
    [
        ({"kind": "parc"}, "", "kind is 'parc'", "Use one of: park, garden"),
        ({"green_id": None}, "", "green_id is empty", "Give green_id a value."),
        (
            {},
            f"MultiPolygon ((({X} {Y}, {X + 9} {Y + 9}, {X + 9} {Y}, {X} {Y + 9}, {X} {Y})))",
            "The geometry is not valid: Self-intersection",
            "Mend the place that is named",
        ),
    ],
)
def test_a_broken_rule_is_said_in_our_words_and_the_buffer_stays_to_be_mended(
    qgis: Qgis, values: dict[str, Any], wkt: str, message: str, hint: str
) -> None:
    before = history("green_area", "G0")
    answer = qgis.edit("twin_rows_green_area", "\"green_id\" = 'G0'", values, wkt)
    said = "\n".join(answer["said"])
    assert (answer["saved"], answer["in_buffer"]) == (False, True)
    assert message in said
    assert f"HINT:  {hint}" in said
    assert history("green_area", "G0") == before
    assert qgis("roll_back", "twin_rows_green_area")


def test_a_wrong_row_is_mended_in_the_buffer_and_saved(qgis: Qgis) -> None:
    layer, where = "twin_rows_green_area", "\"green_id\" = 'G0'"
    assert not qgis.edit(layer, where, {"access": "open"})["saved"]
    assert qgis("change", layer, where, {"access": "public"})
    assert qgis("save", layer)["saved"]
    (row,) = qgis("rows", layer, where)
    assert row["access"] == "public"


def test_scores_and_flags_are_read_and_not_edited(qgis: Qgis) -> None:
    zones = rows_of("SELECT count(*) AS n FROM layer.zone")[0]["n"]
    scores = qgis("rows", "twin_score_green_access")
    assert len(scores) == zones
    assert {row["goal_is"] for row in scores} <= set(qgis("drawn", "twin_score_green_access"))
    flags = qgis("rows", "twin_flag_green_access")
    assert flags
    assert {row["cause"] for row in flags} <= set(qgis("drawn", "twin_flag_green_access"))
    assert not qgis("begin", "twin_score_green_access")
    assert not qgis("begin", "twin_flag_green_access")


def test_edits_of_one_row_by_qgis_and_the_browser_within_minutes_are_both_kept_and_shown_to_both(qgis: Qgis) -> None:
    layer, where, green = "twin_rows_green_area", "\"green_id\" = 'G2'", LAYERS["green_area"]
    assert qgis("begin", layer)
    assert qgis("change", layer, where, {"name": "By QGIS"})
    with door("ben") as connection:
        row = find_row(connection, green, "G2")
    assert row is not None
    saved(green, Change("update", row.id, row.version, {"name": "By browser"}), user="ben")
    assert qgis("save", layer)["saved"]
    expected = [
        (1, "twin", "twin", "was changed"),
        (2, "ben", "twin serve", "was changed"),
        (3, ANA, "QGIS", "stands"),
    ]
    assert history("green_area", "G2") == expected
    shown = qgis("related", layer=layer, where=where, relation="states_of_twin_rows_green_area")
    told = sorted((each["version"], each["made_by"], each["name"]) for each in shown)
    assert told == [(1, "twin", None), (2, "ben", "By browser"), (3, ANA, "By QGIS")]
    with door("ben") as connection:
        again = find_row(connection, green, "G2")
    assert again is not None
    assert (again.version, again.edited_by, again.fields["name"]) == (3, ANA, "By QGIS")


def test_the_service_alone_lets_nobody_in(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(town / "pg_service.conf"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect("service=twin")
