"""GeoParquet: good files are read right, rule breakers are refused or told of, and never become wrong data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from pipelines.crs import projection
from pipelines.recipe import City, Source
from tests.conftest import REALDATA, realdata
from tests.pipelines.readers.conftest import Whole, read
from twin.errors import RecipeError, SourceError, SourceUnreadable, SourceWithoutCrs, UnknownName

CRS = "EPSG:4547"
BAD = REALDATA / "dirty" / "geoparquet_bad"
MANIFEST = json.loads((BAD / "manifest.json").read_text()) if BAD.exists() else {}

REFUSED = {
    "bbox-does-not-contain-geometry": r"no geometry lies in the box that the file gives \(100, 100, 101, 101\)",
    "crs-invalid-projjson": r"the 'crs' of column 'geometry' is not PROJJSON",
    "crs-mismatch-schema-vs-geo-metadata": r"the 'crs' of column 'geometry' is not PROJJSON",
    "epoch-on-unsupported-crs": r"the 'crs' of column 'geometry' is not PROJJSON",
    "geo-invalid-json": r"its 'geo' metadata is not JSON",
    "geo-invalid-utf8": r"its 'geo' metadata is not UTF-8",
    "missing-columns": r"has no 'columns'",
    "missing-geo-metadata": r"it has no 'geo' metadata, so nothing says what its column 'geometry' holds",
    "missing-primary-column": r"has no 'primary_column'",
    "missing-version": r"has no 'version'",
    "primary-column-not-in-columns": r"the primary column 'not_present' is not among geometry",
    "version-unknown": r"version '99.0.0' is not known",
}
TOLD = {
    "edges-spherical-with-planar-antimeridian-line": "'geometry' has spherical edges; they are drawn as straight lines",
    "geometry-types-mismatch-declared-point-actual-linestring": "2 geometries are LineString; the file says that it",
    "geometry-types-missing-actual-type": "1 geometries are MultiPolygon; the file says that it holds Polygon only",
    "orientation-ccw-declared-rings-cw": "1 outer rings run clockwise, though the file says counterclockwise",
    "version-1-0-with-2-0-features": "an epoch (2024.0) is given for WGS 84 (CRS84), which does not move",
    "zm-declared-xy-actual-xyz": "1 geometries are Point Z; the file says that it holds Point only",
    "zm-declared-xyz-actual-xy": "1 geometries are Point; the file says that it holds Point Z only",
}
BROKEN = {
    "wkb-truncated": "Input buffer is smaller than requested object size",
    "wkb-with-srid-prefix": "its WKB begins with an SRID (EWKB), which GeoParquet forbids",
    "wkb-wrong-type-byte": "it says LineString, but holds something else",
}


class TestRuleBreakers:
    def test_every_file_of_the_manifest_is_spoken_of_here(self) -> None:
        realdata("dirty/geoparquet_bad")
        assert {*REFUSED, *TOLD, *BROKEN} == {name.removesuffix(".parquet") for name in MANIFEST}

    @pytest.mark.parametrize("name", REFUSED)
    def test_refused_with_the_rule(self, name: str) -> None:
        path = realdata("dirty/geoparquet_bad") / f"{name}.parquet"
        with pytest.raises(SourceUnreadable, match=REFUSED[name]):
            read(path)

    @pytest.mark.parametrize("name", TOLD)
    def test_read_and_told(self, name: str) -> None:
        whole = read(realdata("dirty/geoparquet_bad") / f"{name}.parquet")
        assert any(note.startswith(TOLD[name]) for note in whole.notes), whole.notes
        assert None not in whole.types

    @pytest.mark.parametrize("name", BROKEN)
    def test_the_broken_row_is_rejected_and_the_other_read(self, name: str) -> None:
        whole = read(realdata("dirty/geoparquet_bad") / f"{name}.parquet")
        assert whole.types == [None, "Point"]
        assert list(whole.broken) == [1]
        assert BROKEN[name] in whole.broken[1]


class TestGoodOnes:
    def whole(self, name: str, **keys: Any) -> Whole:
        return read(realdata("dirty/geoparquet_bad") / f"ok_{name}.parquet", **keys)

    def test_no_crs_key_means_longitude_and_latitude(self) -> None:
        whole = self.whole("crs-default")
        assert whole.crs is not None
        assert whole.crs.to_authority() == ("OGC", "CRS84")
        assert [g and (g.x, g.y) for g in whole.geometry] == [(1, 2), (3, 4), None]

    def test_the_crs_comes_from_projjson(self) -> None:
        whole = self.whole("crs-epsg-3857")
        assert whole.crs is not None
        assert whole.crs.to_epsg() == 3857

    def test_the_primary_column_is_read_and_another_by_name_with_its_own_crs(self) -> None:
        first, second = (
            self.whole("two-geom-columns-different-crs"),
            self.whole("two-geom-columns-different-crs", sublayer="centroid"),
        )
        assert (first.types, second.types) == (["MultiPolygon"] * 3, ["Point"] * 3)
        assert first.crs is not None
        assert second.crs is not None
        assert (first.crs.to_authority(), second.crs.to_epsg()) == (("OGC", "CRS84"), 3857)
        assert list(first.columns) == list(second.columns) == ["building_id"]

    def test_an_unknown_geometry_column_names_the_nearest(self) -> None:
        with pytest.raises(UnknownName, match=r"no geometry column 'centroids'. Did you mean 'centroid'"):
            self.whole("two-geom-columns-different-crs", sublayer="centroids")

    def test_heights_and_measures_are_dropped(self) -> None:
        whole = self.whole("linestring-xyzm-native-geometry")
        assert whole.notes == ["2 geometries had heights or measures (Z, M); they were dropped"]
        assert shapely.get_coordinate_dimension(whole.geometry).tolist() == [2, 2]

    def test_clockwise_rings_are_no_fault(self) -> None:
        whole = self.whole("polygon-cw")
        assert whole.notes == []
        assert whole.geometry[0].area == 1


def changed(path: Path, change: dict[str, Any], **column: Any) -> Path:
    """A GeoParquet file with other metadata."""
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"]) | change
    geo["columns"]["geometry"] |= column
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    return path


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """Seven houses as geopandas writes them."""
    shapes = [box(500_000 + 20 * n, 4_310_000, 500_010 + 20 * n, 4_310_010) for n in range(7)]
    frame = gpd.GeoDataFrame({"n": range(7), "name": ["人民"] * 7}, geometry=shapes, crs=CRS)
    frame.to_parquet(tmp_path / "h.parquet", row_group_size=4)
    return tmp_path / "h.parquet"


class TestMadeFiles:
    @pytest.mark.usefixtures("small_chunks")
    def test_chunks_are_small_and_rows_numbered_through(self, parquet: Path) -> None:
        whole = read(parquet)
        assert whole.rows == [1, 2, 3, 4, 5, 6, 7]
        assert whole.chunks >= 3
        assert whole.values("n") == list(range(7))
        assert whole.notes == []

    def test_a_null_crs_is_unknown(self, parquet: Path) -> None:
        path = changed(parquet, {}, crs=None)
        assert read(path).crs is None
        source, city = Source(layer="zone", path="h.parquet"), City(name="x", crs=CRS)
        with pytest.raises(SourceWithoutCrs, match=r"h.parquet: nothing says in which CRS"):
            projection(path, source, None, city)

    def test_a_broken_crs_can_be_overridden(self, parquet: Path) -> None:
        path = changed(parquet, {}, crs={"type": "Nonsense"})
        with pytest.raises(SourceUnreadable, match=r"or name crs with crs_override = true"):
            read(path)
        assert len(read(path, crs=CRS, crs_override=True).rows) == 7

    def test_a_geometry_out_of_the_box_is_told(self, parquet: Path) -> None:
        path = changed(parquet, {}, bbox=[500_000, 4_310_000, 500_110, 4_310_010])
        assert read(path).notes == ["1 geometries stick out of the box that the file gives"]

    def test_a_column_that_is_not_there_is_refused(self, parquet: Path) -> None:
        path = changed(parquet, {"columns": {"geometry": {"encoding": "WKB"}, "shape": {"encoding": "WKB"}}})
        with pytest.raises(SourceUnreadable, match=r"'columns' names shape, which the table does not have"):
            read(path)

    def test_an_encoding_that_is_not_wkb_says_what_to_do(self, parquet: Path) -> None:
        with pytest.raises(SourceUnreadable, match=r"is encoded as 'polygon'; write it with the encoding WKB"):
            read(changed(parquet, {}, encoding="polygon"))

    def test_half_a_file(self, parquet: Path) -> None:
        parquet.write_bytes(parquet.read_bytes()[:600])
        with pytest.raises(SourceUnreadable, match=r"h.parquet: not a whole Parquet file"):
            read(parquet)

    def test_a_filter_chooses_rows_and_keeps_their_numbers(self, parquet: Path) -> None:
        assert read(parquet, where="n >= 5").rows == [6, 7]
        with pytest.raises(RecipeError, match=r"where = 'm > 2' is not a filter that can be run: no such column"):
            read(parquet, where="m > 2")

    def test_boxes_that_were_made_for_speed_are_no_attributes(self, tmp_path: Path) -> None:
        frame = gpd.GeoDataFrame({"n": [1]}, geometry=[box(0, 0, 1, 1)], crs=CRS)
        frame.to_parquet(tmp_path / "c.parquet", write_covering_bbox=True)
        assert list(read(tmp_path / "c.parquet").columns) == ["n"]


class TestPlainTables:
    def test_coordinates_in_columns(self, tmp_path: Path) -> None:
        pq.write_table(
            pa.table({"n": [1, 2], "lon": [114.0, float("nan")], "lat": [38.9, 38.9]}), tmp_path / "t.parquet"
        )
        whole = read(tmp_path / "t.parquet", x="lon", y="lat")
        assert whole.types == ["Point", None]
        assert whole.broken == {2: "'', '38.9' are not coordinates"}

    def test_wkt_in_a_column(self, tmp_path: Path) -> None:
        pq.write_table(pa.table({"g": ["POINT (1 2)", "POINT 1", None]}), tmp_path / "t.parquet")
        whole = read(tmp_path / "t.parquet", wkt="g")
        assert whole.types == ["Point", None, None]
        assert whole.broken == {2: "'POINT 1' is not WKT"}

    def test_a_table_without_a_place_is_a_table(self, tmp_path: Path) -> None:
        pq.write_table(pa.table({"place": ["Z1"], "value": [0.5]}), tmp_path / "t.parquet")
        assert read(tmp_path / "t.parquet").values("value") == [0.5]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.binary(min_size=1, max_size=40), at=st.integers(0, 10_000))
def test_a_damaged_file_is_read_or_refused_in_our_words(tmp_path: Path, damage: bytes, at: int) -> None:
    shapes = [Point(1, 2), LineString([(0, 0), (1, 1)]), Polygon([(0, 0), (1, 0), (1, 1)])]
    path = tmp_path / "d.parquet"
    gpd.GeoDataFrame({"n": np.arange(3)}, geometry=shapes, crs=CRS).to_parquet(path)
    raw = bytearray(path.read_bytes())
    start = at % len(raw)
    raw[start : start + len(damage)] = damage
    path.write_bytes(bytes(raw))
    try:
        whole = read(path)
    except SourceError as error:
        assert "d.parquet" in str(error)
    else:
        assert len(whole.rows) == len(whole.geometry)
