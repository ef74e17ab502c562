"""What a guessed recipe does: it loads, it asks, it keeps people out, and it never replaces one that is there."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from layers.schema import Field, Geometry, Layer
from pipelines.guess import guess_recipe
from pipelines.guess.match import match
from pipelines.guess.sample import Sample, samples_of
from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import PROJECT
from tests.pipelines.guess.reading import proposed
from twin.cli import main
from twin.errors import SourceMissing

CRS = 4547
EAST, NORTH = 500_000.0, 4_310_000.0


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city's files with a recipe that the command guessed."""
    folder = tmp_path_factory.mktemp("sample") / "river"
    shutil.copytree(PROJECT / "data" / "sample_city", folder, ignore=shutil.ignore_patterns("city.toml", "generator"))
    done = CliRunner().invoke(main, ["sources", "guess", str(folder)])
    assert done.exit_code == 0, done.output
    assert "11 sources" in done.output
    return folder


def houses(folder: Path, name: str, **columns: object) -> Path:
    """Three houses with columns of the test's own."""
    shapes = [box(EAST + 20 * n, NORTH, EAST + 20 * n + 10, NORTH + 10) for n in range(3)]
    rows = {key: [f"{value}{n}" for n in range(3)] for key, value in columns.items()}
    gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS).to_file(folder / name, engine="pyogrio")
    return folder / name


def test_the_guessed_recipe_of_the_sample_city_reads_as_the_written_one(river: Path) -> None:
    assert len(read_recipe(river).source) == 11
    guessed = {each.layer: each for each in load(read_recipe(river), dry_run=True).sources}
    written = {each.layer: each for each in load(read_recipe(PROJECT / "data/sample_city"), dry_run=True).sources}
    assert len(written) == 11
    assert {name: (o.read, o.reasons) for name, o in guessed.items()} == {
        name: (o.read, o.reasons) for name, o in written.items()
    }


def test_words_of_the_office_become_the_layers_words(river: Path) -> None:
    text = (river / "city.toml").read_text(encoding="utf-8")
    parks = next(s for s in proposed(text) if s["layer"] == "green_area")
    assert parks["values"]["access"] == {"开放": "public", "限制": "restricted", "不开放": "private"}
    assert parks["values"]["kind"]["防护绿地"] == "shelter_belt"
    assert "高尔夫球场" not in parks["values"]["kind"]


def test_a_recipe_that_is_there_is_not_replaced_without_force(tmp_path: Path) -> None:
    houses(tmp_path, "buildings.gpkg", building_id="B")
    (tmp_path / "city.toml").write_text("# mine\n")
    refused = CliRunner().invoke(main, ["sources", "guess", str(tmp_path)])
    assert refused.exit_code == 2
    assert "--force" in refused.output
    assert (tmp_path / "city.toml").read_text() == "# mine\n"
    elsewhere = CliRunner().invoke(main, ["sources", "guess", str(tmp_path), "--out", str(tmp_path / "first.toml")])
    assert elsewhere.exit_code == 0
    assert (tmp_path / "city.toml").read_text() == "# mine\n"
    assert CliRunner().invoke(main, ["sources", "guess", str(tmp_path), "--force"]).exit_code == 0
    assert len(read_recipe(tmp_path).source) == 1


