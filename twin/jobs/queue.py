"""The queue: procrastinate's tables in the schema ``jobs`` of the store, and the tasks that workers take from it.

A worker on any machine takes jobs by its own ``TWIN_DSN``. A recompute that waits stands for all that is asked
meanwhile. A job whose worker was killed is put back by the sweep of another; the recompute then goes on where its
batches ended.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from twin.database.changes import fold_changes
from twin.database.connect import connect, dsn_of_store
from twin.database.dirty import is_waiting
from twin.database.jobs import has_queue
from twin.database.sources import city_of
from twin.errors import RunInProgress, StoreUnavailable
from twin.goals import Profile, load_profile
from twin.runs.engine import score
from twin.runs.prepare import Preparation
from twin.settings import settings

SCHEMA = "jobs"
RECOMPUTE, RECOMPUTE_ALL, SWEEP = "recompute", "recompute_all", "sweep"
STALLED_AFTER_S = 30.0
PATIENCE_S = 5.0
"""Who ends while the store is away waits so long for it."""
EVERY_MINUTE = "* * * * *"
HELD: dict[str, Preparation] = {}
"""What this process keeps of its store from one recompute to the next: an edit of a building makes no network anew."""
AGAIN_S, ATTEMPTS = 3, 1200
AGAIN = RetryStrategy(max_attempts=ATTEMPTS, wait=AGAIN_S, retry_exceptions={StoreUnavailable, RunInProgress})
"""A run that is in the way may take an hour; when it ends, what waited for it begins within seconds."""


def job_queue(*, schedules: bool = True) -> App:
    """The queue of this process's store, with its tasks and, unless told otherwise, its schedules; to be opened."""
    options = f"-c search_path={SCHEMA},public"
    app = App(connector=PsycopgConnector(conninfo=dsn_of_store(), kwargs={"options": options}, timeout=PATIENCE_S))
    app.task(name=RECOMPUTE, queueing_lock=RECOMPUTE, lock=RECOMPUTE, retry=AGAIN)(recompute)
    nightly = app.task(name=RECOMPUTE_ALL, queueing_lock=RECOMPUTE_ALL, lock=RECOMPUTE, retry=AGAIN)(recompute_all)

    @app.task(name=SWEEP, queueing_lock=SWEEP, pass_context=False)
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
        """Put back jobs whose worker shows no more signs of life, fold old changes, ask for what edits left dirty."""
        await put_back_stalled(app)
        await asyncio.to_thread(_fold)
        # What a recompute at work has not seen yet is dirty still; what it misses, the next sweep finds.
        at_work = await app.job_manager.list_jobs_async(lock=RECOMPUTE, status=Status.DOING.value)
        if not list(at_work) and await asyncio.to_thread(_is_dirty):
            await ask(app)

    if schedules:
        app.periodic(cron=EVERY_MINUTE)(sweep)
        if settings().schedule:
            app.periodic(cron=settings().schedule)(nightly)
    return app


def recompute(profile: str = "") -> None:
    """Compute the zones that edits and loads touched, by a profile or by that of the city."""
    score(_profile(profile), dirty=True, preparation=_held())


def _held() -> Preparation:
    store = dsn_of_store()
    for other in set(HELD) - {store}:
        HELD.pop(other).close()
    return HELD.setdefault(store, Preparation(keeps=True))


def let_go() -> None:
    """Keep nothing any longer."""
    while HELD:
        HELD.popitem()[1].close()


def recompute_all(timestamp: int, profile: str = "") -> None:  # noqa: ARG001 - given by the schedule
    """Compute every zone."""
    score(_profile(profile))


def _profile(name: str) -> Profile:
    with connect(program="twin worker") as connection:
        return load_profile(name or city_of(connection).profile, Path())


def _is_dirty() -> bool:
    with connect(program="twin worker") as connection:
        return is_waiting(connection)


def _fold() -> None:
    with connect(program="twin worker") as connection:
        fold_changes(connection)


async def make_queue(app: App) -> None:
    """Make the tables of the queue where they are not there."""
    with connect(program="twin worker") as connection:
        there = has_queue(connection)
    if not there:
        await app.schema_manager.apply_schema_async()


async def ask(app: App) -> bool:
    """Ask for a recompute of dirty zones; False where one waits already, which will see the same."""
    task = app.configure_task(RECOMPUTE, queueing_lock=RECOMPUTE, lock=RECOMPUTE)
    try:
        await task.defer_async()
    except AlreadyEnqueued:
        return False
    return True


async def put_back_stalled(app: App, after_s: float = STALLED_AFTER_S) -> int:
    """Put back jobs whose worker was not heard of for so long, or end those that another one stands for; how many."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=after_s))
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    return len(stalled)
