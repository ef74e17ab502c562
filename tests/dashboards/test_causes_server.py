"""Causes, messiness and evidence as the server answers them, against a real PostGIS."""

from __future__ import annotations

import csv
import io
from collections import Counter

import numpy as np
import psycopg
import pytest
import shapely

from dashboards.evidence.buildings import building_roles
from dashboards.evidence.supplies.sewer_pipe import sewer_pipe
from dashboards.evidence.supply import Asked
from dashboards.lenses.cause import cause
from dashboards.words import words
from tests.dashboards.conftest import City, opened
from tests.dashboards.town import ORIGIN, SRID
from tests.dashboards.town_causes import class_of_cause, messiness_of, planted, zone_of_cause

GOAL = "broadband_gigabit"


def test_causes_are_those_of_the_database(city: City) -> None:
    town = city.town
    found = city.server.get(f"/causes/{town.run}/{GOAL}.json").json["zones"]
    assert {code: row[0] for code, row in found.items()} == {
        code: class_of_cause(town, GOAL, code) for code in town.codes
    }
    messy = zone_of_cause(town, GOAL, "messy")
    assert found[messy][3].replace("\N{NARROW NO-BREAK SPACE}", "") == "Built form, Strong, 94%"
    unsure = zone_of_cause(town, GOAL, "unsure")
    assert "most likely: Built form" in found[unsure][3]


def test_the_legend_of_causes_counts_every_zone_once(city: City) -> None:
    with opened(city.home) as connection:
        run = type("Run", (), {"id": city.town.run})()
        counts = cause.counts(connection, run, GOAL)
    assert counts == Counter(class_of_cause(city.town, GOAL, code) for code in city.town.codes)
    assert counts["few"] > 0
    assert counts["unsure"] > 0


def test_messiness_has_fixed_classes(city: City) -> None:
    found = city.server.get(f"/messiness/{city.town.run}/{GOAL}.json").json["zones"]
    for at, code in enumerate(city.town.codes):
        value = messiness_of(at)
        expected = 0 if value is None else 1 + sum(value >= bound for bound in (0.1, 0.25, 0.5, 0.75))
        assert found[code][0] == expected
    assert found["Z0004"][2:] == ["Messiness 0.32 (0.27 to 0.38)", "172 buildings"]
    assert found["Z0009"][2] == "Not measured: fewer than 30 buildings."


@pytest.mark.parametrize("path", ["causes", "messiness"])
def test_what_is_known_is_not_sent_again(city: City, path: str) -> None:
    address = f"/{path}/{city.town.run}/{GOAL}.json"
    tag = city.server.get(address).headers["etag"]
    assert city.server.get(address, If_None_Match=tag).status == 304
    assert city.server.get(f"/{path}/999/{GOAL}.json").status == 404


def test_evidence_holds_each_building_in_degrees(city: City) -> None:
    zone = zone_of_cause(city.town, GOAL, "messy")
    found = city.server.get(f"/evidence/{city.town.run}/{GOAL}/{zone}.json").json
    roles = Counter(each["properties"]["role"] for each in found["features"])
    assert {name: roles[name] for name in ("building-messy", "building-technology", "building-open")} == {
        "building-messy": 8,
        "building-technology": 1,
        "building-open": 15,
    }
    assert {row["role"]: row["count"] for row in found["legend"]}["building-messy"] == "8"
    (south, west), (north, east) = city.server.get(f"/zones/{zone}.json").json["bounds"]
    inside = shapely.box(west, south, east, north).buffer(1e-5)
    shapes = [shapely.geometry.shape(each["geometry"]) for each in found["features"] if "building" in str(each)]
    assert all(inside.contains(shape) for shape in shapes)


def test_full_nodes_are_named_with_their_ports(city: City) -> None:
    zone = city.town.codes[0]
    assert class_of_cause(city.town, GOAL, zone) == "messy"
    found = city.server.get(f"/evidence/{city.town.run}/{GOAL}/{zone}.json").json
    assert {"name": "N0", "text": "full, 715 of 721 ports"}.items() <= found["labels"][0].items()
    assert len(found["labels"]) <= 3


def test_there_is_no_evidence_where_no_cause_is_told(city: City) -> None:
    run = city.town.run
    met = zone_of_cause(city.town, GOAL, "met")
    assert city.server.get(f"/evidence/{run}/{GOAL}/{met}.json").json["features"] == []
    assert city.server.get(f"/evidence/{run}/population_density/{met}.json").json["features"] == []
    assert city.server.get(f"/evidence/{run}/{GOAL}/nowhere.json").status == 404
    assert city.server.get(f"/evidence/999/{GOAL}/{met}.json").status == 404


