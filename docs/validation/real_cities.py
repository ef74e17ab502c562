"""Messiness of real cities: the tables and pictures of docs/validation.md.

Las Palmas by its catchments and by a grid, the centre of Helsinki and a quarter of Kathmandu, by the recipes of the
project with the files beside the project. Prints the tables, draws the pictures beside this file.

Run: python docs/validation/real_cities.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from drawing import (
    ACCESS_LEGEND,
    STEP_LEGEND,
    Box,
    Panel,
    access_shapes,
    messiness_shapes,
    picture,
    plain_shapes,
    value_labels,
)

from benchmarks.block_size import block_size
from benchmarks.machine import described, table
from benchmarks.rank import partial_rank_correlation, rank_correlation
from tests.conftest import realdata
from tests.real_city import batch_of, grid_of, loaded_layers, table_of
from twin.batch import Batch, Features
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.migrate import migrate
from twin.goals import NOT_SERVICE_CLASSES
from twin.networks.ways import NO_ACCESS, Ways
from twin.settings import settings

FOLDER = Path(__file__).parent
CITIES = ("las_palmas", "helsinki", "kathmandu")
METRICS = ("block_depth", "narrow_street", "far_from_street", "dead_ends", "building_alignment")
PBF = "las_palmas_20230221.osm.pbf"
PLACES = ("La Isleta", "Triana", "Vegueta", "Schamann", "El Risco de San Nicolás", "San Juan", "San Roque", "El Batán")
GRAVES = "E1516N10361"
"""The cell of the highest messiness in Las Palmas, most of it a cemetery."""
DENSE: Box = (453_700, 3_106_500, 459_900, 3_115_800)
"""The part of Las Palmas that the pictures show, where most buildings are."""
AROUND_M = 150.0


def layers_of_cities() -> dict[str, dict[str, Features]]:
    """Layers of each city, by way of a store of its own that is removed again."""
    found = {}
    for name in CITIES:
        with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
            os.environ["TWIN_HOME"] = home
            settings.cache_clear()
            cluster = Cluster(Path(home))
            cluster.up()
            try:
                with connect() as connection:
                    migrate(connection)
                found[name] = loaded_layers(name, Path(folder))
            finally:
                cluster.delete()
    return found


def places() -> dict[str, shapely.Point]:
    """Points of quarters of Las Palmas, by name."""
    rows = pyogrio.read_dataframe(realdata("las_palmas") / PBF, layer="points", where="place = 'suburb'").to_crs(4083)
    return {name: rows.geometry[rows["name"] == name].iloc[0] for name in PLACES}


def shown(found: pd.DataFrame, first: str = "name") -> str:
    """Rows in order of messiness, as a table."""
    rows = [
        (
            str(each[first]),
            f"{each['n']:,}",
            f"{each['value']:.2f} ({each['low']:.2f}–{each['high']:.2f})",
            *_metrics(each),
        )
        for _, each in found.sort_values("value").iterrows()
    ]
    return table(("zone", "buildings", "messiness (95 %)", *(name.replace("_", " ") for name in METRICS)), rows)


def _metrics(row: Mapping[Any, Any] | pd.Series[Any]) -> list[str]:
    return [
        "–" if np.isnan(row[name]) else f"{row[name]:.1f}°" if name == "building_alignment" else f"{row[name]:.2f}"
        for name in METRICS
    ]


def whole(name: str, layers: dict[str, Features]) -> Features:
    """One zone around all buildings of a city."""
    around = shapely.box(*shapely.total_bounds(layers["building"].geometry))
    return Features.of([around], code=[name], name=[name.replace("_", " ").title()])


def place_table(batch: Batch, grid: pd.DataFrame, cells: Features) -> str:
    """What is mapped around each quarter's point, and what its cell says."""
    ways: Ways = batch.networks["ways"]
    buildings = shapely.point_on_surface(batch.layer("building").geometry)
    foot = ~ways.service
    rows = []
    for name, point in places().items():
        around = point.buffer(AROUND_M)
        length = shapely.length(shapely.intersection(ways.lines, around))
        pedestrian = length[ways.road_class.astype(str) == "pedestrian"].sum()
        cell = grid[shapely.contains(cells.geometry, point)]
        value = f"{cell['value'].iloc[0]:.2f}" if len(cell) and np.isfinite(cell["value"].iloc[0]) else "not measured"
        count = int(shapely.within(buildings, around).sum())
        cells_ = (
            name,
            str(count),
            *(f"{m:,.0f}" for m in (length[~foot].sum() - pedestrian, pedestrian, length[foot].sum())),
        )
        rows.append((*cells_, value))
    heads = ("quarter", "buildings mapped", "m of streets", "m of pedestrian streets", "m of footways, paths, steps")
    return table((*heads, "cell of 300 m"), rows)


def size_table(batch: Batch, found: pd.DataFrame) -> str:
    """Whether messiness of cells is but their count of buildings, or the size of their blocks."""
    count, size = found["n"].to_numpy(float), block_size(batch)
    count[found["value"].isna()] = np.nan
    rows = [
        (
            name.replace("_", " "),
            f"{rank_correlation(values, count):+.2f}",
            f"{partial_rank_correlation(values, count, size):+.2f}",
            f"{rank_correlation(values, size):+.2f}",
            f"{partial_rank_correlation(values, size, count):+.2f}",
        )
        for name in ("value", "block_complexity", *METRICS)
        for values in [found[name].to_numpy(float)]
    ]
    heads = ("ρ with count", "given block size", "ρ with block size", "given count")
    return table(("", *heads), rows).replace("| value |", "| messiness |")


def around(point: shapely.Point, metres: float) -> Box:
    """A square box."""
    return point.x - metres, point.y - metres, point.x + metres, point.y + metres


