"""One edited building: milliseconds until its new score can be seen, with a warm worker, at several sizes of city.

Each edit gives one building another count of dwellings, and every other one moves its outline too, as the web server
saves it; each is scored by itself. "Published" is when another process hears that the new scores are there, "flags"
when the run is ended with its flags. The seconds of a full run of the same city, by a process of its own, stand beside.

Run: python -m benchmarks.one_edit [--zones 400 2500] [--edits 20]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import sql

from benchmarks.indices import HOUSES, LOAD, SCORE
from benchmarks.load import timed
from benchmarks.machine import described, processor_s, table
from layers.schema import Layer
from twin.database import results
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.edits import Change, act_as, find_row, save
from twin.discover import discover
from twin.goals import load_profile
from twin.runs.engine import score
from twin.runs.prepare import Preparation
from twin.settings import settings

WARM_UP = 2
"""Edits that are not measured: the first one makes the networks of the worker."""

LISTEN = """
import asyncio, time
from twin.database.listen import RUNS, announced

async def listen():
    async for each in announced(RUNS):
        print(each.payload, time.monotonic(), flush=True)

asyncio.run(listen())
"""

METRES_IN_DEGREES = 1e-5
"""About one metre."""


@dataclass(frozen=True)
class Edit:
    """What one edit took: ms until published and until the flags were done; ms of processor time until published.

    ``stages`` are those of the run, in seconds.
    """

    published: float
    flags: float
    worker: float
    server: float
    stages: dict[str, float]


class Watch:
    """Hears, in a process of its own, when the scores of a run are announced: then they are committed."""

    def __init__(self) -> None:
        """Listen from now on; and note the processor time that was taken until then."""
        self.worker, self.server = 0.0, 0.0
        self._publish: Callable[..., None] = results.publish_run
        vars(results)["publish_run"] = self._noted
        self._listener = subprocess.Popen([sys.executable, "-c", LISTEN], stdout=subprocess.PIPE, text=True)

    def _noted(self, *given: Any) -> None:
        self._publish(*given)
        self.worker, self.server = time.process_time(), processor_s(Cluster(Path(os.environ["TWIN_HOME"])))

    def heard(self, run: int) -> float:
        """When the run was announced first, by the clock of ``time.monotonic``."""
        assert self._listener.stdout is not None
        while True:
            announced, moment = self._listener.stdout.readline().split()
            if int(announced) == run:
                return float(moment)

    def end(self) -> None:
        """Listen no more."""
        vars(results)["publish_run"] = self._publish
        self._listener.kill()
        self._listener.communicate()


def edit(connection: Connection, layer: Layer, key: str, number: int) -> None:
    """One building gets another count of dwellings; every other time its outline moves by a metre."""
    row = find_row(connection, layer, key)
    assert row is not None
    moved = None
    if number % 2 and row.geometry is not None:
        step = METRES_IN_DEGREES * (1 if number % 4 == 1 else -1)
        rings = np.array(row.geometry["coordinates"]) + step
        moved = {**row.geometry, "coordinates": rings.tolist()}
    save(connection, layer, [Change("update", row.id, row.version, {"dwellings": 3 + number % 5}, moved)])


def measured(zones: int, edits: int) -> list[Edit]:
    """Edits of buildings all over a city that is scored, one after the other."""
    profile, layer = load_profile("xiongan_2035"), discover("layers", Layer)["building"]
    random, watch, held, found = np.random.default_rng(4), Watch(), Preparation(keeps=True), list[Edit]()
    for number, house in enumerate(random.integers(0, zones * HOUSES, WARM_UP + edits)):
        with connect(program="twin serve") as connection:
            connection.execute(sql.SQL("SET LOCAL ROLE twin_editor"))
            act_as(connection, "ana")
            edit(connection, layer, f"B{house}", number)
        own, served, started = (
            time.process_time(),
            processor_s(Cluster(Path(os.environ["TWIN_HOME"]))),
            time.monotonic(),
        )
        done = score(profile, dirty=True, preparation=held)
        ended = time.monotonic()
        assert 1 <= done.zones <= 9, done
        spent = [watch.heard(done.run) - started, ended - started, watch.worker - own, watch.server - served]
        if number >= WARM_UP:
            published, flags, worker, server = (1000 * each for each in spent)
            found.append(Edit(published, flags, worker, server, done.stages))
    watch.end()
    return found


def report(size: int, full_s: float, found: list[Edit]) -> tuple[str, ...]:
    """A line of the table: median and 95th of each, and what a full run takes."""
    published, flags = ([getattr(each, name) for each in found] for name in ("published", "flags"))
    both = [f"{np.median(each):.0f} / {np.percentile(each, 95):.0f}" for each in (published, flags)]
    cpu = f"{np.mean([e.worker for e in found]):.0f} + {np.mean([e.server for e in found]):.0f}"
    share = f"{np.median(published) / full_s / 10:.2f} %"
    return (f"{size:,}", *both, cpu, f"{full_s:.1f}", share)


def main() -> None:
    """Measure each size: load, score, then edit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=int, nargs="+", default=[400, 2500])
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a folder in which the city of the one size is made, kept and reused")
    options = parser.parse_args()
    rows, stages = [], dict[str, float]()
    for size in options.zones:
        with tempfile.TemporaryDirectory() as name:
            folder = options.keep or Path(name)
            full_s = made(folder, size)
            os.environ |= {"TWIN_HOME": str(folder / "home"), "TWIN_DSN": ""}
            settings.cache_clear()
            found = measured(size, options.edits)
            rows.append(report(size, full_s, found))
            stages = {stage: float(np.median([e.stages.get(stage, 0) for e in found])) for stage in found[0].stages}
            if not options.keep:
                Cluster(folder / "home").delete()
    heads = ("zones", "published ms, p50 / p95", "flags ms", "CPU ms, worker + server", "full run s", "of a full run")
    print(described(), table(heads, rows), f"stages of the last size, s: {stages}", sep="\n\n")


def made(folder: Path, size: int) -> float:
    """The city of that size in a store of its own, loaded and scored; seconds of the full run."""
    note = folder / "full.json"
    cluster = Cluster(folder / "home")
    cluster.up()
    if not note.exists():
        write = [sys.executable, "-m", "benchmarks.indices", "--write", str(folder), "--zones", str(size)]
        subprocess.run(write, check=True)
        env = {**os.environ, "TWIN_HOME": str(cluster.home), "TWIN_DSN": ""}
        timed(LOAD, str(folder), env=env)
        full_s, _ = timed(SCORE, str(folder / "stages.json"), env=env)
        note.write_text(json.dumps(full_s))
    return float(json.loads(note.read_text()))


if __name__ == "__main__":
    main()
