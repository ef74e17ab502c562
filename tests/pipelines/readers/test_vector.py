"""Vector files: archives, folders, curves, heights, what was cut off, and what GDAL would read without a word."""

from __future__ import annotations

import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from pipelines.readers.reader import reader_for
from pipelines.recipe import Source
from tests.conftest import realdata
from tests.pipelines.readers.conftest import gathered, read
from twin.errors import RecipeError, SourceEncoding, SourceUnreadable, UnknownName

CRS = "EPSG:4547"


def houses(count: int = 200, **columns: Any) -> gpd.GeoDataFrame:
    """Houses in a row, with a number and a long text."""
    shapes = [box(500_000 + 20 * n, 4_310_000, 500_010 + 20 * n, 4_310_010) for n in range(count)]
    return gpd.GeoDataFrame(
        {"number": range(count), "street": ["Long Street"] * count} | columns, geometry=shapes, crs=CRS
    )


def zipped(folder: Path, name: str, files: list[Path], inside: str = "") -> Path:
    """A zip of files."""
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, inside + file.name)
    return path


class TestArchivesAndFolders:
    @pytest.mark.parametrize("inside", ["", "delivery/2025/"])
    def test_a_zipped_shapefile(self, tmp_path: Path, inside: str) -> None:
        (tmp_path / "s").mkdir()
        houses(3).to_file(tmp_path / "s" / "h.shp")
        path = zipped(tmp_path, "h.shp.zip", list((tmp_path / "s").iterdir()), inside)
        whole = read(path)
        assert whole.values("number") == [0, 1, 2]
        assert whole.crs is not None
        assert whole.crs.to_epsg() == 4547

    def test_a_file_geodatabase_as_folder_and_zipped(self, tmp_path: Path) -> None:
        path = tmp_path / "city.gdb"
        houses(3).to_file(path, driver="OpenFileGDB", layer="houses", TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER")
        houses(2).to_file(path, driver="OpenFileGDB", layer="sheds", TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER")
        archive = zipped(tmp_path, "city.gdb.zip", list(path.iterdir()), "city.gdb/")
        for each in (path, archive):
            assert read(each, sublayer="houses").rows == [1, 2, 3]
            assert read(each, sublayer="sheds").types == ["MultiPolygon"] * 2

    def test_a_folder_of_shapefiles_needs_a_name_where_it_holds_several(self, tmp_path: Path) -> None:
        houses(3).to_file(tmp_path / "east.shp")
        assert read(tmp_path).values("number") == [0, 1, 2]
        houses(2).to_file(tmp_path / "west.shp")
        with pytest.raises(RecipeError, match=r"holds 2 tables \(east, west\); name one as sublayer"):
            read(tmp_path)
        assert read(tmp_path, sublayer="west").values("number") == [0, 1]

    def test_the_fingerprint_of_a_folder_covers_all_its_files(self, tmp_path: Path) -> None:
        houses(3).to_file(tmp_path / "east.shp")
        names = {file.name for file in reader_for(tmp_path).files(tmp_path)}
        assert {"east.shp", "east.dbf", "east.shx", "east.prj"} <= names

    def test_a_zip_without_data_says_what_may_be_in_one(self, tmp_path: Path) -> None:
        (tmp_path / "readme.txt").write_text("nothing")
        path = zipped(tmp_path, "empty.zip", [tmp_path / "readme.txt"])
        with pytest.raises(
            SourceUnreadable, match=r"empty.zip: holds nothing that a reader of \.zip knows \(Timetables"
        ):
            read(path)

    def test_a_zip_of_several_data_sets_names_them(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            houses(2).to_file(tmp_path / f"{name}.gpkg")
        path = zipped(tmp_path, "two.zip", [tmp_path / "a.gpkg", tmp_path / "b.gpkg"])
        with pytest.raises(RecipeError, match=r"holds a.gpkg, b.gpkg; unpack it"):
            read(path)

    def test_a_zip_that_was_cut_off(self, tmp_path: Path) -> None:
        houses(200).to_file(tmp_path / "h.gpkg")
        path = zipped(tmp_path, "h.zip", [tmp_path / "h.gpkg"])
        path.write_bytes(path.read_bytes()[:-2000])
        with pytest.raises(SourceUnreadable, match=r"h.zip: not a whole zip file"):
            read(path)


class TestShapes:
    def test_dxf_lines_are_read(self, tmp_path: Path) -> None:
        lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (10, 0)]), LineString([(0, 5), (10, 5)])], crs=CRS)
        lines.to_file(tmp_path / "plan.dxf", driver="DXF")
        assert read(tmp_path / "plan.dxf").types == ["LineString"] * 2

    def test_heights_and_measures_are_dropped_and_counted(self, tmp_path: Path) -> None:
        points = gpd.GeoDataFrame(geometry=[Point(1, 2, 3), Point(4, 5, 6), None], crs=CRS)
        points.to_file(tmp_path / "p.gpkg")
        whole = read(tmp_path / "p.gpkg")
        assert [shape and shape.has_z for shape in whole.geometry] == [False, False, None]
        assert whole.notes == ["2 geometries had heights or measures (Z, M); they were dropped"]

    def test_notes_are_the_same_when_a_source_is_read_again(self, tmp_path: Path) -> None:
        gpd.GeoDataFrame(geometry=[Point(1, 2, 3)] * 5, crs=CRS).to_file(tmp_path / "p.gpkg")
        contents = reader_for(tmp_path / "p.gpkg").open(tmp_path / "p.gpkg", Source(layer="zone", path="p.gpkg"))
        first, second = gathered(contents), gathered(contents)
        assert first.notes == second.notes == ["5 geometries had heights or measures (Z, M); they were dropped"]

    @pytest.mark.usefixtures("small_chunks")
    def test_a_curve_among_lines_is_made_straight_and_no_row_is_lost_or_doubled(self, tmp_path: Path) -> None:
        path = mixed_with_curve(tmp_path)
        whole = read(path)
        assert whole.rows == list(range(1, 8))
        assert whole.values("number") == list(range(7))
        assert whole.types == ["LineString"] * 7
        assert len(whole.geometry[5].coords) > 10
        assert whole.notes == ["curves were made of short straight lines"]

    @pytest.mark.parametrize(
        ("name", "kind"), [("curve", "LineString"), ("curvepolygon", "Polygon"), ("multisurface", "MultiPolygon")]
    )
    def test_real_curves(self, name: str, kind: str) -> None:
        whole = read(realdata("dirty/geometry") / f"{name}.gpkg")
        assert whole.types == [kind]
        assert whole.geometry[0].is_valid

    def test_three_of_six_counties_have_no_geometry(self) -> None:
        whole = read(realdata("dirty/geometry") / "six_counties_three_null.json")
        assert whole.types.count(None) == 3
        assert whole.broken == {}


