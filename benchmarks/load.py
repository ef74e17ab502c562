"""Load of a million building polygons, against ``read_file`` + ``to_postgis`` and its index. One run, ratios.

Run: python -m benchmarks.load [--rows 1000000] [--repeats 3]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import psycopg
import pyogrio
import shapely

from benchmarks.machine import described, table
from twin.database.cluster import Cluster

EAST, NORTH, SPACING = 450_000.0, 4_250_000.0, 60.0

OURS = """
import sys, json
from pathlib import Path
from pipelines.load import load
from pipelines.recipe import read_recipe
outcome = load(read_recipe(Path(sys.argv[1]))).sources[0]
assert outcome.read == outcome.loaded, outcome
"""

HABIT = """
import sys
import geopandas as gpd
import psycopg
from sqlalchemy import create_engine
frame = gpd.read_file(sys.argv[1])
frame.geometry = frame.make_valid()
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(sys.argv[2]))
frame.to_postgis("habit", engine, if_exists="replace", index=False)
"""


def write_city(folder: Path, rows: int) -> None:
    """Write a GeoPackage of rotated houses on a grid, with the fields that an office has, and its recipe."""
    random = np.random.default_rng(1)
    side = int(np.ceil(np.sqrt(rows)))
    number = np.arange(rows)
    x = EAST + SPACING * (number % side) + random.uniform(0, 20, rows)
    y = NORTH + SPACING * (number // side) + random.uniform(0, 20, rows)
    angle, half = random.uniform(0, np.pi, rows), random.uniform(4, 12, (2, rows))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
    dx, dy = corners[:, 0, None] * half[0], corners[:, 1, None] * half[1]
    ring = np.stack([x + dx * np.cos(angle) - dy * np.sin(angle), y + dx * np.sin(angle) + dy * np.cos(angle)], axis=-1)
    frame = gpd.GeoDataFrame(
        {
            "building_id": [f"B{n:07d}" for n in number],
            "use": random.choice(["residential", "commercial", "public"], rows),
            "floors": random.integers(1, 20, rows),
            "dwellings": random.integers(0, 40, rows),
            "built_year": random.integers(1950, 2024, rows),
        },
        geometry=shapely.polygons(np.swapaxes(ring, 0, 1)),
        crs=4547,
    )
    pyogrio.write_dataframe(frame, folder / "buildings.gpkg")
    extent = [EAST - 1e4, NORTH - 1e4, EAST + 1e6, NORTH + 1e6]
    (folder / "city.toml").write_text(
        f'[city]\nname = "Bench"\ncrs = "EPSG:4547"\nextent = {extent}\n\n'
        '[[source]]\nlayer = "building"\npath = "buildings.gpkg"\n'
    )


def timed(code: str, *arguments: str, env: dict[str, str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a Python program."""
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], env=env)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the program failed")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Measure both ways in turn, and print the smallest of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", type=Path, help="only write the city's files into this folder")
    options = parser.parse_args()
    if options.write:
        write_city(options.write, options.rows)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: a child starts with the memory high-water mark of its parent.
        subprocess.run(
            [sys.executable, "-m", "benchmarks.load", "--write", name, "--rows", str(options.rows)], check=True
        )
        cluster = Cluster(folder / "home")
        cluster.up()
        env = {**os.environ, "TWIN_HOME": str(cluster.home), "TWIN_DSN": ""}
        ours, habit = [], []
        for _ in range(options.repeats):
            with psycopg.connect(cluster.dsn(), autocommit=True) as owner:
                owner.execute("DROP SCHEMA IF EXISTS layer, history, staging, twin CASCADE")
                owner.execute("CHECKPOINT")
            ours.append(timed(OURS, str(folder), env=env))
            habit.append(timed(HABIT, str(folder / "buildings.gpkg"), cluster.dsn(), env=env))
        cluster.delete()
    best, base = min(ours), min(habit)
    rows = [
        (
            "twin load (rules, keys, lineage, GiST)",
            f"{best[0]:.1f}",
            f"{options.rows / best[0]:,.0f}",
            f"{best[1]:,.0f}",
        ),
        ("read_file + make_valid + to_postgis", f"{base[0]:.1f}", f"{options.rows / base[0]:,.0f}", f"{base[1]:,.0f}"),
        ("ratio", f"{base[0] / best[0]:.2f} ×", "", f"{base[1] / best[1]:.2f} ×"),
    ]
    print(described(), table(("way", "s", "rows/s", "peak MB"), rows), sep="\n\n")


if __name__ == "__main__":
    main()
