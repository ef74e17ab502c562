"""Rasters: kept as files, catalogued, loaded once, replaced with the former one kept; what is wrong is told."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import rasterio
import shapely
from affine import Affine

from layers.schema import Meaning, Raster
from pipelines import cells
from pipelines.cells import Band, Tally, cleaned
from pipelines.load import load
from pipelines.outcome import Outcome
from pipelines.recipe import read_recipe
from tests.conftest import realdata
from tests.pipelines.cells import HERE, write_raster
from tests.pipelines.conftest import CRS, EAST, NORTH, SmallCity, building, zone
from twin.batch import Grid
from twin.database.backup import backup, rasters_folder, restore
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.features import layer_versions
from twin.database.rasters import grids, raster_file, rasters
from twin.database.sources import rejects
from twin.discover import discover
from twin.errors import (
    RecipeError,
    SourceUnreadable,
    SourceWithoutCrs,
    StoreMismatch,
    StoreUnavailable,
    TwinError,
    UnknownName,
)
from twin.goals import Profile
from twin.runs.engine import score
from twin.runs.explain import explanation
from twin.spatial.zonal import zonal

SRID = 4547


def people(seed: int = 1) -> np.ndarray:
    """20 rows and 25 columns of people, some cells without data."""
    values = np.random.default_rng(seed).integers(0, 90, (20, 25)).astype("float32")
    values[3:5, 7:9] = np.nan
    return values


@pytest.fixture
def city(store: Cluster, small_city: SmallCity) -> SmallCity:  # noqa: ARG001
    """Three zones of 100 m, two of them without a population, a house, and a grid of people."""
    shutil.rmtree(rasters_folder(), ignore_errors=True)  # tests of one session share a TWIN_HOME
    unknown = [{**zone(code, x, 0), "population": None} for code, x in (("Z2", 100), ("FAR", 240))]
    small_city.file("zones.gpkg", [zone("Z1", 0, 0), *unknown])
    small_city.file("buildings.gpkg", [building("B0", 20, 20)])
    write_raster(small_city.folder / "people.tif", people())
    small_city.source("zone", "zones.gpkg")
    small_city.source("building", "buildings.gpkg")
    small_city.source("population", "people.tif", "observed_on = 2025-01-01")
    return small_city


def run(city: SmallCity, layer: str = "population", **options: Any) -> Outcome:
    """Load the city; what became of its raster."""
    return next(each for each in load(read_recipe(city.write()), **options).sources if each.layer == layer)


def counts(done: Outcome) -> tuple[int, int, int, int]:
    return done.read, done.loaded, done.unchanged, done.rejected


def catalogue(connection: Connection) -> list[dict[str, Any]]:
    return connection.execute(
        "SELECT *, nodata::text AS nodata, upper_inf(valid) AS now FROM twin.raster ORDER BY id"
    ).fetchall()


def files_of(layer: str) -> set[str]:
    return {path.name for path in (rasters_folder() / layer).iterdir()}


class TestLoading:
    def test_a_raster_is_kept_as_a_cog_under_its_hash_and_catalogued(self, city: SmallCity) -> None:
        done = run(city)
        assert counts(done) == (1, 1, 0, 0)
        values = people()
        assert done.notes == [f"496 cells with data add up to {np.nansum(values):,.0f} people"]
        with connect() as connection:
            (entry,) = rasters(connection)
        file = raster_file(entry)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert file == rasters_folder() / "population" / f"{digest[:32]}.tif"
        assert (entry["sha256"], entry["epsg"], entry["path"]) == (digest, SRID, "people.tif")
        assert (entry["width"], entry["height"], entry["cell_x"], entry["cell_y"]) == (25, 20, 10, 10)
        assert (entry["cells"], entry["dropped"], entry["dtype"]) == (496, 0, "float32")
        assert entry["total"] == np.nansum(values.astype(float))
        assert (entry["minimum"], entry["maximum"]) == (np.nanmin(values), np.nanmax(values))
        assert np.isnan(entry["nodata"])
        assert shapely.from_wkb(entry["geom"]).bounds == (EAST, NORTH, EAST + 250, NORTH + 200)
        with rasterio.open(file) as kept:
            assert kept.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert kept.units == ("people/cell",)
            assert kept.transform == HERE
            np.testing.assert_array_equal(kept.read(1), values)

    def test_the_same_file_again_changes_nothing(self, city: SmallCity) -> None:
        run(city)
        with connect() as connection:
            before, versions = catalogue(connection), layer_versions(connection)
        again = run(city)
        assert again.skipped
        assert counts(again) == (1, 0, 1, 0)
        with connect() as connection:
            assert catalogue(connection) == before
            assert layer_versions(connection) == versions

    def test_the_same_cells_in_another_file_are_unchanged(self, city: SmallCity) -> None:
        run(city)
        write_raster(city.folder / "people.tif", people(), compress="lzw", nodata=np.nan)
        again = run(city)
        assert not again.skipped
        assert counts(again) == (1, 0, 1, 0)
        with connect() as connection:
            assert len(catalogue(connection)) == 1

    def test_a_changed_file_takes_the_former_ones_place_and_that_stays_in_history(self, city: SmallCity) -> None:
        run(city)
        with connect() as connection:
            versions = layer_versions(connection)
        write_raster(city.folder / "people.tif", people(2))
        assert counts(run(city)) == (1, 1, 0, 0)
        with connect() as connection:
            former, now = catalogue(connection)
            assert layer_versions(connection)["population"] != versions["population"]
        assert (former["now"], now["now"]) == (False, True)
        assert former["valid"].upper == now["valid"].lower
        assert files_of("population") == {Path(each["file"]).name for each in (former, now)}

    def test_a_file_that_was_lost_is_written_again(self, city: SmallCity) -> None:
        run(city)
        with connect() as connection:
            (entry,) = rasters(connection)
            raster_file(entry).unlink()
            with pytest.raises(StoreMismatch, match=r"people\.tif\) are not there; load the source again"):
                grids(connection, SRID)
        assert counts(run(city)) == (1, 0, 1, 0)
        assert raster_file(entry).is_file()

    def test_cells_that_cannot_be_true_have_no_data_and_are_counted(self, city: SmallCity) -> None:
        values = people()
        values[0, :3] = -9999, -1, np.inf
        write_raster(city.folder / "people.tif", values)
        done = run(city)
        assert counts(done) == (1, 1, 0, 0)
        assert done.notes[0] == "3 cells hold what cannot be true, such as -9999: they have no data now"
        with connect() as connection:
            (entry,) = rasters(connection)
            assert (entry["cells"], entry["dropped"], entry["minimum"]) == (493, 3, np.nanmin(people()))

    def test_marks_of_no_data_scale_and_offset_are_followed(self, city: SmallCity) -> None:
        raw = np.arange(500, dtype="int16").reshape(20, 25)
        raw[0, 0] = -32768
        path = write_raster(city.folder / "ground.tif", raw, nodata=-32768)
        with rasterio.open(path, "r+") as file:
            file.scales, file.offsets = (0.1,), (100.0,)
        city.source("elevation", "ground.tif")
        assert counts(run(city, "elevation")) == (1, 1, 0, 0)
        with connect() as connection:
            entry = next(each for each in rasters(connection) if each["layer"] == "elevation")
        with rasterio.open(raster_file(entry)) as kept:
            values = kept.read(1)
        assert np.isnan(values[0, 0])
        np.testing.assert_allclose(values.ravel()[1:], 100 + 0.1 * np.arange(1, 500))

    def test_codes_of_another_scheme_are_renamed_by_the_recipe(self, city: SmallCity) -> None:
        raw = np.array([[1, 2, 50], [7, 0, 10]], dtype="uint8")
        write_raster(city.folder / "cover.tif", raw, nodata=0)
        city.source("land_cover", "cover.tif", 'values = { land_cover = { "1" = 10, "2" = "80" } }')
        done = run(city, "land_cover")
        assert done.notes == ["1 cells hold what cannot be true, such as 7: they have no data now"]
        with connect() as connection:
            entry = next(each for each in rasters(connection) if each["layer"] == "land_cover")
        assert (entry["dtype"], entry["nodata"], entry["cells"]) == ("uint8", 255, 4)
        with rasterio.open(raster_file(entry)) as kept:
            assert kept.read(1).tolist() == [[10, 80, 50], [255, 255, 10]]

    def test_a_band_is_chosen_by_number_or_by_its_description(self, city: SmallCity) -> None:
        path = write_raster(city.folder / "years.tif", np.stack([people(1), people(2)]))
        with rasterio.open(path, "r+") as file:
            file.set_band_description(2, "2025")
        city.sources[-1] = city.sources[-1].replace("people.tif", "years.tif") + 'sublayer = "2025"'
        run(city)
        with connect() as connection:
            assert rasters(connection)[0]["total"] == np.nansum(people(2).astype(float))

    def test_a_world_raster_has_the_extent_that_the_city_can_have(self, city: SmallCity) -> None:
        world = np.ones((90, 180), dtype="float32")
        write_raster(city.folder / "people.tif", world, crs="EPSG:4326", transform=Affine(2, 0, -180, 0, -2, 90))
        assert counts(run(city)) == (1, 1, 0, 0)
        with connect() as connection:
            row = connection.execute("SELECT ST_SRID(extent) AS srid, ST_IsValid(extent) AS valid FROM twin.raster")
            assert row.fetchone() == {"srid": SRID, "valid": True}

    def test_two_sheets_lie_beside_each_other(self, city: SmallCity) -> None:
        write_raster(city.folder / "east.tif", people(2), transform=Affine(10, 0, EAST + 250, 0, -10, NORTH + 200))
        city.source("population", "east.tif")
        done = load(read_recipe(city.write())).sources
        assert [each.loaded for each in done if each.layer == "population"] == [1, 1]
        with connect() as connection:
            both = grids(connection, SRID)["population"]
        found = zonal(both, np.array([shapely.box(EAST, NORTH, EAST + 500, NORTH + 200)], dtype=object))
        assert found.total[0] == pytest.approx(np.nansum(people(1)) + np.nansum(people(2)), rel=1e-6)

    def test_a_rehearsal_reads_the_cells_and_keeps_nothing(self, city: SmallCity) -> None:
        done = run(city, dry_run=True)
        assert counts(done) == (1, 1, 0, 0)
        assert "add up to" in done.notes[0]
        assert not rasters_folder().exists()

    def test_rasters_come_back_with_a_backup(self, city: SmallCity, tmp_path: Path) -> None:
        run(city)
        with connect() as connection:
            before = catalogue(connection)
        backup(tmp_path / "all.twin")
        shutil.rmtree(rasters_folder())
        restore(tmp_path / "all.twin")
        with connect() as connection:
            assert catalogue(connection) == before
            file = raster_file(before[0])
        assert hashlib.sha256(file.read_bytes()).hexdigest() == before[0]["sha256"]


class TestSetAside:
    def reject(self, city: SmallCity) -> tuple[str, str]:
        """Rule and reason of the only reject."""
        assert counts(run(city)) == (1, 0, 0, 1)
        with connect() as connection:
            (row,) = rejects(connection, "population")
        assert row["hint"].endswith(".")
        return row["rule"], row["reason"]

    def test_a_raster_of_another_place_waits_in_quarantine_and_the_former_one_stays(self, city: SmallCity) -> None:
        run(city)
        write_raster(city.folder / "people.tif", people(), transform=Affine(10, 0, EAST, 0, -10, 900_000))
        reason = "The raster lies outside the city's area of use: x 500000, y 899800"
        assert self.reject(city) == ("geometry_extent", reason)
        with connect() as connection:
            assert [each["now"] for each in catalogue(connection)] == [True]

    def test_a_raster_without_a_true_number_waits_in_quarantine(self, city: SmallCity) -> None:
        write_raster(city.folder / "people.tif", np.full((4, 4), -1, dtype="int16"))
        assert self.reject(city) == ("no_cells", "The raster holds nothing: none of its 16 numbers can be true")
        assert files_of("population") == set()
        write_raster(city.folder / "people.tif", people())
        assert counts(run(city)) == (1, 1, 0, 0)
        with connect() as connection:
            assert rejects(connection) == []

    def test_people_of_two_rasters_over_the_same_ground_do_not_count_twice(self, city: SmallCity) -> None:
        write_raster(city.folder / "more.tif", people(2), transform=Affine(10, 0, EAST + 240, 0, -10, NORTH + 200))
        city.source("population", "more.tif")
        done = load(read_recipe(city.write())).sources
        assert [counts(each) for each in done if each.layer == "population"] == [(1, 1, 0, 0), (1, 0, 0, 1)]
        with connect() as connection:
            (row,) = rejects(connection)
        assert (row["path"], row["rule"]) == ("more.tif", "count_overlap")
        assert "people.tif covers too" in row["reason"]


class TestRefused:
    def fails(self, city: SmallCity, error: type[TwinError], words: str) -> None:
        with pytest.raises(error, match=words):
            load(read_recipe(city.write()))
        with connect() as connection:
            assert connection.execute("SELECT count(*) AS n FROM twin.raster").fetchone() == {"n": 0}

    def test_a_file_without_crs(self, city: SmallCity) -> None:
        write_raster(city.folder / "people.tif", people(), crs=None)
        self.fails(city, SourceWithoutCrs, r'people\.tif: nothing says in which CRS .* add crs = "EPSG:…"')
        city.sources[-1] += f'crs = "{CRS}"'
        assert counts(run(city)) == (1, 1, 0, 0)

    def test_a_file_that_contradicts_the_recipe(self, city: SmallCity) -> None:
        city.sources[-1] += 'crs = "EPSG:4548"'
        self.fails(city, RecipeError, "add crs_override = true if the file is wrong")

    @pytest.mark.parametrize(
        ("transform", "words"),
        [
            (None, "nothing says where its cells lie; put its world file"),
            (HERE @ Affine.rotation(10), "its cells are rotated; bring them north up: gdalwarp"),
            (Affine(10, 0, EAST, 0, 10, NORTH), "its rows run from south to north; turn them: gdalwarp"),
        ],
    )
    def test_a_grid_that_does_not_lie_north_up(self, city: SmallCity, transform: Affine | None, words: str) -> None:
        (city.folder / "people.tif").unlink()
        with pytest.warns(rasterio.errors.NotGeoreferencedWarning) if transform is None else contextlib.nullcontext():
            write_raster(city.folder / "people.tif", people(), transform=transform)
        self.fails(city, SourceUnreadable, words)

    def test_several_bands(self, city: SmallCity) -> None:
        write_raster(city.folder / "people.tif", np.stack([people(), people()]))
        self.fails(city, RecipeError, r'holds 2 bands \(1, 2\); name one: sublayer = "1"')
        city.sources[-1] += 'sublayer = "3"'
        self.fails(city, UnknownName, "there is no band '3'. Known: 1, 2")

    def test_what_is_no_raster(self, city: SmallCity) -> None:
        (city.folder / "people.tif").write_text("hello")
        self.fails(city, SourceUnreadable, r"people\.tif: not a raster that can be read")

    def test_complex_numbers(self, city: SmallCity) -> None:
        write_raster(city.folder / "people.tif", np.ones((3, 3), dtype="complex64"))
        self.fails(city, SourceUnreadable, "complex64 numbers; only whole and decimal")

    def test_a_file_that_was_cut_off(self, city: SmallCity) -> None:
        path = write_raster(city.folder / "people.tif", np.random.default_rng(1).random((400, 400)))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        self.fails(city, SourceUnreadable, r"people\.tif: breaks off after 0 rows of cells")
        assert files_of("population") == set()

    def test_rows_for_a_raster_layer_and_cells_for_a_layer_of_rows(self, city: SmallCity) -> None:
        city.sources[-1] = city.sources[-1].replace("people.tif", "buildings.gpkg")
        self.fails(city, RecipeError, "is not one raster; layer population has cells and takes one GeoTIFF a source")
        city.sources[-1] = city.sources[-1].replace("population", "building").replace("buildings.gpkg", "people.tif")
        self.fails(
            city, RecipeError, "is a raster, and building is a layer of features; layers of cells are: elevation"
        )

    def test_keys_about_rows_in_the_source_of_a_raster(self, city: SmallCity) -> None:
        city.sources[-1] += 'where = "1=1"\nset = { a = 1 }'
        self.fails(city, RecipeError, "source 3: population has cells, no rows and columns; drop where, set")

    def test_an_unknown_layer_names_the_nearest_of_both_kinds(self, city: SmallCity) -> None:
        city.sources[-1] = city.sources[-1].replace('"population"', '"populaton"')
        self.fails(city, UnknownName, r"there is no layer 'populaton'. Did you mean 'population'\?")

    def test_a_folder_that_cannot_be_written(self, city: SmallCity) -> None:
        rasters_folder().write_text("in the way")
        try:
            self.fails(city, StoreUnavailable, "the raster cannot be written there")
        finally:
            rasters_folder().unlink()

    def test_viewers_see_the_catalogue_and_change_nothing(self, city: SmallCity) -> None:
        run(city)
        with connect() as connection:
            connection.execute("SET ROLE twin_viewer")
            assert connection.execute("SELECT count(*) AS n FROM twin.raster").fetchone() == {"n": 1}
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM twin.raster")


PROFILE = Profile.model_validate(
    {
        "name": "people",
        "year": 2035,
        "goal": [{"index": "population_density", "target": 10_000, "direction": "at_most"}],
    }
)


def test_people_of_a_zone_without_a_population_are_those_of_the_grid(city: SmallCity) -> None:
    run(city)
    done = score(PROFILE).run
    with connect() as connection:
        rows = connection.execute("SELECT * FROM twin.score WHERE run_id = %s", [done]).fetchall()
        goals = connection.execute("SELECT goals FROM twin.run WHERE id = %s", [done]).fetchone()
        said = explanation(connection, "Z2").as_text()
    by_zone = {row["zone"]: row for row in rows}
    inside = np.nansum(people()[10:20, 10:20])
    assert by_zone["Z1"]["numerator"] == 50
    assert by_zone["Z2"]["numerator"] == pytest.approx(inside, rel=1e-6)
    assert by_zone["Z2"]["value"] == pytest.approx(inside / 0.01, rel=1e-6)
    assert (by_zone["Z2"]["quality"], by_zone["Z2"]["parts"]["gridded"]) == (1, 1)
    # The third zone lies on the edge of the grid: its people are not known.
    assert by_zone["FAR"]["value"] is None
    assert goals is not None
    assert any("population grid" in note for note in goals["goals"]["population_density"]["notes"])
    assert "from population: 496 cells of people.tif" in said


def test_a_new_grid_is_new_data_for_a_run(city: SmallCity) -> None:
    run(city)
    first = score(PROFILE)
    write_raster(city.folder / "people.tif", people(2))
    run(city)
    second = score(PROFILE)
    with connect() as connection:
        rows = connection.execute(
            "SELECT run_id, data_version, id FROM twin.score JOIN twin.run ON id = run_id"
        ).fetchall()
    assert len({row["data_version"] for row in rows if row["run_id"] in (first.run, second.run)}) == 2


def test_windows_of_any_height_give_the_same_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_raster(tmp_path / "people.tif", np.tile(people(), (5, 9)), tiled=True, blockxsize=16, blockysize=16)
    layer = discover("layers", Raster)["population"]
    found = []
    for at_once in (10**7, 8_000, 225, 1):
        monkeypatch.setattr(cells, "CELLS_AT_ONCE", at_once)
        tally, parts = Tally(), []
        for window, values in cleaned(layer, {}, Band(path, 1, ""), tally):
            assert values.size <= max(at_once, 225)
            parts.append((int(window.row_off), values))
        found.append((np.vstack([values for _, values in parts]), tally.total, tally.cells))
    for values, total, count in found[1:]:
        np.testing.assert_array_equal(values, found[0][0])
        assert (total, count) == (found[0][1], found[0][2])


@pytest.mark.parametrize("meaning", [Meaning.COUNT, Meaning.CLASS])
def test_coarser_copies_keep_the_meaning_of_a_cell(tmp_path: Path, meaning: Meaning) -> None:
    layer = discover("layers", Raster)["population" if meaning is Meaning.COUNT else "land_cover"]
    values = np.random.default_rng(3).choice([10, 10, 10, 50], (1200, 1200)).astype("float32")
    path = write_raster(tmp_path / "g.tif", values)
    written, _ = cells.write(layer, {}, Band(path, 1, rasterio.open(path).crs.to_wkt()), tmp_path / "out")
    assert written is not None
    with rasterio.open(tmp_path / "out" / written.file) as file:
        factors = file.overviews(1)
        assert factors
        coarse = file.read(1, out_shape=(600, 600))
    if meaning is Meaning.COUNT:
        np.testing.assert_allclose(coarse, values.reshape(600, 2, 600, 2).mean(axis=(1, 3)))
    else:
        assert set(np.unique(coarse)) == {10, 50}


def test_a_real_population_grid_gives_the_same_people_as_cells_and_as_polygons(tmp_path: Path) -> None:
    import geopandas as gpd

    crs = "EPSG:3879"  # in which its cells are squares of 250 m
    grid = gpd.read_file(realdata("helsinki") / "helsinki_population_grid_2020.gpkg").to_crs(crs)
    counted = next(name for name in grid.columns if grid[name].sum() == 71_724)
    left, bottom, right, top = grid.total_bounds
    side = round(grid.geometry.iloc[0].bounds[2] - grid.geometry.iloc[0].bounds[0])
    values = np.full((round((top - bottom) / side), round((right - left) / side)), np.nan)
    corners = grid.geometry.bounds
    values[
        np.rint((top - corners["maxy"]) / side).astype(int), np.rint((corners["minx"] - left) / side).astype(int)
    ] = grid[counted]
    path = write_raster(tmp_path / "g.tif", values, crs=crs, transform=Affine(side, 0, left, 0, -side, top))
    zone = shapely.Point((left + right) / 2, (bottom + top) / 2).buffer(700)
    share = shapely.area(shapely.intersection(grid.geometry.values, zone)) / shapely.area(grid.geometry.values)
    found = zonal([Grid(str(path), crs)], np.array([zone, shapely.box(left, bottom, right, top)], dtype=object))
    # The file has the squares in degrees; they come back to within a centimetre.
    assert found.total[0] == pytest.approx((share * grid[counted]).sum(), rel=1e-5)
    assert found.total[1] == pytest.approx(71_724, rel=1e-5)
