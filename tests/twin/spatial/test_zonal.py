"""Sums of cells over polygons, held against slow peers: areas of cut cells, and points strewn over each cell."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.batch import Grid
from twin.spatial.zonal import Cells, zonal

LEFT, TOP = 500_000.0, 4_310_000.0


def write(path: Path, values: np.ndarray, transform: Affine, crs: str) -> Grid:
    """A raster file, to be asked about places in UTM zone 50N."""
    height, width = values.shape
    shape = {"width": width, "height": height, "count": 1, "dtype": values.dtype, "nodata": np.nan}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **shape) as file:
        file.write(values, 1)
    return Grid(str(path), "EPSG:32650")


def boxes(cells: Cells) -> np.ndarray:
    """Each cell as a polygon, row by row."""
    rows, columns = cells.values.shape
    width, height = cells.size
    x = cells.left + width * np.arange(columns)
    y = cells.top - height * np.arange(rows)
    across, down = np.meshgrid(x, y)
    return shapely.box(across, down - height, across + width, down).ravel()


def areas(cells: Cells, polygon: shapely.Geometry) -> np.ndarray:
    """Share of each cell that lies in the polygon, by cutting every cell."""
    return shapely.area(shapely.intersection(boxes(cells), polygon)) / (cells.size[0] * cells.size[1])


@st.composite
def grids_and_polygons(draw: st.DrawFn) -> tuple[Cells, list[shapely.Geometry]]:
    """A small grid, some cells without data, and polygons on, across and off it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    values = rng.random((rows, columns)) * 100
    values[rng.random(values.shape) < 0.2] = np.nan
    cells = Cells(values, LEFT, TOP, (draw(st.sampled_from([10.0, 30.0, 92.77])), draw(st.sampled_from([10.0, 100.0]))))
    width, height = columns * cells.size[0], rows * cells.size[1]
    polygons: list[shapely.Geometry] = []
    for _ in range(draw(st.integers(1, 4))):
        x, y = rng.uniform(-0.3, 1.3, 2) * (width, -height) + (LEFT, TOP)
        kind = draw(st.sampled_from(["disc", "box", "ring", "parts", "triangle"]))
        disc = shapely.Point(x, y).buffer(rng.uniform(1, 0.8 * (width + height)))
        beside = shapely.box(x + width, y, x + 1.5 * width, y + height)
        made = {
            "disc": disc,
            "box": shapely.box(x, y, x + rng.uniform(1, width), y + rng.uniform(1, height)),
            "ring": disc.difference(shapely.Point(x, y).buffer(0.5)),
            "parts": shapely.MultiPolygon([shapely.box(x, y, x + 7, y + 300), beside]),
            "triangle": shapely.Polygon([(x, y), (x + width, y + 1), (x, y + height)]),
        }
        polygons.append(made[kind])
    return cells, polygons


@settings(max_examples=60, deadline=None)
@given(drawn=grids_and_polygons())
def test_sums_and_shares_are_those_of_every_cell_cut_by_the_polygon(
    drawn: tuple[Cells, list[shapely.Geometry]],
) -> None:
    cells, polygons = drawn
    found = zonal([cells], np.array(polygons, dtype=object))
    values = cells.values.ravel()
    known = np.isfinite(values)
    for at, polygon in enumerate(polygons):
        share = areas(cells, polygon)
        size = cells.size[0] * cells.size[1]
        scale = max(share.sum(), 1e-9)
        assert found.total[at] == pytest.approx((share * np.nan_to_num(values)).sum(), rel=1e-6, abs=1e-6 * 100 * scale)
        assert found.cells[at] == pytest.approx(share[known].sum(), rel=1e-6, abs=1e-6 * scale)
        assert found.inside[at] == pytest.approx(share.sum() * size / polygon.area, rel=1e-6, abs=1e-6)
        assert found.known[at] == pytest.approx(share[known].sum() * size / polygon.area, rel=1e-6, abs=1e-6)


def test_sums_are_those_of_points_strewn_over_each_cell() -> None:
    rng = np.random.default_rng(5)
    cells = Cells(rng.random((8, 11)) * 50, LEFT, TOP, (100.0, 100.0))
    polygon = shapely.Point(LEFT + 520, TOP - 410).buffer(330).difference(shapely.box(LEFT, TOP - 420, LEFT + 480, TOP))
    fine = 60
    x = LEFT + 100 / fine * (np.arange(11 * fine) + 0.5)
    y = TOP - 100 / fine * (np.arange(8 * fine) + 0.5)
    inside = shapely.contains_xy(polygon, *np.meshgrid(x, y)).reshape(8, fine, 11, fine)
    share = inside.mean(axis=(1, 3))
    found = zonal([cells], np.array([polygon], dtype=object))
    assert found.total[0] == pytest.approx((share * cells.values).sum(), rel=2e-3)


