"""Workers outlive a restart of the store, end in order, and do not wait long after a run that was in the way."""

from __future__ import annotations

import datetime
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from procrastinate.jobs import Job

from tests.twin.jobs.test_worker import PROFILE, dirty, give_homes, job_states, last_run, queue_is_there, until, worker
from tests.twin.runs.conftest import town as town
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.errors import RunInProgress, StoreUnavailable
from twin.jobs.queue import AGAIN
from twin.runs.engine import score


@pytest.fixture(autouse=True)
def no_queue_of_before(town: Path) -> None:  # noqa: ARG001
    with connect() as connection:
        connection.execute("DROP SCHEMA IF EXISTS jobs CASCADE; CREATE SCHEMA jobs")


def works() -> bool:
    return queue_is_there() and job_states() == ["succeeded"]


def test_an_edit_after_a_restart_of_the_store_is_computed_by_the_worker_of_before(private_cluster: Cluster) -> None:
    first = score(PROFILE).run
    with worker() as process:
        until(works)
        private_cluster.down()
        time.sleep(1)
        private_cluster.up()
        give_homes(41)
        until(lambda: last_run() > first and not dirty())
        assert process.poll() is None


@pytest.mark.parametrize("told", ["by a signal", "by the end of its input"])
def test_a_worker_beside_a_server_ends_in_order(told: str) -> None:
    score(PROFILE)
    command = [sys.executable, "-m", "twin", "worker", "--attached"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(works)
        if told == "by a signal":
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.decode()) == (0, "")


@pytest.mark.parametrize("error", [RunInProgress("one"), StoreUnavailable("none")])
@pytest.mark.parametrize("attempts", [0, 5, 100, 1000])
def test_what_was_in_the_way_delays_a_recompute_by_seconds_however_long_it_took(
    error: Exception, attempts: int
) -> None:
    job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="recompute", attempts=attempts)
    decision = AGAIN.get_retry_decision(exception=error, job=job)
    assert decision is not None and decision.retry_at is not None
    assert decision.retry_at - datetime.datetime.now(datetime.UTC) < datetime.timedelta(seconds=5)


def test_a_worker_told_to_stop_while_the_store_is_away_stops(private_cluster: Cluster) -> None:
    score(PROFILE)
    with worker() as process:
        until(works)
        private_cluster.down()
        try:
            time.sleep(1.5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            private_cluster.up()