class TestWhole:
    """A file that was cut off is refused with what it promises and what is there."""

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("h.gpkg", r"promises [\d,]+ bytes, [\d,]+ are there"),
            ("h.fgb", r"broken off while reading|promises 500 rows"),
            ("h.geojson", r"GDAL cannot open it"),
            ("h.gml", r"does not end with the end of its collection"),
            ("h.kml", r"does not end with </kml>"),
            ("h.shp", r"promises 500 rows, \d+ could be read"),
        ],
    )
    def test_half_a_file(self, tmp_path: Path, name: str, words: str) -> None:
        path = tmp_path / name
        houses(500).to_crs(4326).to_file(path, **({"driver": "KML"} if name.endswith("kml") else {}))
        assert len(read(path).rows) == 500
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
        with pytest.raises(SourceUnreadable, match=rf"{name}: .*{words}"):
            read(path)

    def test_half_a_drawing(self, tmp_path: Path) -> None:
        path = tmp_path / "h.dxf"
        gpd.GeoDataFrame(geometry=houses(500).boundary).to_file(path, driver="DXF")
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(SourceUnreadable, match=r"h.dxf: does not end with EOF"):
            read(path)

    @pytest.mark.parametrize("ending", [".dbf", ".shx"])
    def test_half_a_sidecar(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / "h.shp"
        houses(500).to_file(path)
        side = path.with_suffix(ending)
        side.write_bytes(side.read_bytes()[: side.stat().st_size // 2])
        with pytest.raises(SourceUnreadable, match=r"promises 500 rows, \d+ could be read"):
            read(path)

    def test_capital_letters_in_names_are_no_fault(self, tmp_path: Path) -> None:
        houses(3).to_file(tmp_path / "H.shp")
        for file in list(tmp_path.iterdir()):
            file.rename(file.with_suffix(file.suffix.upper()))
        assert read(tmp_path / "H.SHP").values("number") == [0, 1, 2]
        assert len(reader_for(tmp_path / "H.SHP").files(tmp_path / "H.SHP")) == 5

    def test_a_missing_index_says_how_to_restore_it(self, tmp_path: Path) -> None:
        houses(3).to_file(tmp_path / "h.shp")
        (tmp_path / "h.shx").unlink()
        with pytest.raises(
            SourceUnreadable, match=r"its index h.shx is missing. .*SHAPE_RESTORE_SHX YES restored.gpkg"
        ):
            read(tmp_path / "h.shp")
        assert not (tmp_path / "h.shx").exists()


class TestText:
    def test_a_lone_table_is_read(self, tmp_path: Path) -> None:
        houses(3).to_file(tmp_path / "h.shp")
        shutil.copy(tmp_path / "h.dbf", tmp_path / "alone.dbf")
        whole = read(tmp_path / "alone.dbf")
        assert whole.values("street") == ["Long Street"] * 3
        assert whole.geometry == [None] * 3

    @pytest.mark.parametrize(
        ("name", "encoding", "text"),
        [
            ("big5", "big5", "繁體國語"),
            ("gb2312", "gb18030", "简体国语"),
            ("gbk", "gb18030", "简体国语"),
            ("latin1", "cp1252", "Peçeña México"),
        ],
    )
    def test_real_tables_that_do_not_say_are_asked_about_and_then_read(
        self, name: str, encoding: str, text: str
    ) -> None:
        path = realdata("dirty/encoding") / f"{name}.dbf"
        with pytest.raises(SourceEncoding, match=rf"""row 1, column 'NAME': .*"{encoding}".*'{text}'"""):
            read(path)
        assert read(path, encoding=encoding).values("NAME") == [text]

    @pytest.mark.parametrize(
        ("name", "text"), [("utf8.dbf", "国语國語"), ("latin2.dbf", "čeština"), ("big5_with_cpg.shp", "國語")]
    )
    def test_real_tables_that_say_right_are_read(self, name: str, text: str) -> None:
        assert read(realdata("dirty/encoding") / name).values("NAME") == [text]

    def test_a_table_in_utf16_is_refused(self) -> None:
        with pytest.raises(
            SourceEncoding, match=r"utf16.cpg says UTF-16, which no DBF can be read in; save it as UTF-8"
        ):
            read(realdata("dirty/encoding") / "utf16.dbf")

    def test_two_columns_of_the_same_name_as_the_id_are_no_trouble(self, tmp_path: Path) -> None:
        feature = '{"type":"Feature","id":7,"properties":{"id":7},"geometry":{"type":"Point","coordinates":[1,2]}}'
        (tmp_path / "p.geojson").write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}')
        assert read(tmp_path / "p.geojson").values("id") == [7]

    def test_a_table_that_is_not_there_names_the_nearest(self, tmp_path: Path) -> None:
        houses(3).to_file(tmp_path / "h.gpkg", layer="houses")
        with pytest.raises(UnknownName, match=r"no table 'house'. Did you mean 'houses'"):
            read(tmp_path / "h.gpkg", sublayer="house")


def mixed_with_curve(folder: Path) -> Path:
    """Seven lines, the sixth of which is an arc."""
    lines = [shapely.to_wkb(LineString([(0, n), (10, n)])) for n in range(7)]
    lines[5] = half_circle()
    table = pa.table({"number": list(range(7)), "geom": pa.array(lines, pa.binary())})
    path = folder / "mixed.gpkg"
    pyogrio.write_arrow(table, path, geometry_name="geom", geometry_type="Unknown", crs=CRS, driver="GPKG")
    return path


def half_circle() -> bytes:
    """WKB of a circular string: a half circle over three points."""
    points = [(0.0, 0.0), (5.0, 5.0), (10.0, 0.0)]
    return struct.pack("<BII", 1, 8, 3) + b"".join(struct.pack("<dd", *each) for each in points)


def test_a_broken_ring_does_not_stop_the_others(tmp_path: Path) -> None:
    ring = struct.pack("<BIII", 1, 3, 1, 2) + struct.pack("<4d", 0, 0, 0, 0)
    good = shapely.to_wkb(Polygon([(0, 0), (1, 0), (1, 1)]))
    table = pa.table({"number": [1, 2, 3], "geom": pa.array([good, ring, good], pa.binary())})
    path = tmp_path / "b.gpkg"
    pyogrio.write_arrow(table, path, geometry_name="geom", geometry_type="Polygon", crs=CRS, driver="GPKG")
    whole = read(path)
    assert whole.types == ["Polygon", None, "Polygon"]
    assert list(whole.broken) == [2]
    assert "Invalid number of points in LinearRing" in whole.broken[2]
