"""The four indices over whole cities of 1,000 and 4,000 zones with 200 buildings each: seconds and peak memory.

Run: python -m benchmarks.indices [--zones 1000 4000]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from benchmarks.load import timed
from benchmarks.machine import described, table
from twin.database.cluster import Cluster

Numbers = NDArray[np.floating[Any]]

EAST, NORTH, SIDE, HOUSES = 450_000.0, 4_250_000.0, 400.0, 200

LOAD = """
import sys
from pathlib import Path
from typing import Any
from pipelines.load import load
from pipelines.recipe import read_recipe
load(read_recipe(Path(sys.argv[1])))
"""

SCORE = """
import json, sys
from twin.goals import load_profile
from twin.runs.engine import score
done = score(load_profile("xiongan_2035"))
json.dump(done.stages, open(sys.argv[1], "w"))
"""


def write_city(folder: Path, zones: int) -> None:
    """Write a town of square zones with 200 houses each, streets around and through them, parks, coverage."""
    random = np.random.default_rng(2)
    side = int(np.ceil(np.sqrt(zones)))
    number = np.arange(zones)
    x, y = EAST + SIDE * (number % side), NORTH + SIDE * (number // side)
    _write(folder, "zone", shapely.box(x, y, x + SIDE, y + SIDE), code=[f"Z{n}" for n in number], population=500.0)
    hx = np.repeat(x, HOUSES) + random.uniform(10, SIDE - 20, zones * HOUSES)
    hy = np.repeat(y, HOUSES) + random.uniform(10, SIDE - 20, zones * HOUSES)
    keys = [f"B{n}" for n in range(zones * HOUSES)]
    _write(folder, "building", shapely.box(hx, hy, hx + 9, hy + 9), building_id=keys, dwellings=2)
    speed = random.choice([100.0, 1000.0], zones * HOUSES)
    _write(folder, "broadband_coverage", shapely.points(hx + 4, hy + 4), premises=2, max_down_mbps=speed)
    starts = np.linspace(0, SIDE, 4, endpoint=False)
    across = [
        shapely.linestrings(np.stack([np.stack([x, y + s], 1), np.stack([x + SIDE, y + s], 1)], 1)) for s in starts
    ]
    along = [
        shapely.linestrings(np.stack([np.stack([x + s, y], 1), np.stack([x + s, y + SIDE], 1)], 1)) for s in starts
    ]
    streets = np.concatenate([*across, *along])
    _write(folder, "street", streets, street_id=[f"S{n}" for n in range(len(streets))], road_class="local")
    _write_supply(folder, x, y, hx, hy)
    parks = shapely.box(x + 150, y + 150, x + 210, y + 210)[random.random(zones) < 0.4]
    _write(folder, "green_area", parks, green_id=[f"G{n}" for n in range(len(parks))], kind="park", access="public")


def _write_supply(folder: Path, x: Numbers, y: Numbers, hx: Numbers, hy: Numbers) -> None:
    """A cabinet and a stop in each zone; a sewer down its middle to the next, and a plant below each row of zones."""
    zones, side = len(x), int(np.ceil(np.sqrt(len(x))))
    number = np.arange(zones)
    keys = [f"N{n}" for n in number]
    ports = np.where(number % 3, 500, 300)
    cabinets = shapely.points(x + 200, y + 200)
    _write(folder, "broadband_node", cabinets, node_id=keys, kind="cabinet", ports_total=ports, ports_used=300)
    _write(folder, "transit_stop", shapely.points(x + 200, y), stop_id=keys)
    low = np.stack([x + 200, y + 100], 1)
    down = np.where(number >= side, number - side, -1)
    plants = np.arange(min(side, zones))
    names = [f"M{n}" for n in number] + [f"W{n}" for n in plants]
    places = np.concatenate([low, low[plants] - (0, 200)])
    kinds = ["manhole"] * zones + ["treatment_plant"] * len(plants)
    _write(folder, "sewer_node", shapely.points(places), node_id=names, kind=kinds)
    ends = [names[d] if d >= 0 else f"W{n}" for n, d in zip(number, down, strict=True)]
    lines = shapely.linestrings(np.stack([low, np.where((down >= 0)[:, None], low[down], low - (0, 200))], 1))
    pipes = {"pipe_id": keys, "from_node": names[:zones], "to_node": ends, "diameter_mm": 300.0, "slope": 0.005}
    _write(folder, "sewer_pipe", lines, **pipes)
    joined = np.arange(len(hx)) % 5 > 0
    points = shapely.points(hx + 4, hy + 4)
    ids = [f"C{n}" for n in range(len(hx))]
    _write(folder, "sewer_connection", points, connection_id=ids, connected=joined, premises=2)


def _write(folder: Path, layer: str, geometry: object, **columns: object) -> None:
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=4547)
    pyogrio.write_dataframe(frame, folder / f"{layer}.gpkg")
    recipe = folder / "city.toml"
    if not recipe.exists():
        extent = [EAST - 1e4, NORTH - 1e4, EAST + 1e6, NORTH + 1e6]
        recipe.write_text(f'[city]\nname = "Bench"\ncrs = "EPSG:4547"\nextent = {extent}\n')
    with recipe.open("a") as handle:
        handle.write(f'\n[[source]]\nlayer = "{layer}"\npath = "{layer}.gpkg"\nobserved_on = 2025-01-01\n')


def main() -> None:
    """Measure each size once: load, then score, each a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=int, nargs="+", default=[1000, 4000])
    parser.add_argument("--write", type=Path, help="only write the city's files into this folder")
    options = parser.parse_args()
    if options.write:
        write_city(options.write, options.zones[0])
        return
    rows = []
    for zones in options.zones:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            # In a process of its own: a child starts with the memory high-water mark of its parent.
            subprocess.run(
                [sys.executable, "-m", "benchmarks.indices", "--write", name, "--zones", str(zones)], check=True
            )
            cluster = Cluster(folder / "home")
            cluster.up()
            env = {**os.environ, "TWIN_HOME": str(cluster.home), "TWIN_DSN": ""}
            load_s, _ = timed(LOAD, str(folder), env=env)
            stages = folder / "stages.json"
            score_s, memory = timed(SCORE, str(stages), env=env)
            each = json.loads(stages.read_text())
            cluster.delete()
        parts = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in each.items())
        per_zone = f"{1000 * score_s / zones:.1f}"
        rows.append(
            (f"{zones:,}", f"{zones * HOUSES:,}", f"{load_s:.1f}", f"{score_s:.1f}", parts, per_zone, f"{memory:,.0f}")
        )
    heads = ("zones", "buildings", "load s", "score s", "stages s", "ms a zone", "peak MB")
    print(described(), table(heads, rows), sep="\n\n")


if __name__ == "__main__":
    main()
