"""Dask: workers of a scheduler at an address, on any machine that reaches the database; or a cluster on this one.

Workers take the address and the password of the database from their own environment (``TWIN_DSN``): neither is sent.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twin.errors import WorkersLost
from twin.runs.batch import Cut
from twin.runs.executor import Executor, Pool, block_interrupts
from twin.runs.work import Job, compute_batch

if TYPE_CHECKING:
    from distributed import Client

RETRIES = 3
MOST_ROUNDS = 5
WAIT_S = 60
PRELOAD = "twin.runs.work"
"""What a worker imports before it is asked for anything: else each does so in its turn, while what a run shares is sent
from one to the next.
"""
PLAIN = {
    "distributed.worker.preload": [PRELOAD],
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500 ms",
    "distributed.admin.system-monitor.interval": "10 s",
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
}
"""No sampling of call stacks, which nobody looks at here, and no look at the event loop fifty times a second and at the
machine twice, for which a computing thread must give way; memory as the C library sees fit: by Dask's own threshold
each large array is mapped anew, page by page. A cluster at an address is its operator's to set so.
"""


def _execute(job: Callable[[], Job], parts: Sequence[Cut], pool: Pool) -> Iterator[Cut]:
    # Dask takes a third of a second to import, which a run in this process should not have to wait for.
    from distributed import CancelledError

    left = {part.number: part for part in parts}
    with _client(pool) as client:
        made = job()
        _wait_for(client, 1 if pool.address else pool.workers, pool)
        for attempt in range(1, MOST_ROUNDS + 1):
            try:
                for part in _on_workers(client, made, list(left.values()), attempt):
                    del left[part.number]
                    yield part
                return
            except CancelledError as error:
                # What a run shares is gone with the last worker that held it, and what waits for it is given up by the
                # scheduler: it is sent anew to those that are there.
                if attempt == MOST_ROUNDS:
                    raise WorkersLost(f"workers were lost {attempt} times; {len(left)} batches are left") from error
                client.wait_for_workers(1, timeout=WAIT_S)


def _on_workers(client: Client, job: Job, parts: Sequence[Cut], attempt: int) -> Iterator[Cut]:
    from distributed import as_completed

    shared = client.scatter(_Sent(job), broadcast=True, hash=False)
    name = f"batch-{job.run}-{attempt}"
    work = {
        client.submit(_compute, shared, part, retries=RETRIES, pure=False, key=f"{name}-{part.number}"): part
        for part in parts
    }
    try:
        for future in as_completed(list(work)):
            future.result()
            yield work[future]
    finally:
        client.cancel(list(work))


class _Sent:
    """A job that travels as one text: as Dask would send it, arrays begin anywhere in a message, and all work on such
    arrays takes longer.
    """

    def __init__(self, job: Job) -> None:
        self.job = job

    def __reduce__(self) -> tuple[Callable[[bytes], _Sent], tuple[bytes]]:
        return _arrived, (pickle.dumps(self.job, protocol=4),)


def _arrived(text: bytes) -> _Sent:
    return _Sent(pickle.loads(text))


def _compute(sent: _Sent, part: Cut) -> None:
    compute_batch(sent.job, part)


@contextmanager
def _client(pool: Pool) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster

    if not pool.address:
        with dask.config.set(PLAIN):
            cluster = LocalCluster(
                n_workers=0,
                threads_per_worker=1,
                processes=True,
                # A batch gives nothing back that could be spilled, and how large it is decides TWIN_BATCH.
                memory_limit=None,
                # Without a port of its own, two clusters on one machine would want the same one.
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )
            asyncio = logging.getLogger("asyncio")
            level = asyncio.level
            # A cluster that is ended in the middle tells of its own tasks, whenever these are thrown away: the level
            # stays where an error ends the block.
            asyncio.setLevel(logging.CRITICAL)
            with cluster, Client(cluster) as client:
                cluster.sync(_deaf_to_interrupts)
                cluster.scale(pool.workers)
                yield client
            asyncio.setLevel(level)
        return
    try:
        client = Client(pool.address, timeout=WAIT_S)
    except (OSError, TimeoutError) as error:
        raise _silent(pool, error) from error
    with client:
        _wait_for(client, 1, pool)
        yield client


async def _deaf_to_interrupts() -> None:
    """For the thread of the cluster, which starts workers whenever one is lost."""
    block_interrupts()


def _wait_for(client: Client, workers: int, pool: Pool) -> None:
    try:
        client.wait_for_workers(workers, timeout=WAIT_S)
    except (OSError, TimeoutError) as error:
        raise _silent(pool, error) from error


def _silent(pool: Pool, error: Exception) -> WorkersLost:
    whose = pool.address or "the cluster of this machine"
    return WorkersLost(f"{whose}: no scheduler with a worker answers within {WAIT_S} s: {error}")


dask = Executor("dask", "Dask, by address or on this machine", _execute, ("tcp://", "tls://", "ucx://"))
