"""What the server answers beside pages, asked over HTTP against a real PostGIS."""

from __future__ import annotations

import csv
import gzip
import io
import math

import psycopg
import pytest

from tests.dashboards.conftest import City
from tests.dashboards.town import ORIGIN, SIDE_M
from tests.twin.database.mvt import fields
from twin.database.tiles import tile_bounds


def lonlat(city: City) -> tuple[float, float]:
    """A place in the middle of the first zone."""
    south_west, north_east = city.server.get("/zones/Z0001.json").json["bounds"]
    return (south_west[1] + north_east[1]) / 2, (south_west[0] + north_east[0]) / 2


def tile_at(city: City, z: int) -> str:
    lon, lat = lonlat(city)
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return f"{z}/{x}/{y}.mvt"


def feature_ids(tile: bytes) -> set[int]:
    """Ids in a vector tile: its field 3 is a layer, a layer's field 2 a feature, a feature's field 1 the id."""
    layers = [content for number, content in fields(tile) if number == 3]
    found = [content for layer in layers for number, content in fields(layer) if number == 2]
    return {content for feature in found for number, content in fields(feature) if number == 1}


def around(city: City, layer: str, z: int, reach: int = 1) -> set[int]:
    """Ids in the tile of the first zone and in those around it, as many tiles on each side."""
    _, x, y = (int(part) for part in tile_at(city, z).removesuffix(".mvt").split("/"))
    steps = range(-reach, reach + 1)
    places = [(x + dx, y + dy) for dx in steps for dy in steps]
    tiles = [city.server.get(f"/tiles/{layer}/{z}/{i}/{j}.mvt").body for i, j in places]
    return set().union(*(feature_ids(tile) for tile in tiles))


