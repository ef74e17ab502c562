"""Rasters: kept as files, catalogued, loaded once, replaced with the former one kept."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from layers.schema import Layer
from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.pipelines.cells import HERE, catalogue, counts, files_of, grid_city, people, run, write_raster  # noqa: F401
from tests.pipelines.conftest import EAST, NORTH, SmallCity
from twin.database.backup import backup, rasters_folder, restore
from twin.database.connect import connect
from twin.database.features import layer_versions
from twin.database.rasters import grids, raster_file, rasters
from twin.database.sources import sources_state
from twin.discover import discover
from twin.errors import (
    StoreMismatch,
)
from twin.spatial.zonal import zonal

SRID = 4547


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

    def test_it_is_listed_among_the_sources(self, city: SmallCity) -> None:
        run(city)
        with connect() as connection:
            states = {row["path"]: row["rows"] for row in sources_state(connection, discover("layers", Layer))}
        assert states == {"zones.gpkg": 3, "buildings.gpkg": 1, "people.tif": 1}

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
