"""Rasters that are set aside with a reason, and files that are refused in words."""

from __future__ import annotations

import contextlib

import numpy as np
import psycopg
import pytest
import rasterio
from affine import Affine

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.pipelines.cells import HERE, catalogue, counts, files_of, grid_city, people, run, write_raster  # noqa: F401
from tests.pipelines.conftest import CRS, EAST, NORTH, SmallCity
from twin.database.backup import rasters_folder
from twin.database.connect import connect
from twin.database.sources import rejects
from twin.errors import (
    RecipeError,
    SourceUnreadable,
    SourceWithoutCrs,
    StoreUnavailable,
    TwinError,
    UnknownName,
)


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
