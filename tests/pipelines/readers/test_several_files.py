"""A pattern as path: several files feed one source, alike in columns and CRS."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from pipelines.load import load
from pipelines.opening import open_source
from pipelines.preflight import preflight
from pipelines.recipe import Source, read_recipe
from tests.pipelines.conftest import SmallCity, building
from tests.pipelines.readers.conftest import gathered, read
from twin.database.connect import connect
from twin.errors import RecipeError, SourceMissing, SourceUnreadable


def trees(path: Path, *numbers: int, crs: str = "EPSG:4547", column: str = "n") -> None:
    """Points with numbers."""
    shapes = [Point(500_000 + n, 4_310_000) for n in numbers]
    gpd.GeoDataFrame({column: numbers}, geometry=shapes, crs=crs).to_file(path)


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    trees(tmp_path / "b.gpkg", 3, 4, 5)
    trees(tmp_path / "a.gpkg", 1, 2)
    whole = gathered(open_source(tmp_path, Source(layer="zone", path="*.gpkg")).contents)
    assert whole.values("n") == [1, 2, 3, 4, 5]
    assert whole.rows == [1_000_000_001, 1_000_000_002, 2_000_000_001, 2_000_000_002, 2_000_000_003]
    assert whole.notes == ["2 files: 1 a.gpkg, 2 b.gpkg; row 2000000017 is row 17 of file 2"]


def test_one_file_keeps_its_plain_numbers(tmp_path: Path) -> None:
    trees(tmp_path / "a.gpkg", 7)
    whole = gathered(open_source(tmp_path, Source(layer="zone", path="a*.gpkg")).contents)
    assert (whole.rows, whole.notes) == ([1], [])


def test_formats_may_differ_and_notes_name_the_file(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[Point(0, 0, 9)], crs="EPSG:4326").to_file(tmp_path / "a.geojson")
    gpd.GeoDataFrame({"n": [2]}, geometry=[Point(0, 0)], crs="EPSG:4326").to_file(tmp_path / "b.gpkg")
    whole = gathered(open_source(tmp_path, Source(layer="zone", path="[ab].*")).contents)
    assert whole.values("n") == [1, 2]
    assert whole.notes[1] == "a.geojson: 1 geometries had heights or measures (Z, M); they were dropped"


def test_other_columns_are_refused_and_named(tmp_path: Path) -> None:
    trees(tmp_path / "a.gpkg", 1)
    trees(tmp_path / "b.gpkg", 2, column="m")
    with pytest.raises(SourceUnreadable, match=r"b.gpkg: has other columns than a.gpkg \(m, n\); give it a source"):
        open_source(tmp_path, Source(layer="zone", path="*.gpkg"))


def test_another_crs_is_refused_and_named(tmp_path: Path) -> None:
    trees(tmp_path / "a.gpkg", 1)
    trees(tmp_path / "b.gpkg", 2, crs="EPSG:4548")
    with pytest.raises(RecipeError, match=r"b.gpkg: has another CRS than a.gpkg \(CGCS2000 .* and CGCS2000 .*\)"):
        open_source(tmp_path, Source(layer="zone", path="*.gpkg"))


def test_a_pattern_that_nothing_fits(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match=r"\*.gpkg: no file fits this pattern"):
        open_source(tmp_path, Source(layer="zone", path="*.gpkg"))


def test_a_name_with_brackets_that_is_there_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "t[1].csv").write_text("a\n1\n")
    assert read(tmp_path / "t[1].csv").values("a") == ["1"]


@pytest.mark.usefixtures("store")
def test_a_city_of_several_files_is_loaded_and_a_double_key_found_across_them(small_city: SmallCity) -> None:
    small_city.file("b1.gpkg", [building("A", 0, 0), building("B", 20, 0)])
    small_city.file("b2.gpkg", [building("C", 40, 0), building("B", 60, 0)])
    small_city.source("building", "b*.gpkg")
    recipe = read_recipe(small_city.write())
    (first,) = load(recipe).sources
    assert (first.read, first.loaded, first.rejected) == (4, 3, 1)
    with connect() as connection:
        rows = connection.execute("SELECT building_id, source_row FROM layer.building ORDER BY 1").fetchall()
    assert [(row["building_id"], row["source_row"]) for row in rows] == [
        ("A", 1_000_000_001),
        ("B", 1_000_000_002),
        ("C", 2_000_000_001),
    ]
    assert load(recipe).sources[0].skipped


def test_the_fingerprint_covers_every_file(small_city: SmallCity) -> None:
    small_city.file("b1.gpkg", [building("A", 0, 0)])
    small_city.file("b2.gpkg", [building("B", 0, 0)])
    small_city.source("building", "b*.gpkg")
    recipe = read_recipe(small_city.write())
    before = preflight(recipe)[0].fingerprint()
    small_city.file("b2.gpkg", [building("B", 5, 0)])
    assert preflight(recipe)[0].fingerprint() != before
