"""A city of 400 zones and some 27,000 buildings, from files to flags: seconds of each step, each a process of its own.

Run: python -m benchmarks.files_to_flags [--style quarters] [--seed 11] [--zones 400]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.load import timed_program
from benchmarks.machine import described, table
from tests.planted.city import planted_city
from twin.database.cluster import Cluster


def main() -> None:
    """Write the city, load it, score it, export its flags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--style", default="quarters", choices=("quarters", "valleys"))
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--zones", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, cluster = Path(name) / "city", Cluster(Path(name) / "home")
        city = planted_city(options.style, options.seed, zones=options.zones)
        city.write(folder)
        cluster.up()
        env = {**os.environ, "TWIN_HOME": str(cluster.home), "TWIN_DSN": ""}
        steps = {
            "load": ["load", str(folder)],
            "score": ["score"],
            "export flags": ["export", "flags", "--out", str(Path(name) / "flags.csv")],
        }
        try:
            rows = [(step, *_timed(arguments, env)) for step, arguments in steps.items()]
        finally:
            cluster.delete()
        flags = len((Path(name) / "flags.csv").read_text(encoding="utf-8").splitlines()) - 1
        buildings = len(city.layers["building"])
    shown = [(step, f"{seconds:.1f}", f"{memory:,.0f}") for step, seconds, memory in rows]
    shown.append(("together", f"{sum(seconds for _, seconds, _ in rows):.1f}", ""))
    print(described(), f"{options.zones} zones, {buildings:,} buildings, {flags} flags", sep="\n")
    print(table(("step", "s", "peak MB"), shown))


def _timed(arguments: list[str], env: dict[str, str]) -> tuple[float, float]:
    return timed_program([sys.executable, "-m", "twin", *arguments], env)


if __name__ == "__main__":
    main()
