"""What a zone costs as the city grows, and what more workers bring.

Cost: processor seconds of a full `score` (its process from start to end, and the server) at each size, its peak memory,
and what of that is kept of networks, supplies and zones that overlap (how far preparing them raises what is resident).
Workers: the same run by threads, processes and Dask with one and two workers, in turn; seconds of the stage
"batches", which for processes includes their start; workers of Dask start in the stage "prepare". Ratios are those of
one turn, then their median.

Run: python -m benchmarks.scaling [--zones 1000 4000] [--repeats 3] [--workers-at 1000]. Cities that take long to make
are kept (--keep FOLDER, a folder in it for each of several sizes), and benchmarks.one_edit goes on with them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg

from benchmarks.indices import HOUSES, LOAD
from benchmarks.load import timed
from benchmarks.machine import described, processor_s, spread, table
from twin.database.cluster import Cluster

SCORE = """
import json, sys
from pathlib import Path
from twin.goals import load_profile
from twin.runs.engine import score
from twin.runs.prepare import Preparation

def resident_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

class Weighed(Preparation):
    kept_mb = 0.0
    def ready(self, *given):
        before = resident_mb()
        made = super().ready(*given)
        Weighed.kept_mb = resident_mb() - before
        return made

done = score(load_profile("xiongan_2035"), scheduler=sys.argv[2], workers=int(sys.argv[3]), preparation=Weighed())
json.dump({"stages": done.stages, "kept_mb": Weighed.kept_mb}, open(sys.argv[1], "w"))
"""

WAYS = (("threads", 1), ("threads", 2), ("processes", 1), ("processes", 2), ("dask", 1), ("dask", 2))


@dataclass(frozen=True)
class Scored:
    """A run: seconds, processor seconds of the program and of the server, MB at most and kept, seconds by stage."""

    seconds: float
    program: float
    server: float
    peak_mb: float
    kept_mb: float
    stages: dict[str, float]


@dataclass(frozen=True)
class City:
    """A loaded city of so many zones in a store of its own."""

    folder: Path
    cluster: Cluster
    zones: int

    def scored(self, scheduler: str = "threads", workers: int = 1) -> Scored:
        """Score all of it, in a process of its own; memory is that of the largest process of the run.

        The store is settled before, or the server would clean up after the last run while this one is measured.
        """
        with psycopg.connect(self.cluster.dsn(), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        env = {**os.environ, "TWIN_HOME": str(self.cluster.home), "TWIN_DSN": ""}
        told, served, started = self.folder / "told.json", processor_s(self.cluster), time.monotonic()
        process = subprocess.Popen([sys.executable, "-c", SCORE, str(told), scheduler, str(workers)], env=env)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit("score failed")
        took, server = time.monotonic() - started, processor_s(self.cluster) - served
        own = usage.ru_utime + usage.ru_stime
        return Scored(took, own, server, usage.ru_maxrss / 1024, **json.loads(told.read_text()))


@contextmanager
def city(zones: int, keep: Path | None = None) -> Iterator[City]:
    """Write and load a city; gone at the end, unless it is kept in a folder, where the next call finds it."""
    with tempfile.TemporaryDirectory() as spare:
        folder = keep or Path(spare)
        cluster, note = Cluster(folder / "home"), folder / "loaded"
        if not note.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write = [sys.executable, "-m", "benchmarks.indices", "--write", str(folder), "--zones", str(zones)]
            subprocess.run(write, check=True)  # by itself: a child starts with the peak memory of its parent
        cluster.up()
        try:
            if not note.exists():
                timed(LOAD, str(folder), env={**os.environ, "TWIN_HOME": str(cluster.home), "TWIN_DSN": ""})
                note.touch()
            yield City(folder, cluster, zones)
        finally:
            if not keep:
                cluster.delete()


def turns(sizes: list[int], repeats: int, keep: Path | None) -> dict[int, list[Scored]]:
    """Each size scored so many times, in turn: the machine may be slower for an hour."""
    found: dict[int, list[Scored]] = {zones: [] for zones in sizes}
    with ExitStack() as stack:
        made = [
            stack.enter_context(city(zones, keep / f"{zones}" if keep and len(sizes) > 1 else keep)) for zones in sizes
        ]
        for each in made * repeats:
            found[each.zones].append(each.scored())
            told = found[each.zones][-1]
            cpu = 1000 * (told.program + told.server) / each.zones
            print(f"{each.zones:,}: {told.seconds:.1f} s, {cpu:.1f} ms a zone, {memory(told)} MB", file=sys.stderr)
        for each in made:
            (each.folder / "full.json").write_text(json.dumps(min(told.seconds for told in found[each.zones])))
    return found


def cost(sizes: list[int], repeats: int, keep: Path | None, first: float) -> str:
    """A table: processor milliseconds a zone of each size (smallest), growth against ``first``, peak memory."""
    rows = []
    for zones, runs in turns(sizes, repeats, keep).items():
        best = min(runs, key=lambda each: each.program + each.server)
        each = 1000 * (best.program + best.server) / zones
        first = first or each
        own, server = 1000 * best.program / zones, 1000 * best.server / zones
        growth = f"{100 * (each / first - 1):+.0f} %"
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in best.stages.items())
        sizes_of = (f"{zones:,}", f"{zones * HOUSES:,}", f"{best.seconds:.1f}", stages)
        rows.append((*sizes_of, f"{own:.1f} + {server:.1f} = {each:.1f}", growth, *memory(best)))
    heads = ("zones", "buildings", "s", "stages s", "CPU ms a zone: program + server", "growth", *MEMORY)
    return table(heads, rows)


MEMORY = ("peak MB", "kept of networks", "peak without")


def memory(scored: Scored) -> tuple[str, ...]:
    """Of ``MEMORY``: what a batch needs is what stands beside what grows with the city."""
    return tuple(f"{mb:,.0f}" for mb in (scored.peak_mb, scored.kept_mb, scored.peak_mb - scored.kept_mb))


def workers(zones: int, repeats: int, keep: Path | None, ways: Sequence[tuple[str, int]]) -> str:
    """A table: seconds of the batches by each way (smallest), their ratios turn by turn (median, range), and processor
    time. The machine is faster or slower from minute to minute: of one turn, ways are measured beside each other.
    """
    found: dict[tuple[str, int], list[Scored]] = {way: [] for way in ways}
    with city(zones, keep) as made:
        for _ in range(repeats):
            for way in ways:
                found[way].append(made.scored(*way))
                print(f"{way[0]}, {way[1]}: {found[way][-1].stages['batches']:.1f} s", file=sys.stderr)
    seconds = {way: np.array([each.stages["batches"] for each in runs]) for way, runs in found.items()}
    rows = []
    for (scheduler, count), runs in found.items():
        own, one, peer = (seconds.get(way) for way in ((scheduler, count), (scheduler, 1), ("processes", count)))
        assert own is not None
        efficiency = "" if one is None or count == 1 else spread(one / own / count)
        against = "" if peer is None or scheduler == "processes" else spread(100 * (own / peer - 1), "{:+.0f} %")
        cpu = min(each.program + each.server for each in runs)
        rows.append((scheduler, str(count), f"{own.min():.1f}", efficiency, against, f"{cpu:.1f}"))
    heads = (f"{zones:,} zones", "workers", "batches s", "efficiency", "against processes", "CPU s of the run")
    return table(heads, rows)


def main() -> None:
    """Measure the cost at each size, then the workers at one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=int, nargs="*", default=[1000, 4000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--workers-at", type=int, default=1000, help="zones of the city that the workers share; 0: none"
    )
    parser.add_argument("--first", type=float, default=0.0, help="CPU ms a zone that growth is against; else the first")
    parser.add_argument("--keep", type=Path, help="a folder for the one size, or for one of each")
    parser.add_argument("--only-load", action="store_true", help="make the kept city, and end")
    parser.add_argument("--ways", nargs="*", default=["threads", "processes", "dask"], help="of sharing the work")
    parser.add_argument("--counts", type=int, nargs="*", default=[1, 2], help="of workers")
    options = parser.parse_args()
    if options.only_load:
        with city(options.zones[0], options.keep):
            return
    if options.zones:
        print(described(), cost(options.zones, options.repeats, options.keep, options.first), sep="\n\n")
    if options.workers_at:
        ways = [
            (scheduler, count) for scheduler, count in WAYS if scheduler in options.ways and count in options.counts
        ]
        print(described(), workers(options.workers_at, options.repeats, options.keep, ways), sep="\n\n")


if __name__ == "__main__":
    main()
