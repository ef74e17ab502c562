"""Fifty planners at once, on this machine: each pans over tiles and clicks a zone now and then; how long they wait.

Run: python -m benchmarks.planners --locust PYTHON [--planners 50] [--seconds 20] [--home FOLDER/home]. Load comes from
locust on the same machine, one connection a planner; locust lives in a virtual environment of its own
(``python -m venv DIR; DIR/bin/pip install locust``), whose Python ``--locust`` names. ``--home`` is the store of a city
that is scored, such as ``benchmarks.one_edit --keep FOLDER`` makes, so that a click gives a whole card; without it the
dense city is loaded, which is not scored.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.dense_city import dense_city
from benchmarks.machine import described, table
from benchmarks.pan import served
from benchmarks.tiles import places
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.published import read_run
from twin.database.tiles import layer_version
from twin.settings import settings

ZOOMS = (12, 13, 14, 15)
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
SHOWN = ("50%", "95%", "99%", "Failure Count")


def there() -> dict[str, Any]:
    """What there is to look at: screens of tiles (zones and buildings, as the map asks), zones, goals."""
    with connect() as connection:
        versions = {layer: layer_version(connection, layer) for layer in ("zone", "building")}
        tiles = {z: places(connection, z, 4 ** min(z - 10, 4)) for z in ZOOMS}
        zones = [row["code"] for row in connection.execute("SELECT code FROM layer.zone")]
        run = read_run(connection)
    paths = [
        [f"/tiles/{layer}/{z}/{x}/{y}.mvt?v={version}" for _, x, y in found for layer, version in versions.items()]
        for z, found in tiles.items()
    ]
    return {"tiles": paths, "zones": zones, "goals": [goal.index for goal in run.profile.goal] if run else [""]}


def driven(locust: str, url: str, seen: Path, planners: int, seconds: float) -> list[tuple[str, ...]]:
    """One round: by kind of question the answers, milliseconds at some ranks, and failures."""
    out = seen.with_name("round")
    command = [locust, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary", "--host", url]
    command += ["-u", str(planners), "-r", str(planners), "-t", f"{seconds:.0f}s", "--csv", str(out)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    subprocess.run(
        command, env={**environment, "PLANNERS": str(seen)}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    with Path(f"{out}_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    return [(kind, rows[kind]["Request Count"], *(rows[kind][each] for each in SHOWN)) for kind in ("tile", "click")]


@contextmanager
def city(home: Path | None, folder: Path) -> Iterator[None]:
    """A city that is there, or the dense one."""
    if home is None:
        with dense_city(folder, 500_000):
            yield
        return
    Cluster(home).up()
    os.environ |= {"TWIN_HOME": str(home), "TWIN_DSN": ""}
    settings.cache_clear()
    yield


def main() -> None:
    """Serve, let them look, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locust", required=True, help="Python of the environment that locust is installed in")
    parser.add_argument("--planners", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--home", type=Path, help="store of a city that is scored")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as spare, city(options.home, Path(spare)), served() as url:
        seen = Path(spare) / "seen.json"
        seen.write_text(json.dumps(there()))
        for name in ("first", "second", "third"):
            found = driven(options.locust, url, seen, options.planners, options.seconds)
            rows += [(name, *each) for each in found]
    print(described(), table(("round", "what", "answers", "p50 ms", "p95", "p99", "errors"), rows), sep="\n\n")


if __name__ == "__main__":
    main()
