"""What is wrong is named: file, row, field, and what to do. The store is as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import realdata
from tests.pipelines.conftest import EAST, NORTH, SmallCity, building, square
from twin.database.connect import connect
from twin.database.sources import rejects
from twin.errors import (
    RecipeError,
    SourceEncoding,
    SourceMissing,
    SourceUnreadable,
    SourceWithoutCrs,
    UnknownName,
)


def fails(city: SmallCity, error: type[Exception], words: str) -> None:
    """The load is refused with these words, and nothing is written."""
    with pytest.raises(error, match=words):
        load(read_recipe(city.write()))
    with connect() as connection:
        assert connection.execute("SELECT count(*) AS n FROM twin.load").fetchone() == {"n": 0}


def reasons(city: SmallCity, layer: str = "building") -> list[tuple[int, str, str]]:
    """Row, field and reason of every reject after a load."""
    load(read_recipe(city.write()))
    with connect() as connection:
        return [(r["row_number"], r["field"], r["reason"]) for r in rejects(connection, layer)]


@pytest.mark.usefixtures("store")
class TestRefusedBeforeAnythingIsWritten:
    def test_a_missing_file_names_the_nearest(self, village: SmallCity) -> None:
        village.source("building", "bildings.gpkg")
        fails(village, SourceMissing, r"there is no file 'bildings.gpkg'. Did you mean 'buildings.gpkg'\?")

    def test_a_missing_folder_is_named(self, village: SmallCity) -> None:
        village.source("building", "nowhere/b.gpkg")
        fails(village, SourceMissing, r"nowhere: there is no such folder")

    def test_an_unknown_layer_names_the_nearest(self, village: SmallCity) -> None:
        village.source("bilding", "buildings.gpkg")
        fails(village, UnknownName, r"source 5: there is no layer 'bilding'. Did you mean 'building'\?")

    def test_an_unknown_field_names_the_nearest(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'where = "1=1"\ncolumns = { flors = "floors" }')
        fails(village, UnknownName, r"no field of building 'flors'. Did you mean 'floors'\?")

    def test_an_unknown_column_names_the_nearest(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'where = "1=1"\ncolumns = { floors = "flors" }')
        fails(village, UnknownName, r"buildings.gpkg: there is no column 'flors'. Did you mean 'floors'\?")

    def test_an_unknown_key_of_the_recipe_names_the_nearest(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'pubisher = "x"')
        fails(village, UnknownName, r"there is no key 'pubisher'. Did you mean 'publisher'\?")

    def test_a_required_field_without_a_column_says_how_to_give_it(self, village: SmallCity) -> None:
        village.file(
            "bare.gpkg", [{"street_id": "S9", "klass": "local", "geometry": LineString([(EAST, NORTH), (EAST, 1)])}]
        )
        village.source("street", "bare.gpkg")
        fails(village, UnknownName, r"street needs it; map it: columns = \{ road_class = .* no column 'road_class'")

    def test_no_crs_is_refused(self, village: SmallCity) -> None:
        village.file("lost.shp", [{"id": "L", "geometry": square(0, 0)}], driver="ESRI Shapefile")
        (village.folder / "lost.prj").unlink()
        village.source("building", "lost.shp", 'columns = { building_id = "id" }')
        fails(village, SourceWithoutCrs, r'lost.shp: nothing says in which CRS .* add crs = "EPSG:…"')

    def test_a_contradicting_crs_is_refused(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'crs = "EPSG:4326"\nwhere = "1=1"')
        fails(village, RecipeError, r"the file says .*, the recipe WGS 84; add crs_override = true")

    def test_an_unknown_crs_is_refused(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'crs = "EPSG:1"\nwhere = "1=1"')
        fails(village, RecipeError, r"crs = 'EPSG:1' is not a known CRS")

    def test_a_city_in_degrees_is_refused(self, village: SmallCity) -> None:
        village.city = village.city.replace("EPSG:4547", "EPSG:4326")
        fails(village, RecipeError, r"city crs: EPSG:4326 \(WGS 84\) is not in metres")

    def test_a_filter_that_cannot_run_is_refused(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'where = "flors > 2"')
        fails(village, RecipeError, r"where = 'flors > 2' is not a filter that can be run")

    def test_a_table_that_is_not_there_names_the_nearest(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg", 'sublayer = "building"')
        fails(village, UnknownName, r"no table 'building'. Did you mean 'buildings'\?")

    def test_a_file_of_another_format_is_refused(self, village: SmallCity) -> None:
        village.text("fake.gpkg", "this is not a GeoPackage")
        village.source("building", "fake.gpkg")
        fails(village, SourceUnreadable, r"fake.gpkg: GDAL cannot open it")

    def test_an_ending_that_nobody_reads_names_those_that_are(self, village: SmallCity) -> None:
        village.text("plan.dwgg", "x")
        village.source("building", "plan.dwgg")
        fails(village, UnknownName, r"no reader for files that end in '.dwgg'")

    def test_coordinates_in_columns_that_are_not_there(self, village: SmallCity) -> None:
        village.text("nodes.csv", "node_id,kind,lon,lat\n1,cabinet,114,38\n")
        village.source("broadband_node", "nodes.csv", 'x = "long"\ny = "lat"\ncrs = "EPSG:4326"')
        fails(village, UnknownName, r"nodes.csv: there is no column 'long'. Did you mean 'lon'\?")

    def test_a_recipe_that_is_not_toml_names_the_line(self, village: SmallCity) -> None:
        (village.folder / "city.toml").write_text("[city\n")
        with pytest.raises(RecipeError, match=r"city.toml: not TOML: .*line 1"):
            read_recipe(village.folder)

    def test_a_folder_without_recipe_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(RecipeError, match=r"there is no recipe"):
            read_recipe(tmp_path)

    def test_the_same_source_twice_is_refused(self, village: SmallCity) -> None:
        village.source("building", "buildings.gpkg")
        fails(village, RecipeError, r"sources 2 and 5 are the same")

    def test_an_unknown_profile_names_the_nearest(self, village: SmallCity) -> None:
        village.city += 'profile = "xiongan_2053"\n'
        fails(village, UnknownName, r"no profile 'xiongan_2053'. Did you mean 'xiongan_2035'\?")


@pytest.mark.usefixtures("store")
class TestEncoding:
    def test_gbk_without_a_word_is_asked_about(self, village: SmallCity) -> None:
        names = [{"green_id": "G", "kind": "park", "name": "人民公园", "geometry": square(0, 0)}]
        village.file("p.shp", names, driver="ESRI Shapefile", encoding="gb18030")
        (village.folder / "p.cpg").unlink()
        village.source("green_area", "p.shp")
        with pytest.raises(SourceEncoding, match=r"""p.shp: row 1, column 'name'.*"gb18030".*'人民公园'"""):
            load(read_recipe(village.write()))
        with connect() as connection:
            counted = connection.execute("SELECT count(*) AS n FROM layer.green_area").fetchone()
        assert counted == {"n": 1}

    def test_gbk_with_its_name_is_read(self, village: SmallCity) -> None:
        names = [{"green_id": "G", "kind": "park", "name": "人民公园", "geometry": square(0, 0)}]
        village.file("p.shp", names, driver="ESRI Shapefile", encoding="gb18030")
        (village.folder / "p.cpg").unlink()
        village.source("green_area", "p.shp", 'encoding = "gb18030"')
        load(read_recipe(village.write()))
        with connect() as connection:
            row = connection.execute("SELECT name FROM layer.green_area WHERE green_id = 'G'").fetchone()
        assert row == {"name": "人民公园"}

    def test_a_csv_in_gbk_names_the_line(self, village: SmallCity) -> None:
        table = "node_id,kind,operator,lon,lat\n1,cabinet,one,114,38.9\n2,cabinet,电信,114,38.9\n"
        village.text("nodes.csv", table, "gb18030")
        village.source("broadband_node", "nodes.csv", 'x = "lon"\ny = "lat"\ncrs = "EPSG:4326"')
        with pytest.raises(SourceEncoding, match=r'nodes.csv: line 3 is not utf-8.*"gb18030"'):
            load(read_recipe(village.write()))

    @pytest.mark.parametrize("name", ["sz_gbk_no_cpg_no_prj.shp", "sz_gbk_cpg_says_utf8.shp"])
    def test_real_shapefiles_that_lie_are_asked_about(self, small_city: SmallCity, name: str) -> None:
        for file in realdata("china").glob(f"{Path(name).stem}.*"):
            shutil.copy(file, small_city.folder)
        small_city.source("zone", name, 'crs = "EPSG:4326"\ncolumns = { code = "id" }')
        with pytest.raises(SourceEncoding, match=r'"gb18030".*罗湖区'):
            load(read_recipe(small_city.write()))


@pytest.mark.usefixtures("store")
class TestQuarantine:
    def test_swapped_axes(self, village: SmallCity) -> None:
        swapped = Polygon([(y, x) for x, y in square(0, 0).exterior.coords])
        village.file("buildings.gpkg", [building("B0", 0, 0), {**building("B1", 0, 0), "geometry": swapped}])
        (found,) = reasons(village)
        assert found[:2] == (2, "geom")
        assert found[2].startswith("The geometry lies outside the city's area of use: x 4310000, y 500000")

    def test_swapped_longitude_and_latitude_in_a_csv(self, village: SmallCity) -> None:
        village.text("nodes.csv", "node_id,kind,lon,lat\n1,cabinet,114.0,38.9\n2,cabinet,38.9,114.0\n")
        village.source("broadband_node", "nodes.csv", 'x = "lon"\ny = "lat"\ncrs = "EPSG:4326"')
        (found,) = reasons(village, "broadband_node")
        assert found == (3, "geom", "The geometry lies outside the city's area of use: x 38.9, y 114")

    def test_empty_and_missing_geometries(self, village: SmallCity) -> None:
        rows = [{**building("B0", 0, 0), "geometry": g} for g in (None, MultiPolygon())]
        village.file("buildings.gpkg", [*rows, building("B2", 0, 0)])
        assert reasons(village) == [(n, "geom", "The geometry is empty") for n in (1, 2)]

    def test_an_invalid_polygon_is_mended_and_said(self, village: SmallCity) -> None:
        bow_tie = Polygon([(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 10)])
        village.file("buildings.gpkg", [{**building("B0", 0, 0), "geometry": bow_tie}])
        loaded = load(read_recipe(village.write()))
        assert next(o for o in loaded.sources if o.layer == "building").notes == [
            "1 geometries were mended: Self-intersection"
        ]
        with connect() as connection:
            row = connection.execute(
                "SELECT ST_IsValid(geom) AS valid, ST_Area(geom) AS area FROM layer.building"
            ).fetchone()
        assert row == {"valid": True, "area": pytest.approx(50)}

    def test_a_polygon_without_area_is_beyond_repair(self, village: SmallCity) -> None:
        flat = Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST + 5, NORTH)])
        village.file("buildings.gpkg", [{**building("B0", 0, 0), "geometry": flat}, building("B1", 0, 0)])
        ((row, field, reason),) = reasons(village)
        assert (row, field) == (1, "geom")
        assert reason.startswith("The geometry is not valid: ")

    def test_a_wrong_geometry_type(self, village: SmallCity) -> None:
        village.file("mixed.geojson", [{**building("P", 0, 0), "geometry": Point(114.0, 38.9)}], crs="EPSG:4326")
        village.source("building", "mixed.geojson")
        assert reasons(village) == [(1, "geom", "A Point where buildings need a MultiPolygon")]

    def test_values_that_are_not_of_their_kind(self, village: SmallCity) -> None:
        rows = [
            building("B0", 0, 0, floors="two"),
            building("B1", 0, 0, floors="2.5"),
            building("B2", 0, 0, floors="3.0"),
        ]
        village.file("buildings.gpkg", rows)
        assert reasons(village) == [
            (1, "floors", "floors is 'two', not a whole number"),
            (2, "floors", "floors is '2.5', not a whole number"),
        ]

    def test_an_unknown_choice_lists_what_may_stand_there(self, village: SmallCity) -> None:
        rows = [{"green_id": "G", "kind": "golf", "geometry": square(0, 0)}]
        village.file("parks.gpkg", rows)
        assert reasons(village, "green_area") == [(1, "kind", "kind is 'golf'")]
        with connect() as connection:
            (reject,) = rejects(connection, "green_area")
        assert reject["hint"].startswith("Use one of: park, garden, square")

    def test_a_missing_key_among_keys(self, village: SmallCity) -> None:
        village.file("buildings.gpkg", [building("B0", 0, 0), {**building("B1", 0, 0), "building_id": None}])
        assert reasons(village) == [(2, "building_id", "building_id is empty")]

    def test_premises_are_needed_on_points_only(self, village: SmallCity) -> None:
        rows = [
            {"max_down_mbps": 100.0, "premises": None, "geometry": Point(EAST, NORTH)},
            {"max_down_mbps": 100.0, "premises": 3, "geometry": Point(EAST, NORTH)},
            {"max_down_mbps": 100.0, "premises": None, "geometry": square(0, 0)},
        ]
        village.file("cover.gpkg", rows)
        village.source("broadband_coverage", "cover.gpkg")
        assert reasons(village, "broadband_coverage") == [(1, "premises", "premises is empty on a Point")]
