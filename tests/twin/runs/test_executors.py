"""The same result wherever batches are computed, and when those who compute them are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import dask
import psutil
import pytest

from tests.twin.runs.test_engine import batches_done, table_hash
from twin.__main__ import INTERRUPTED
from twin.database import results
from twin.database.connect import connect
from twin.errors import RunCancelled, SettingError, WorkerDiffers, WorkersLost
from twin.goals import load_profile
from twin.runs import engine
from twin.runs.engine import score
from twin.runs.executor import Pool, deaf_to_interrupts, executor_of
from twin.runs.executors.dask import _client
from twin.runs.work import Job, compute_batch

PROFILE = load_profile("xiongan_2035")


@pytest.fixture
def small_batches(town: object, fresh_settings: Callable[..., None]) -> str:  # noqa: ARG001
    """The town, its result by threads, and settings with many small batches."""
    undisturbed = table_hash(score(PROFILE).run)
    fresh_settings(TWIN_HOME=os.environ["TWIN_HOME"], TWIN_BATCH="2")
    return undisturbed


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of this Python, ended with the block."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler(workers: int) -> Iterator[str]:
    """A Dask scheduler with workers, each a process of its own as on another machine; its address."""
    address = f"tcp://127.0.0.1:{18700 + os.getpid() % 1000}"
    host = ["-m", "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", "--no-show"]
    with ExitStack() as stack:
        stack.enter_context(program(*host))
        for _ in range(workers):
            stack.enter_context(worker(address))
        yield address


def worker(address: str) -> AbstractContextManager[object]:
    """One more worker of a scheduler."""
    name = "distributed.cli.dask_worker"
    return program("-m", name, address, "--nthreads", "1", "--no-dashboard", "--no-nanny")


@pytest.mark.parametrize("name", ["processes", "dask"])
def test_processes_give_what_threads_give(small_batches: str, name: str) -> None:
    done = score(PROFILE, workers=2, scheduler=name)
    assert table_hash(done.run) == small_batches
    with connect() as connection:
        run, batches = results.run_details(connection, done.run)
    assert run["done"] == len(batches) == 13
    assert all(str(os.getpid()) not in batch["worker"].split(":")[1:] for batch in batches)
    assert {"read", "indices", "messiness", "premises"} == set(batches[0]["stages"])


def test_workers_of_this_machine_are_not_sampled_keep_their_memory_and_do_not_hear_ctrl_c() -> None:
    with _client(Pool(1)) as client:
        client.wait_for_workers(1)
        (found,) = client.run(_plain_settings).values()
    assert found == (False, None, True)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_what_is_started_does_not_hear_ctrl_c_and_who_started_it_hears_it_after() -> None:
    asks = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    with pytest.raises(KeyboardInterrupt), deaf_to_interrupts():
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        blocked = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    assert blocked == "True\n"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def _plain_settings() -> tuple[bool, str | None, bool]:
    sampled, threshold = dask.config.get("distributed.worker.profile.enabled"), os.environ.get("MALLOC_TRIM_THRESHOLD_")
    return sampled, threshold, signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_workers_of_a_scheduler_give_what_threads_give_and_one_may_die(small_batches: str) -> None:
    with scheduler(2) as address:
        victim = threading.Thread(target=_kill_a_worker)
        victim.start()
        done = score(PROFILE, scheduler=address)
        victim.join()
    assert table_hash(done.run) == small_batches


def test_a_run_goes_on_when_its_last_worker_is_lost_with_all_that_it_held(small_batches: str) -> None:
    with scheduler(1) as address, ExitStack() as stack:

        def replace() -> None:
            _kill_a_worker()
            stack.enter_context(worker(address))

        replacing = threading.Thread(target=replace)
        replacing.start()
        done = score(PROFILE, scheduler=address)
        replacing.join()
    assert table_hash(done.run) == small_batches


def _kill_a_worker() -> None:
    while batches_done() < 2:
        time.sleep(0.02)
    workers = [each for each in psutil.Process().children(recursive=True) if "dask_worker" in " ".join(each.cmdline())]
    workers[0].send_signal(signal.SIGKILL)


def test_a_process_that_is_killed_loses_nothing(small_batches: str) -> None:
    def kill() -> None:
        while batches_done() < 2:
            time.sleep(0.02)
        spawned = [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]
        spawned[0].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    done = score(PROFILE, workers=2, scheduler="processes")
    killer.join()
    assert table_hash(done.run) == small_batches


@pytest.mark.usefixtures("small_batches")
def test_a_run_is_cancelled_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watching(engine.Quiet):
        run = 0

        def begin(self, run: int, zones: int, done: int) -> None:  # noqa: ARG002
            self.run = run

        def zones(self, count: int) -> None:  # noqa: ARG002
            with connect() as connection:
                results.ask_to_cancel(connection, self.run)

    watching = Watching()
    with connect() as connection:
        connection.execute("UPDATE layer.building SET dwellings = 3 WHERE building_id = 'B0-0'")
    with pytest.raises(RunCancelled, match=r"run \d+ was cancelled"):
        score(PROFILE, progress=watching, workers=1)
    with connect() as connection:
        states = {row["id"]: row["status"] for row in results.runs(connection)}
    assert states[watching.run] == "failed"
    assert batches_done() == 0
    monkeypatch.undo()
    assert score(PROFILE).resumed is False


def test_a_scheduler_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SettingError, match="scheduler 'ray'"):
        executor_of("ray")


@pytest.mark.usefixtures("town")
def test_an_address_where_nobody_answers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.runs.executors.dask.WAIT_S", 1)
    with pytest.raises(WorkersLost, match=r"tcp://127\.0\.0\.1:9: no scheduler"):
        score(PROFILE, scheduler="tcp://127.0.0.1:9")


def test_a_worker_with_another_program_refuses() -> None:
    job = Job(1, 1, PROFILE, None, "another")  # type: ignore[arg-type]
    with pytest.raises(WorkerDiffers, match="install the same release"):
        compute_batch(job, None)  # type: ignore[arg-type]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_ctrl_c_is_answered_in_one_sentence_and_the_next_call_goes_on(scheduler: str) -> None:
    command = [sys.executable, "-m", "twin", "score", "--scheduler", scheduler, "--workers", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 60
    while not has_begun() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode in (0, INTERRUPTED, -signal.SIGINT), said
    assert score(PROFILE).zones == 25


def has_begun() -> bool:
    with connect() as connection:
        return connection.execute("SELECT FROM twin.run").fetchone() is not None
