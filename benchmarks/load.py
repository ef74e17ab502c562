"""Loads of building polygons by every way, in turn, in one run: first load, and merge of a file with 1 % changed.

Run: python -m benchmarks.load [--rows 1000000] [--repeats 3] [--only WAY,…]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg

from benchmarks.city_of_houses import write_city
from benchmarks.machine import described, table
from twin.database.cluster import Cluster

OURS = """
import sys
from pathlib import Path
from pipelines.load import load
from pipelines.recipe import read_recipe
outcome = load(read_recipe(Path(sys.argv[1]))).sources[0]
assert outcome.read == outcome.loaded + outcome.unchanged and not outcome.skipped, outcome
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


@dataclass(frozen=True)
class Bench:
    """Where a run of the benchmark takes place."""

    folder: Path
    cluster: Cluster
    rows: int

    @property
    def environment(self) -> dict[str, str]:
        """Of the programs that are timed."""
        return {**os.environ, "TWIN_HOME": str(self.cluster.home), "TWIN_DSN": ""}

    def sql(self, *statements: str) -> None:
        """Run statements as the cluster's owner, who may read and write files of the server."""
        with psycopg.connect(self.cluster.dsn(), autocommit=True) as owner:
            for statement in statements:
                owner.execute(statement)  # type: ignore[call-overload]

    def fresh(self) -> None:
        """An empty store, and nothing left to be written by the server."""
        self.sql("DROP SCHEMA IF EXISTS layer, history, staging, twin CASCADE", "CHECKPOINT")


def timed(code: str, *arguments: str, env: dict[str, str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a Python program, its start included."""
    return timed_program([sys.executable, "-c", code, *arguments], env)


def timed_program(command: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a program."""
    started = time.monotonic()
    process = subprocess.Popen(command, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def ours(bench: Bench, recipe: str) -> tuple[float, float]:
    """First load into the empty table of a store that is set up, by a recipe of the folder."""
    bench.fresh()
    # One stop fixes the city and makes the tables, which is done once in the life of a store.
    set_up.append(timed(OURS, str(bench.folder / "set_up.toml"), env=bench.environment)[0])
    bench.sql("CHECKPOINT")
    return timed(OURS, str(bench.folder / recipe), env=bench.environment)


def merge(bench: Bench) -> tuple[float, float]:
    """A file of which 1 % changed, into the full table: by the same source, so files change places."""
    ours(bench, "gpkg.toml")
    first, changed = bench.folder / "buildings.gpkg", bench.folder / "changed.gpkg"
    kept = first.rename(bench.folder / "first.gpkg")
    changed.rename(first)
    try:
        bench.sql("CHECKPOINT")
        return timed(OURS, str(bench.folder / "gpkg.toml"), env=bench.environment)
    finally:
        first.rename(changed)
        kept.rename(first)


def habit(bench: Bench) -> tuple[float, float]:
    """``read_file``, ``make_valid``, ``to_postgis``, which makes the spatial index too."""
    bench.sql("DROP TABLE IF EXISTS habit", "CHECKPOINT")
    return timed(HABIT, str(bench.folder / "buildings.gpkg"), bench.cluster.dsn(), env=bench.environment)


def ogr2ogr(bench: Bench) -> tuple[float, float]:
    """GDAL's own program, by COPY, with its spatial index; no check of validity."""
    bench.sql("DROP TABLE IF EXISTS ogr", "CHECKPOINT")
    command = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{bench.cluster.dsn()}", str(bench.folder / "buildings.gpkg")]
    return timed_program([*command, "-nln", "ogr", "--config", "PG_USE_COPY", "YES"], dict(os.environ))


def server_copy(bench: Bench) -> tuple[float, float]:
    """The limit: the server copies the same bytes from a file of its own, then makes the spatial index."""
    binary = bench.cluster.data / "bench.bin"
    bench.sql(
        "DROP TABLE IF EXISTS bare",
        "CREATE TABLE bare AS SELECT building_id, use, floors, dwellings, built_year, geom FROM layer.building",
        f"COPY bare TO '{binary}' (FORMAT binary)",
        "TRUNCATE bare",
        "CHECKPOINT",
    )
    started = time.monotonic()
    bench.sql(f"COPY bare FROM '{binary}' (FORMAT binary)", "CREATE INDEX ON bare USING gist (geom)")
    took = time.monotonic() - started
    bench.sql("DROP TABLE bare")
    return took, float("nan")


set_up: list[float] = []
"""Seconds of the programs that set up a store and load one stop."""

WAYS: dict[str, tuple[str, Callable[[Bench], tuple[float, float]]]] = {
    "gpkg": ("twin load, GeoPackage, first", lambda bench: ours(bench, "gpkg.toml")),
    "parquet": ("twin load, GeoParquet, first", lambda bench: ours(bench, "parquet.toml")),
    "limit": ("server COPY of the same bytes + GiST", server_copy),
    "merge": ("twin load, GeoPackage with 1 % changed", merge),
    "habit": ("read_file + make_valid + to_postgis + its index", habit),
    "ogr2ogr": ("ogr2ogr, COPY, with its index, no check", ogr2ogr),
}


@contextmanager
def city(rows: int) -> Iterator[Bench]:
    """The files of a city and a private cluster, gone at the end."""
    with tempfile.TemporaryDirectory() as name:
        # Written by a process of its own: a child starts with the memory high-water mark of its parent.
        subprocess.run([sys.executable, "-m", "benchmarks.load", "--write", name, "--rows", str(rows)], check=True)
        cluster = Cluster(Path(name) / "home")
        cluster.up()
        try:
            yield Bench(Path(name), cluster, rows)
        finally:
            cluster.delete()


def report(rows: int, found: dict[str, list[tuple[float, float]]]) -> str:
    """A table: seconds (smallest), rows a second, times the habit, peak memory (smallest)."""
    base = min(seconds for seconds, _ in found["habit"]) if "habit" in found else float("nan")
    lines = []
    for name, runs in found.items():
        seconds = min(s for s, _ in runs)
        memory = min(m for _, m in runs)
        shown = "" if np.isnan(memory) else f"{memory:,.0f}"
        times = "" if np.isnan(base) else f"{base / seconds:.2f}"
        lines.append((WAYS[name][0], f"{seconds:.1f}", f"{rows / seconds:,.0f}", times, shown))
    return table(("way", "s", "rows/s", "× habit", "peak MB"), lines)


def main() -> None:
    """Measure every way in turn, several times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default=",".join(WAYS), help=f"ways, of {', '.join(WAYS)}")
    parser.add_argument("--write", type=Path, help="only write the city's files into this folder")
    options = parser.parse_args()
    if options.write:
        write_city(options.write, options.rows)
        return
    wanted = [name for name in options.only.split(",") if name != "ogr2ogr" or shutil.which("ogr2ogr")]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in wanted}
    with city(options.rows) as bench:
        for _ in range(options.repeats):
            for name in wanted:
                found[name].append(WAYS[name][1](bench))
    print(described(), report(options.rows, found), sep="\n\n")
    if set_up:
        print(f"\nset-up of a store, with one stop, start of the program included: {min(set_up):.1f} s")


if __name__ == "__main__":
    main()
