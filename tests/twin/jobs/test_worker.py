"""Workers: an edit by psql is computed within seconds; a job whose worker was killed is put back."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from procrastinate.jobs import Status

from tests.twin.runs.conftest import town as town
from tests.twin.runs.test_engine import table_hash, values
from twin.database import results
from twin.database.connect import connect
from twin.database.dirty import is_waiting
from twin.goals import load_profile
from twin.jobs.queue import SWEEP, ask, job_queue, make_queue, put_back_stalled
from twin.jobs.worker import work
from twin.runs.engine import score

PROFILE = load_profile("xiongan_2035")


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "twin", "worker"], stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(is_so: object, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def last_run() -> int:
    with connect() as connection:
        found = results.finished_run(connection)
        return int(found["id"]) if found else 0


def dirty() -> bool:
    with connect() as connection:
        return is_waiting(connection)


def give_homes(count: int) -> None:
    with connect() as connection:
        connection.execute("UPDATE layer.building SET dwellings = %s WHERE building_id = 'B12-0'", [count])


def job_states(task: str = "recompute") -> list[str]:
    with connect() as connection:
        rows = connection.execute(
            "SELECT status::text AS status FROM jobs.procrastinate_jobs WHERE task_name = %s ORDER BY id", [task]
        )
        return [row["status"] for row in rows]


@pytest.fixture(autouse=True)
def no_queue_of_before(town: Path) -> None:  # noqa: ARG001
    with connect() as connection:
        connection.execute("DROP SCHEMA IF EXISTS jobs CASCADE; CREATE SCHEMA jobs")


def test_an_edit_is_computed_while_a_worker_waits() -> None:
    first = score(PROFILE).run
    with worker():
        until(lambda: job_states() == ["succeeded"] if queue_is_there() else False)
        give_homes(40)
        until(lambda: last_run() > first and not dirty())
    assert values(last_run(), "broadband_gigabit")["Z12"] != values(first, "broadband_gigabit")["Z12"]
    assert table_hash(last_run()) == table_hash(score(PROFILE).run)


def queue_is_there() -> bool:
    with connect() as connection:
        row = connection.execute("SELECT to_regclass('jobs.procrastinate_jobs') IS NOT NULL AS there").fetchone()
        return bool(row and row["there"])


def test_once_computes_what_is_dirty_and_ends() -> None:
    first = score(PROFILE).run
    give_homes(7)
    work(once=True)
    assert last_run() == first + 1
    assert not dirty()
    assert job_states() == ["succeeded"]


def test_schedules_are_for_workers_that_stay() -> None:
    score(PROFILE)
    work(once=True)
    assert job_states("sweep") == []
    with worker():
        until(lambda: job_states("sweep") == ["succeeded"])


def test_a_sweep_asks_for_what_is_dirty_unless_a_recompute_is_at_work() -> None:
    score(PROFILE)
    give_homes(9)

    async def swept() -> list[list[str]]:
        app = job_queue()
        async with app.open_async():
            await make_queue(app)
            await ask(app)
            job = await app.job_manager.fetch_job(queues=None, worker_id=await app.job_manager.register_worker())
            assert job is not None
            await app.tasks[SWEEP](timestamp=0)
            at_work = job_states()
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            await app.tasks[SWEEP](timestamp=0)
            return [at_work, job_states()]

    assert asyncio.run(swept()) == [["doing"], ["failed", "todo"]]


def test_what_waits_stands_for_all_that_is_asked_meanwhile() -> None:
    async def asked() -> list[bool]:
        app = job_queue()
        async with app.open_async():
            await make_queue(app)
            await make_queue(app)
            return [await ask(app), await ask(app)]

    assert asyncio.run(asked()) == [True, False]
    assert job_states() == ["todo"]


def test_a_job_of_a_killed_worker_is_put_back_and_done_by_another() -> None:
    score(PROFILE)
    slow = (
        "import time; from twin.database import results; real = results.write_scores\n"
        "def slow(*a):\n    time.sleep(30)\n    return real(*a)\n"
        "results.write_scores = slow\nfrom twin.jobs.worker import work\nwork()"
    )
    give_homes(11)
    process = subprocess.Popen([sys.executable, "-c", slow], stderr=subprocess.DEVNULL)
    until(lambda: queue_is_there() and "doing" in job_states())
    time.sleep(1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert job_states()[-1] == "doing"
    left = (job_states() + job_states("sweep")).count("doing")

    async def put_back() -> int:
        app = job_queue()
        async with app.open_async():
            return await put_back_stalled(app, after_s=0)

    assert asyncio.run(put_back()) == left
    assert job_states()[-1] == "todo"
    work(once=True)
    assert not dirty()
    assert job_states()[-1] == "succeeded"