def test_zones_that_share_the_ground_share_the_people_whatever_the_crs_of_the_cells(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    degrees = write(
        tmp_path / "people.tif",
        rng.random((60, 60)).astype("float32") * 20,
        Affine(1 / 1200, 0, 117.0, 0, -1 / 1200, 38.95),
        "EPSG:4326",
    )
    way = pyproj.Transformer.from_crs(4326, 32650, always_xy=True)
    x, y = way.transform(117.025, 38.925)
    city = shapely.box(x - 1500, y - 1500, x + 1500, y + 1500)
    cuts = [x - 1500 + 3000 / 7 * n for n in range(8)]
    zones = [shapely.box(left, y - 1500, right, y + 1500) for left, right in itertools.pairwise(cuts)]
    whole = zonal([degrees], np.array([city], dtype=object))
    parts = zonal([degrees], np.array(zones, dtype=object))
    assert parts.total.sum() == pytest.approx(whole.total[0], rel=1e-6)
    assert whole.inside[0] == pytest.approx(1, abs=1e-6)
    assert whole.known[0] == pytest.approx(1, abs=1e-6)
    with rasterio.open(degrees.path) as file:
        values = file.read(1)
    assert whole.mean[0] == pytest.approx(values.mean(), rel=0.05)
    # 3 km in degrees, by hand: the sum is that of the cells cut in their own CRS.
    back = pyproj.Transformer.from_crs(32650, 4326, always_xy=True)
    there = shapely.transform(shapely.segmentize(city, 1000), lambda xy: np.column_stack(back.transform(*xy.T)))
    size = 1 / 1200
    cells = Cells(values.astype(float), 117.0, 38.95, (size, size))
    assert whole.total[0] == pytest.approx((areas(cells, there) * values.ravel()).sum(), rel=1e-6)


def test_what_lies_outside_is_told_from_what_has_no_data(tmp_path: Path) -> None:
    values = np.full((10, 10), 4, dtype="float32")
    values[:, :5] = np.nan
    grid = write(tmp_path / "g.tif", values, Affine(10, 0, LEFT, 0, -10, TOP), "EPSG:32650")
    half_off = shapely.box(LEFT + 50, TOP - 100, LEFT + 150, TOP)
    half_known = shapely.box(LEFT, TOP - 100, LEFT + 100, TOP)
    far = shapely.box(LEFT + 900, TOP, LEFT + 950, TOP + 50)
    polygons = np.array([half_off, half_known, far, None, shapely.Polygon()], dtype=object)
    found = zonal([grid], polygons)
    assert found.total.tolist() == [200, 200, 0, 0, 0]
    assert found.inside.tolist() == pytest.approx([0.5, 1, 0, 0, 0])
    assert found.known.tolist() == pytest.approx([0.5, 0.5, 0, 0, 0])
    assert found.mean[:2].tolist() == [4, 4]
    assert np.isnan(found.mean[2:]).all()


def test_a_polygon_over_two_sheets_has_the_sum_of_both() -> None:
    west = Cells(np.full((4, 4), 1.0), LEFT, TOP, (10, 10))
    east = Cells(np.full((4, 4), 3.0), LEFT + 40, TOP, (10, 10))
    found = zonal([west, east], np.array([shapely.box(LEFT + 20, TOP - 40, LEFT + 60, TOP)], dtype=object))
    assert found.total.tolist() == [8 + 24]
    assert found.inside.tolist() == [1]
    assert found.mean.tolist() == [2]


MEASURED = """
import resource, sys
import numpy as np, shapely
from twin.batch import Grid
from twin.spatial.zonal import zonal
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
zone = shapely.box(500_100, 4_309_000, 501_100, 4_309_900)
before = peak()
found = zonal([Grid(sys.argv[1], "EPSG:32650")], np.array([zone], dtype=object))
sys.stdout.write(f"{found.total[0]} {peak() - before}")
"""


def test_a_small_zone_of_a_huge_raster_reads_a_small_window(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    shape = {"width": 20_000, "height": 20_000, "count": 1, "dtype": "float32", "nodata": -1.0}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True, "bigtiff": "yes"}
    with rasterio.open(
        path, "w", driver="GTiff", crs="EPSG:32650", transform=Affine(10, 0, LEFT, 0, -10, TOP), **shape, **tiles
    ) as file:
        file.write(np.full((512, 512), 2, dtype="float32"), 1, window=rasterio.windows.Window(0, 0, 512, 512))
    assert path.stat().st_size < 20_000_000
    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)
    total, megabytes = done.stdout.split()
    assert float(total) == 2 * 100 * 90
    assert int(megabytes) < 150  # the whole of it is 1,600 MB
