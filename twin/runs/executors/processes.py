"""Processes of this machine: each takes what was prepared once, from a file."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from twin.errors import WorkersLost
from twin.log import begin_log
from twin.runs.batch import Cut
from twin.runs.executor import Executor, Pool, deaf_to_interrupts
from twin.runs.work import Job, compute_batch

WATCH_S = 1.0
MOST_RESTARTS = 3

_job: list[Job] = []


def _execute(job: Callable[[], Job], parts: Sequence[Cut], pool: Pool) -> Iterator[Cut]:
    made = job()
    with tempfile.TemporaryDirectory(prefix="twin-job-") as folder:
        path = Path(folder) / "job.pickle"
        path.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
        left = {part.number: part for part in parts}
        for attempt in range(MOST_RESTARTS + 1):
            try:
                for part in _in_a_pool(path, list(left.values()), pool.workers):
                    del left[part.number]
                    yield part
                return
            except BrokenProcessPool as error:
                # A process that was killed takes the pool with it; what it had not written is computed again.
                if attempt == MOST_RESTARTS:
                    raise WorkersLost(
                        f"worker processes died {attempt + 1} times; {len(left)} batches are left"
                    ) from error


def _in_a_pool(path: Path, parts: Sequence[Cut], workers: int) -> Iterator[Cut]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, _begin, (str(path), os.getpid())) as pool:
        with deaf_to_interrupts():
            futures = {pool.submit(_compute, part): part for part in parts}
        try:
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        finally:
            for future in futures:
                future.cancel()


def _begin(path: str, parent: int) -> None:
    begin_log()
    _job.append(pickle.loads(Path(path).read_bytes()))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A process whose parent was killed has nobody left to work for."""
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)


def _compute(part: Cut) -> None:
    compute_batch(_job[0], part)


processes = Executor("processes", "Processes of this machine", _execute)
