"""Tiles: what is in them, near by and far out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely import Point, unary_union

from tests.twin.database.mvt import features
from tests.twin.database.tile_town import EAST, LAYERS, NORTH, SRID, around, cells, counted, made, place_of
from twin.database.connect import Connection
from twin.database.tile_frame import EXTENT, Frames


@pytest.mark.parametrize("z", [11, 12, 13])
def test_every_building_is_drawn_or_lies_in_a_cell(town: Connection, z: int) -> None:
    rows = town.execute(
        "SELECT id, (ST_XMin(geom) + ST_XMax(geom)) / 2 AS x, (ST_YMin(geom) + ST_YMax(geom)) / 2 AS y"
        " FROM layer.building"
    ).fetchall()
    covered: set[int] = set()
    for place in around(town, z):
        found = features(made(town, place))
        drawn = {feature.id for feature in found if feature.id}
        cells = unary_union([feature.area for feature in found if "shade" in feature.properties]).buffer(2)
        a, b, d, e, right, up = Frames().of(town, SRID, place).affine
        for row in rows:
            middle = Point(a * row["x"] + b * row["y"] + right, EXTENT - (d * row["x"] + e * row["y"] + up))
            if row["id"] in drawn or cells.contains(middle):
                covered.add(row["id"])
    assert covered == {row["id"] for row in rows}


def test_large_buildings_are_drawn_as_themselves_far_out(town: Connection) -> None:
    drawn = {feature.id for place in around(town, 12) for feature in features(made(town, place)) if feature.id}
    large = town.execute("SELECT id FROM layer.building WHERE ST_XMax(geom) - ST_XMin(geom) >= 100").fetchall()
    assert len(large) == 10
    assert drawn == {row["id"] for row in large}


@pytest.mark.parametrize("level", [0, 2, 4])
def test_cells_count_what_plain_sql_counts(town: Connection, level: int) -> None:
    made(town, place_of(town, 12))
    assert cells(town, level) == counted(town, level)


def test_a_crowded_tile_has_its_smallest_buildings_in_cells_and_stays_small(town: Connection) -> None:
    # Circles that share no digits, so that gzip finds little.
    town.execute(
        "INSERT INTO layer.building (building_id, geom) SELECT 'C' || n, ST_Multi(ST_Buffer(ST_Point("
        "%s + 1900 * random(), %s + 1900 * random(), 4547), 2 + 9 * random(), 6)) FROM generate_series(1, 9000) AS n",
        (EAST + 200, NORTH + 200),
    )
    found = features(made(town, place_of(town, 14)))
    assert any("shade" in feature.properties for feature in found)


def test_a_layer_that_is_shown_whole_stays_small_too(town: Connection) -> None:
    town.execute(
        "INSERT INTO layer.zone (code, population, geom) SELECT i || '-' || j, 1, ST_Multi(ST_MakeEnvelope("
        "%s + i * 150, %s + j * 150, %s + i * 150 + 150, %s + j * 150 + 150, 4547))"
        " FROM generate_series(1, 100) AS i, generate_series(1, 100) AS j",
        (EAST, NORTH, EAST, NORTH),
    )
    place = place_of(town, 9, 7000, 7000)
    inside = town.execute(
        "SELECT count(*) AS n FROM layer.zone"
        " WHERE ST_Within(ST_Transform(ST_Centroid(geom), 3857), ST_TileEnvelope(%s, %s, %s))",
        place,
    ).fetchone()["n"]
    assert len(features(made(town, place, LAYERS["zone"], whole=True))) >= inside > 7000


def test_every_layer_has_tiles_at_every_zoom(town: Connection) -> None:
    for name, layer in LAYERS.items():
        for z in range(6, 17):
            tile = made(town, place_of(town, z), layer)
            assert bool(tile) == (name == "building"), (name, z)


def test_lines_far_out_are_joined_and_points_in_a_crowd_are_a_cell(town: Connection) -> None:
    town.execute(
        "INSERT INTO layer.street (street_id, road_class, geom) SELECT 'S' || n, 'residential',"
        " ST_Multi(ST_MakeLine(ST_Point(%s + n * 5, %s, 4547), ST_Point(%s + n * 5 + 5, %s, 4547)))"
        " FROM generate_series(1, 300) AS n",
        (EAST, NORTH, EAST, NORTH),
    )
    town.execute(
        "INSERT INTO layer.transit_stop (stop_id, geom) SELECT 'T' || n, ST_Point(%s + n, %s, 4547)"
        " FROM generate_series(1, 40) AS n",
        (EAST + 1020, NORTH + 1020),
    )
    town.execute(
        "INSERT INTO layer.transit_stop (stop_id, geom) VALUES ('alone', ST_Point(%s, %s, 4547))",
        (EAST + 2020, NORTH + 2020),
    )
    lines = [
        part
        for place in around(town, 12)
        for each in features(made(town, place, LAYERS["street"]))
        for part in each.parts
    ]
    assert sum(math.dist(part[0], part[-1]) for part in lines) > 1490 / 7.7
    assert all(len(part) == 2 for part in lines)
    stops = [each for place in around(town, 13) for each in features(made(town, place, LAYERS["transit_stop"]))]
    assert {each.id for each in stops if each.id} == {41}
    assert any("shade" in each.properties for each in stops)


@pytest.mark.parametrize("z", [10, 12, 14, 16])
def test_the_straight_projection_is_postgis_s_to_half_a_pixel(town: Connection, z: int) -> None:
    place = place_of(town, z)
    frame = Frames().of(town, SRID, place)
    assert frame.straight
    west, south, east, north = frame.box
    a, b, d, e, right, up = frame.affine
    for share in np.linspace(0.02, 0.98, 7):
        x, y = west + share * (east - west), north - share * (north - south)
        row = town.execute(
            "SELECT (ST_X(p) - ST_XMin(t)) / (ST_XMax(t) - ST_XMin(t)) * 4096 AS u,"
            " (ST_Y(p) - ST_YMin(t)) / (ST_YMax(t) - ST_YMin(t)) * 4096 AS v"
            " FROM ST_Transform(ST_Point(%s, %s, 4547), 3857) AS p, ST_TileEnvelope(%s, %s, %s) AS t",
            (x, y, *place),
        ).fetchone()
        assert (a * x + b * y + right, d * x + e * y + up) == pytest.approx((row["u"], row["v"]), abs=5.5)
