"""Threads of this process: they start at once, and share what was prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from twin.runs.batch import Cut
from twin.runs.executor import Executor, Pool
from twin.runs.work import Job, compute_batch


def _execute(job: Callable[[], Job], parts: Sequence[Cut], pool: Pool) -> Iterator[Cut]:
    made = job()
    with ThreadPoolExecutor(max_workers=pool.workers, thread_name_prefix="batch") as threads:
        futures = {threads.submit(compute_batch, made, part): part for part in parts}
        try:
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        finally:
            for future in futures:
                future.cancel()


threads = Executor("threads", "Threads of this process", _execute)