def test_a_tile_holds_the_codes_of_its_zones(city: City) -> None:
    answer = city.server.get(f"/tiles/zone/{tile_at(city, 13)}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert b"Z0001" in answer.body
    assert b"zone" in answer.body


def test_tiles_are_gzipped_for_who_can_read_that(city: City) -> None:
    path = f"/tiles/building/{tile_at(city, 14)}"
    packed, plain = city.server.get(path, Accept_Encoding="gzip"), city.server.get(path)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < 200_000


def test_a_tile_that_is_known_is_not_sent_again(city: City) -> None:
    path = f"/tiles/zone/{tile_at(city, 13)}"
    tag = city.server.get(path).headers["etag"]
    again = city.server.get(path, If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")


def test_tiles_of_the_version_asked_for_are_kept_for_ever_others_never(city: City) -> None:
    path = f"/tiles/zone/{tile_at(city, 13)}"
    version = city.server.get(path).headers["etag"].strip('"').removeprefix("zone-")
    assert "immutable" in city.server.get(f"{path}?v={version}").headers["cache-control"]
    assert city.server.get(f"{path}?v=older").headers["cache-control"] == "no-cache"


def test_a_changed_layer_has_another_version(city: City) -> None:
    path = f"/tiles/transit_stop/{tile_at(city, 15)}"
    before = city.server.get(path).headers["etag"]
    with psycopg.connect(city.cluster.dsn()) as connection:
        connection.execute(
            "INSERT INTO layer.transit_stop (stop_id, name, geom)"
            " SELECT 'T1', 'Mill Stop', ST_PointOnSurface(geom) FROM layer.zone LIMIT 1"
        )
    after = city.server.get(path)
    assert before != after.headers["etag"]
    assert b"Mill Stop" in after.body
    with psycopg.connect(city.cluster.dsn()) as connection:
        connection.execute("DELETE FROM layer.transit_stop")
    gone = city.server.get(path)
    assert gone.status == 204
    assert gone.headers["etag"] not in (before, after.headers["etag"])


@pytest.mark.parametrize("place", ["13/0/0", "2/3/1", "0/0/0", "13/8191/8191"])
def test_where_nothing_lies_the_answer_is_empty(city: City, place: str) -> None:
    assert city.server.get(f"/tiles/zone/{place}.mvt").status == 204


def test_a_layer_has_no_tiles_before_its_first_zoom(city: City) -> None:
    assert city.server.get(f"/tiles/broadband_coverage/{tile_at(city, 12)}").status == 204
    assert city.server.get(f"/tiles/broadband_coverage/{tile_at(city, 13)}").status == 200


def test_far_out_cells_stand_for_buildings_and_near_by_each_is_there(city: City) -> None:
    assert around(city, "building", 12) == set()
    assert b"shade" in city.server.get(f"/tiles/building/{tile_at(city, 12)}").body
    assert len(around(city, "building", 14, reach=2)) == city.town.rows["building"]


def test_zones_are_never_left_out(city: City) -> None:
    assert len(around(city, "zone", 6)) == len(city.town.codes)


def test_an_unknown_layer_is_not_found_and_the_nearest_is_named(city: City) -> None:
    answer = city.server.get("/tiles/bilding/13/1/1.mvt")
    assert answer.status == 404
    assert answer.json["message"] == "there is no layer 'bilding'. Did you mean 'building'?"


def test_a_place_that_is_no_number_is_refused(city: City) -> None:
    assert city.server.get("/tiles/zone/13/x/1.mvt").status == 422
    assert city.server.get("/tiles/zone/99/1/1.mvt").status == 422


def test_scores_are_those_of_the_database(city: City) -> None:
    goal, town = "broadband_gigabit", city.town
    found = city.server.get(f"/scores/{town.run}/{goal}.json").json["zones"]
    assert {code: row[0] for code, row in found.items()} == {
        code: int(number) for code, number in zip(town.codes, town.classes[goal], strict=True)
    }
    assert found["Z0001"][1] == "Z0001"
    assert found["Z0001"][3] == "810 residents"
    assert "Mill Quarter" in found["Z0005"][1]


def test_scores_speak_both_languages(city: City) -> None:
    row = city.server.get(f"/scores/{city.town.run}/broadband_gigabit.json?lang=zh").json["zones"]["Z0001"]
    assert row[3] == "810 人"


def test_scores_that_are_known_are_not_sent_again(city: City) -> None:
    path = f"/scores/{city.town.run}/broadband_gigabit.json"
    tag = city.server.get(path).headers["etag"]
    assert city.server.get(path, If_None_Match=tag).status == 304


def test_an_unknown_goal_or_run_is_not_found(city: City) -> None:
    goal = city.server.get(f"/scores/{city.town.run}/green_acess.json")
    assert (goal.status, "Did you mean 'green_access'?" in goal.json["message"]) == (404, True)
    assert city.server.get(f"/scores/{city.town.run}/never_computed.json").status == 404
    assert city.server.get("/scores/999/green_access.json").status == 404


def test_a_zone_knows_its_neighbours(city: City) -> None:
    found = city.server.get("/zones/Z0008.json").json
    assert found["neighbours"] == {"north": "Z0014", "east": "Z0009", "south": "Z0002", "west": "Z0007"}
    assert city.server.get("/zones/Z0001.json").json["neighbours"] == {"north": "Z0007", "east": "Z0002"}
    assert city.server.get("/zones/nowhere.json").status == 404


def test_rows_behind_a_number_come_as_a_file(city: City) -> None:
    answer = city.server.get("/zones/Z0001/rows.csv?layer=building")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["key"] for row in rows] == [f"B{number:06d}" for number in range(24)]
    assert rows[3] | {"edited_at": ""} == {
        "layer": "building",
        "key": "B000003",
        "file": "buildings.shp",
        "row": "4",
        "edited_by": "twin",
        "edited_at": "",
        "version": "1",
    }


def test_the_health_check_looks_into_the_database(city: City) -> None:
    found = city.server.get("/healthz").json
    assert found["status"] == "ok"
    assert found["run"] == city.town.run


@pytest.mark.parametrize(("z", "x", "y"), [(0, 0, 0), (1, 1, 0), (13, 6700, 3100)])
def test_tile_bounds_are_those_of_the_web_grid(z: int, x: int, y: int) -> None:
    west, south, east, north = tile_bounds((z, x, y))
    assert east - west == pytest.approx(360 / 2**z)
    below = tile_bounds((z, x, y + 1))
    assert below[3] == pytest.approx(south)
    assert north > south


def test_the_town_stands_where_its_crs_says(city: City) -> None:
    lon, lat = lonlat(city)
    assert (lon, lat) == pytest.approx((114.23, 38.92), abs=0.02)
    assert ORIGIN[0] > 500_000 > SIDE_M