@pytest.mark.parametrize("names", [[], ["notes.md"], ["photo.jpg"], ["broken.gpkg"]])
def test_a_folder_without_data_is_told_so(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("nothing of use")
    with pytest.raises(SourceMissing, match="no file here can be read as a table"):
        guess_recipe(tmp_path)
    done = CliRunner().invoke(main, ["sources", "guess", str(tmp_path)])
    assert done.exit_code == 1
    assert not (tmp_path / "city.toml").exists()


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    houses(tmp_path, "buildings.gpkg", building_id="B")
    (tmp_path / "broken.geojson").write_text('{"type": "FeatureColl')
    text = guess_recipe(tmp_path).text
    assert "# ? broken.geojson: " in text
    assert str(tmp_path) not in text.split("broken.geojson", 1)[1].splitlines()[0]


def test_columns_about_persons_are_named_and_feed_nothing(tmp_path: Path) -> None:
    houses(tmp_path, "buildings.gpkg", building_id="B", owner_name="Li ", contact="1380013800")
    text = guess_recipe(tmp_path).text
    assert '# column "owner_name" is about persons: it is not stored' in text
    assert '# column "contact" is about persons: it is not stored' in text
    (tmp_path / "city.toml").write_text(text)
    columns = read_recipe(tmp_path).source[0].columns
    assert not {"owner_name", "contact"} & set(columns.values())
    rehearsed = load(read_recipe(tmp_path), dry_run=True).sources[0]
    assert (rehearsed.loaded, rehearsed.rejected) == (3, 0)


def test_a_field_full_of_telephone_numbers_is_proposed_only(tmp_path: Path) -> None:
    houses(tmp_path, "buildings.gpkg", building_id="B", use="1380013800")
    text = guess_recipe(tmp_path).text
    assert '# column "use" is about persons: it is not stored' in text
    assert [source["sure"] for source in proposed(text)] == [False]


def test_every_sheet_of_a_workbook_is_looked_at(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    stops = book.create_sheet("stops")
    stops.append(["stop_id", "stop_name", "lon", "lat"])
    for n in range(3):
        stops.append([f"S{n}", f"Stop {n}", 114.0 + n / 100, 38.9])
    book.create_sheet("remarks").append(["what"])
    book.save(tmp_path / "transit.xlsx")
    (source,) = proposed(guess_recipe(tmp_path).text)
    assert (source["layer"], source["sublayer"], source["x"], source["y"]) == ("transit_stop", "stops", "lon", "lat")
    assert source["columns"] == {"name": "stop_name"}
    assert source["crs"] == "EPSG:4326"


def test_the_name_of_a_table_counts_where_the_file_says_nothing(tmp_path: Path) -> None:
    path = houses(tmp_path, "export.gpkg", nr="B")
    path.unlink()
    shapes = [box(EAST, NORTH, EAST + 10, NORTH + 10), box(EAST + 90, NORTH, EAST + 99, NORTH + 10)]
    gpd.GeoDataFrame({"nr": [1, 2]}, geometry=shapes, crs=CRS).to_file(path, layer="gebaeude", engine="pyogrio")
    (source,) = proposed(guess_recipe(tmp_path).text)
    assert source["layer"] == "building"


def test_a_kind_that_no_column_gives_comes_from_the_name_of_the_table(tmp_path: Path) -> None:
    points = [Point(EAST + n, NORTH) for n in range(3)]
    gpd.GeoDataFrame({"manhole_id": ["a", "b", "c"]}, geometry=points, crs=CRS).to_file(tmp_path / "manholes.gpkg")
    (source,) = proposed(guess_recipe(tmp_path).text)
    assert (source["layer"], source["set"]) == ("sewer_node", {"kind": "manhole"})
    assert source["sure"]


def test_a_raster_is_asked_about_with_the_layers_of_cells(tmp_path: Path) -> None:
    where = rasterio.Affine(10, 0, EAST, 0, -10, NORTH)
    options = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "float32", "transform": where}
    with rasterio.open(tmp_path / "elevation_2024.tif", "w", crs=f"EPSG:{CRS}", **options) as file:
        file.write(np.ones((1, 8, 8), dtype="float32"))
    (source,) = proposed(guess_recipe(tmp_path).text)
    assert (source["layer"], source["path"], source["sure"]) == ("elevation", "elevation_2024.tif", False)


def test_a_file_geodatabase_is_one_file(tmp_path: Path) -> None:
    shapes = [box(EAST, NORTH, EAST + 10, NORTH + 10)]
    frame = gpd.GeoDataFrame({"bldg_id": ["a"]}, geometry=shapes, crs=CRS)
    frame.to_file(tmp_path / "office.gdb", layer="buildings", driver="OpenFileGDB", engine="pyogrio")
    text = guess_recipe(tmp_path).text
    (source,) = proposed(text)
    assert (source["path"], source["layer"]) == ("office.gdb", "building")
    assert ".gdbtable" not in text


def test_one_table_is_a_sample_of_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text("stop_id;stop_name;x;y\n1;Süd;500000;4310000\n", encoding="cp1252")
    (sample,) = samples_of(tmp_path / "stops.csv")
    assert isinstance(sample, Sample)
    assert (sample.encoding, sample.x, sample.y, sample.kinds) == ("cp1252", "x", "y", {"Point"})
    assert sample.columns["stop_name"].tolist() == ["Süd"]


def test_a_new_layer_is_guessed_by_its_own_words(tmp_path: Path) -> None:
    points = [Point(EAST + n, NORTH) for n in range(3)]
    frame = gpd.GeoDataFrame({"nummer": ["a", "b", "c"], "holz": ["Eiche"] * 3}, geometry=points, crs=CRS)
    frame.to_file(tmp_path / "baenke.gpkg", engine="pyogrio")
    (sample,) = samples_of(tmp_path / "baenke.gpkg")
    fields = {"bench_id": Field("Key.", aliases=("nummer",)), "wood": Field("Wood.", aliases=("holz",))}
    bench = Layer("bench", "Benches", "长椅", "Benches.", Geometry.POINT, "bench_id", fields, aliases=("baenke",))
    assert isinstance(sample, Sample)
    found = match(sample, bench)
    assert found is not None
    assert found.is_sure
    assert found.columns == {"bench_id": "nummer", "wood": "holz"}


@given(
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4, unique=True)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_columns_are_called_the_recipe_stays_toml(tmp_path: Path, names: list[str]) -> None:
    ring = [[114.0, 38.9], [114.001, 38.9], [114.001, 38.901], [114.0, 38.9]]
    feature = {
        "type": "Feature",
        "properties": dict.fromkeys([*names, "bldg_id"], "v"),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "buildings.geojson").write_text(json.dumps(collection))
    text = guess_recipe(tmp_path).text
    assert tomllib.loads(text)["source"][0]["layer"] == "building"
    assert proposed(text)


def test_a_table_without_rows_is_no_failure(tmp_path: Path) -> None:
    houses(tmp_path, "buildings.gpkg", building_id="B")
    pd.DataFrame({"stop_id": [], "lon": [], "lat": []}).to_csv(tmp_path / "stops.csv", index=False)
    layers = {s["layer"] for s in proposed(guess_recipe(tmp_path).text)}
    assert "building" in layers