def test_places_of_glyphs_lie_in_their_zones(city: City) -> None:
    places = city.server.get("/places.json").json
    assert places.keys() == set(city.town.codes)
    for code in city.town.codes[::7]:
        (south, west), (north, east) = city.server.get(f"/zones/{code}.json").json["bounds"]
        latitude, longitude, width = places[code]
        assert south < latitude < north
        assert west < longitude < east
        assert 250 < width < 600


def premises(**columns: list[float]) -> dict[str, np.ndarray]:
    rows = {"reach": [0.5], "closed": [0.5], "fresh": [1.0], "covered": [0.0], "hindered": [0.0], **columns}
    return {name: np.array(values) for name, values in rows.items()}


@pytest.mark.parametrize(
    ("changed", "walked", "named", "role"),
    [
        ({}, False, "messy", "open"),
        ({"hindered": [0.5]}, False, "technology", "messy"),
        ({"reach": [1.2]}, False, "messy", "technology"),
        ({"fresh": [0.0]}, False, "data", "data"),
        ({"fresh": [0.0]}, False, "messy", "open"),
        ({"covered": [1.0]}, True, "messy", "open"),
        ({}, True, "other", "messy"),
        ({"reach": [1.2]}, True, "messy", "other"),
        ({"reach": [1.2], "closed": [np.inf]}, True, "messy", "technology"),
    ],
)
def test_a_building_is_evidence_of_what_stands_in_its_way(
    changed: dict[str, list[float]], walked: bool, named: str, role: str
) -> None:
    assert building_roles(premises(**changed), walked, named) == [role]


def test_a_zone_without_buildings_has_no_roles() -> None:
    assert building_roles(premises(**{name: [] for name in premises()}), False, "messy") == []


PIPES = """INSERT INTO layer.sewer_pipe (pipe_id, from_node, to_node, kind, geom)
    VALUES (%s, %s, %s, 'sanitary', ST_SetSRID(ST_MakeLine(ST_Point(%s, %s), ST_Point(%s, %s)), %s))"""
NODES = "INSERT INTO layer.sewer_node (node_id, kind, geom) VALUES (%s, %s, ST_SetSRID(ST_Point(%s, %s), %s))"


def test_a_pipe_that_ends_nowhere_is_followed_to_its_end(city: City) -> None:
    x, y = ORIGIN[0] + 150, ORIGIN[1] + 150
    nodes = {"M1": 0, "M2": 40, "M3": 80, "END": 2000, "A": 0, "PLANT": 40}
    pipes = (("P1", "M1", "M2", 0), ("P2", "M2", "M3", 0), ("P3", "M3", "END", 0), ("Q1", "A", "PLANT", 20))
    with opened(city.home) as connection, connection.transaction(force_rollback=True):
        for name, east in nodes.items():
            kind = "treatment_plant" if name == "PLANT" else "manhole"
            north = 20 if name in ("A", "PLANT") else 0
            connection.execute(NODES, (name, kind, x + east, y + north, SRID))
        for name, start, end, north in pipes:
            line = (x + nodes[start], y + north, x + nodes[end], y + north)
            connection.execute(PIPES, (name, start, end, *line, SRID))
        asked = Asked("Z0001", {}, {}, {}, words("en"))
        found = sewer_pipe.read(connection, asked)
    roles = Counter(each.role for each in found)
    assert roles == {"pipe": 1, "pipe-lost": 3, "pipe-end": 1}
    (end,) = [each for each in found if each.role == "pipe-end"]
    assert (end.name, end.label) == ("P3", "ends here: nothing leads on")


def test_a_cell_that_a_spreadsheet_would_run_is_marked_as_text(city: City) -> None:
    with psycopg.connect(city.cluster.dsn()) as connection:
        connection.execute(
            "INSERT INTO layer.transit_stop (stop_id, name, geom)"
            " SELECT '=1+1', 'Mill Stop', ST_PointOnSurface(geom) FROM layer.zone WHERE code = 'Z0001'"
        )
    body = city.server.get("/zones/Z0001/rows.csv?layer=transit_stop").body.decode("utf-8-sig")
    with psycopg.connect(city.cluster.dsn()) as connection:
        connection.execute("DELETE FROM layer.transit_stop")
    (row,) = csv.DictReader(io.StringIO(body))
    assert row["key"] == "'=1+1"
    assert row["version"] == "1"


def test_planted_causes_cover_all_that_a_card_can_say(city: City) -> None:
    short = [code for code in city.town.codes if class_of_cause(city.town, GOAL, code) not in ("met", "none")]
    causes = {seen.cause if (seen := planted(city.town, code)) else "few" for code in short}
    assert causes == {"messy", "technology", "data", "other", "few"}
