"""Cells: the people of zones, windows, coarser copies, and a real grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from layers.schema import Meaning, Raster
from pipelines import cells
from pipelines.cells import Tally, cleaned
from pipelines.raster import Band
from tests.conftest import realdata
from tests.pipelines.cells import HERE, catalogue, counts, files_of, grid_city, people, run, write_raster  # noqa: F401
from tests.pipelines.conftest import SmallCity
from twin.batch import Grid
from twin.database.connect import connect
from twin.discover import discover
from twin.goals import Profile
from twin.runs.engine import score
from twin.runs.explain import explanation
from twin.spatial.zonal import zonal

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