def las_palmas(layers: dict[str, Features]) -> None:
    """Tables and pictures of Las Palmas."""
    batch, cells = batch_of(layers["zone"], layers), grid_of(layers)
    catchments, squares = table_of(batch), batch_of(cells, layers)
    grid = table_of(squares)
    _say("Las Palmas, catchments", shown(catchments[catchments["value"].notna()]))
    _say("Not measured", str(catchments.loc[catchments["value"].isna(), ["name", "n", "reason"]].to_dict("records")))
    _say(
        "Las Palmas, grid",
        f"{len(grid)} cells, {grid['value'].notna().sum()} measured, quantiles "
        + str(grid["value"].quantile([0.1, 0.25, 0.5, 0.75, 0.9, 1]).round(2).to_dict()),
    )
    _say("The messiest cells", shown(grid.nlargest(12, "value"), "code"))
    _say("Quarters", place_table(squares, grid, cells))
    _say("Size", size_table(squares, grid))
    known = {str(each) for each in layers["street"].words("road_class")}
    classes = tuple(sorted(known - {*NOT_SERVICE_CLASSES, *NO_ACCESS, "pedestrian"}))
    strict = table_of(batch_of(cells, layers, classes))
    _say("Cells where pedestrian streets decide", shown(strict[strict["code"].isin(_cells_of(cells))], "code"))
    graveless = table_of(batch_of(layers["zone"], without_graves(layers)))
    _say("Feria without its cemetery", shown(graveless[graveless["name"].astype(str).str.contains("FERIA")]))
    _draw_las_palmas(batch, squares, catchments, grid)


def without_graves(layers: dict[str, Features]) -> dict[str, Features]:
    """The layers without the buildings that stand in cemeteries."""
    greens, houses = layers["green_area"], layers["building"]
    graves = shapely.union_all(greens.geometry[greens.words("kind") == "cemetery"])
    return {**layers, "building": houses.take(~shapely.within(shapely.point_on_surface(houses.geometry), graves))}


def _cells_of(cells: Features) -> list[str]:
    return [
        str(code)
        for point in places().values()
        for code in cells.words("code")[shapely.contains(cells.geometry, point)]
    ]


def _draw_las_palmas(batch: Batch, squares: Batch, catchments: pd.DataFrame, grid: pd.DataFrame) -> None:
    values = catchments["value"].to_numpy(float)
    plain = Panel("Buildings and usable streets", DENSE, plain_shapes(batch))
    by_zone = Panel("Messiness by catchment", DENSE, messiness_shapes(batch.zones, values, DENSE, labels=True))
    by_cell = Panel(
        "Messiness by cells of 300 m", DENSE, messiness_shapes(squares.zones, grid["value"].to_numpy(float), DENSE)
    )
    picture((plain, by_zone, by_cell), 3, 360, STEP_LEGEND, FOLDER / "las_palmas.png")
    _draw_quarters(batch, squares.zones)
    _draw_messiest(squares, grid)


def _draw_quarters(batch: Batch, cells: Features) -> None:
    points = {name: place for name, place in places().items() if name not in ("Schamann", "Triana", "El Batán")}
    grave = cells.geometry[cells.words("code") == GRAVES][0].centroid
    boxes = {name: around(place, 220) for name, place in points.items()}
    boxes["Cementerio de San Lázaro"] = around(shapely.Point(grave.x, grave.y + 100), 220)
    _panels(batch, boxes, FOLDER / "las_palmas_quarters.png")


def _draw_messiest(squares: Batch, grid: pd.DataFrame) -> None:
    """The messiest cells but the two of the large cemetery."""
    shapes = dict(zip(squares.zones.words("code"), squares.zones.geometry, strict=True))
    found = grid[grid["value"].notna() & ~grid["code"].str.startswith(GRAVES[:5])].nlargest(6, "value")
    titles = {f"{row['code']}: {row['value']:.2f}": row["code"] for _, row in found.iterrows()}
    boxes = {title: around(shapes[code].centroid, 165) for title, code in titles.items()}
    _panels(squares, boxes, FOLDER / "las_palmas_messiest.png")


def _panels(batch: Batch, boxes: Mapping[str, Box], out: Path) -> None:
    picture([Panel(name, box, access_shapes(batch, box)) for name, box in boxes.items()], 3, 330, ACCESS_LEGEND, out)


def others(every: Mapping[str, dict[str, Features]]) -> None:
    """Tables and a picture of Helsinki and Kathmandu."""
    panels = []
    for name in ("helsinki", "kathmandu"):
        layers = every[name]
        cells = grid_of(layers)
        batch = batch_of(cells, layers)
        one, found = table_of(batch_of(whole(name, layers), layers)), table_of(batch)
        _say(name, shown(one) + f"\n{len(found)} cells, {found['value'].notna().sum()} measured")
        _say(f"{name}, cells", shown(found[found["value"].notna()], "code"))
        left, low, right, high = shapely.total_bounds(layers["building"].geometry).tolist()
        box = (left - 30, low - 30, right + 30, high + 30)
        drawn = [*access_shapes(batch, box), *value_labels(cells, found["value"].to_numpy(float), box, outlines=True)]
        panels.append(Panel(name.title(), box, drawn))
    picture(panels, 2, 470, ACCESS_LEGEND, FOLDER / "helsinki_kathmandu.png")


def _say(title: str, text: str) -> None:
    sys.stdout.write(f"\n{title}\n\n{text}\n")


def main() -> None:
    """Print the tables, draw the pictures."""
    _say("Real cities", described())
    every = layers_of_cities()
    las_palmas(every["las_palmas"])
    others(every)


if __name__ == "__main__":
    main()
