"""A small town in the store, made by a seed: zones in a grid, houses, streets, parks, coverage."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point, box

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import empty_store, store_of
from twin.database.cluster import Cluster

EAST, NORTH, SIDE = 500_000.0, 4_310_000.0, 200.0
RECIPE = """
[city]
name = "Gridtown"
crs = "EPSG:4547"
reference_date = 2025-06-30

[[source]]
layer = "zone"
path = "zones.gpkg"
[[source]]
layer = "building"
path = "buildings.gpkg"
[[source]]
layer = "street"
path = "streets.gpkg"
[[source]]
layer = "green_area"
path = "parks.gpkg"
[[source]]
layer = "broadband_coverage"
path = "coverage.gpkg"
observed_on = 2025-01-01
[[source]]
layer = "broadband_node"
path = "nodes.gpkg"
"""


def write_town(folder: Path, side: int = 5, seed: int = 7) -> None:
    """Write the files and the recipe of a town of ``side`` × ``side`` zones; the last zone overlaps the one before."""
    random = np.random.default_rng(seed)
    zones, houses, streets, parks, coverage, nodes = [], [], [], [], [], []
    for n in range(side * side):
        x, y = EAST + SIDE * (n % side), NORTH + SIDE * (n // side)
        left = x - 50 if n == side * side - 1 else x
        code = f"Z{n:02d}"
        zones.append({"code": code, "population": 100.0 + n, "geometry": box(left, y, x + SIDE, y + SIDE)})
        streets.append({"street_id": f"H{n}", "road_class": "local", "geometry": LineString([(x, y), (x + SIDE, y)])})
        streets.append({"street_id": f"V{n}", "road_class": "local", "geometry": LineString([(x, y), (x, y + SIDE)])})
        if n % 4 == 0:
            ports = {"ports_total": 96, "ports_used": 96 if n % 8 else 20, "design_reach_m": 180.0}
            nodes.append({"node_id": f"N{n}", "kind": "cabinet", **ports, "geometry": Point(x + 60, y)})
        if random.random() < 0.3:
            access = random.choice(["public", "private"])
            shape = box(x + 80, y + 80, x + 140, y + 140)
            parks.append({"green_id": f"G{n}", "kind": "park", "access": access, "geometry": shape})
        for h in range(30):
            hx, hy = x + random.uniform(5, 185), y + random.uniform(5, 185)
            houses.append({"building_id": f"B{n}-{h}", "dwellings": 2, "geometry": box(hx, hy, hx + 8, hy + 8)})
            speed = float(random.choice([30, 100, 1000]))
            coverage.append({"premises": 2, "max_down_mbps": speed, "geometry": Point(hx + 4, hy + 4)})
    tables = {"zones": zones, "buildings": houses, "streets": streets, "parks": parks, "coverage": coverage}
    tables["nodes"] = nodes
    for name, rows in tables.items():
        gpd.GeoDataFrame(rows, geometry="geometry", crs=4547).to_file(folder / f"{name}.gpkg")
    (folder / "city.toml").write_text(RECIPE)


def write_supply(folder: Path, side: int = 5) -> None:
    """Write sewers, their connections and stops for the town: a pipe from each zone to the next below, to one plant."""
    pipes, manholes, connections, stops = [], [], [], []
    for n in range(side * side):
        x, y = EAST + SIDE * (n % side) + 100, NORTH + SIDE * (n // side) + 100
        below = f"M{n - side}" if n >= side else "W"
        line = LineString([(x, y), (x, y - SIDE)])
        pipes.append({"pipe_id": f"P{n}", "from_node": f"M{n}", "to_node": below, "diameter_mm": 300.0, "slope": 0.005})
        pipes[-1]["geometry"] = line
        manholes.append({"node_id": f"M{n}", "kind": "manhole", "geometry": Point(x, y)})
        stops.append({"stop_id": f"S{n}", "mode": "bus", "geometry": Point(x - 40, y - 100)})
        for h in range(6):
            place = Point(x + (12 if h % 2 else -12), y - 80 + 30 * h)
            connections.append({"connection_id": f"C{n}-{h}", "connected": h > 0, "premises": 8, "geometry": place})
    plant = {"node_id": "W", "kind": "treatment_plant", "capacity_m3d": 900.0, "load_m3d": 400.0}
    manholes.append({**plant, "geometry": Point(EAST + 100, NORTH - 100)})
    tables = {"sewer_pipe": pipes, "sewer_node": manholes, "sewer_connection": connections, "transit_stop": stops}
    with (folder / "city.toml").open("a") as recipe:
        for name, rows in tables.items():
            gpd.GeoDataFrame(rows, geometry="geometry", crs=4547).to_file(folder / f"{name}.gpkg")
            recipe.write(f'[[source]]\nlayer = "{name}"\npath = "{name}.gpkg"\n')


@pytest.fixture
def town(home: Cluster, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:  # noqa: ARG001
    """The town, loaded; its folder."""
    files = tmp_path_factory.getbasetemp() / "town"
    if not files.exists():
        files.mkdir()
        write_town(files)
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    store_of("town", lambda: _load_anew(tmp_path))
    return tmp_path


def _load_anew(folder: Path) -> None:
    empty_store()
    load(read_recipe(folder))
