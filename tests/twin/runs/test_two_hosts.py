"""Two hosts, each a network namespace of its own, compute the batches of a run; one is switched off in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import write_town
from tests.twin.runs.test_engine import batches_done, table_hash
from twin.database import results
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.goals import load_profile
from twin.runs.engine import score

PROFILE = load_profile("xiongan_2035")
SCHEDULER_PORT = 8786
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def host(number: int) -> Iterator[str]:
    """A namespace with one wire to here; its name. This side of the wire is 10.77.N.1."""
    name, here, there = f"twin-{os.getpid()}-{number}", f"tw{os.getpid()}{number}a", f"tw{os.getpid()}{number}b"
    ip("netns", "add", name)
    try:
        ip("link", "add", here, "type", "veth", "peer", "name", there)
        ip("link", "set", there, "netns", name)
        ip("addr", "add", f"10.77.{number}.1/30", "dev", here)
        ip("link", "set", here, "up")
        for command in (
            ("addr", "add", f"10.77.{number}.2/30", "dev", there),
            ("link", "set", there, "up"),
            ("link", "set", "lo", "up"),
            ("route", "add", "default", "via", f"10.77.{number}.1"),
        ):
            ip("-n", name, *command)
        yield name
    finally:
        ip("netns", "delete", name)


@contextmanager
def router() -> Iterator[None]:
    """This side hands on what the hosts send each other, as a network does."""
    before = FORWARDING.read_text()
    FORWARDING.write_text("1")
    try:
        yield
    finally:
        FORWARDING.write_text(before)


@pytest.fixture
def hosts() -> Iterator[tuple[str, str]]:
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("network namespaces need root and iproute2")
    with ExitStack() as stack:
        try:
            stack.enter_context(router())
            yield stack.enter_context(host(1)), stack.enter_context(host(2))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")


@pytest.fixture
def reachable(hosts: object, tmp_path: Path, fresh_settings: Callable[..., None]) -> Iterator[Cluster]:  # noqa: ARG001
    """A store that the hosts reach over their wires, with a town."""
    cluster = Cluster(tmp_path / "home")
    cluster.up()
    try:
        cluster.down()
        with (cluster.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("listen_addresses = '10.77.1.1,10.77.2.1'\n")
        with (cluster.data / "pg_hba.conf").open("a") as doors:
            doors.write("host all all 10.77.0.0/16 scram-sha-256\n")
        cluster.up()
        fresh_settings(TWIN_HOME=str(cluster.home), TWIN_BATCH="2")
        write_town(tmp_path)
        load(read_recipe(tmp_path))
        yield cluster
    finally:
        cluster.delete()


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    process = subprocess.Popen(
        command, env={**kept, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_two_hosts_give_what_one_process_gives_though_one_is_switched_off(
    hosts: tuple[str, str], reachable: Cluster
) -> None:
    undisturbed = table_hash(score(PROFILE).run)
    known = psycopg.conninfo.conninfo_to_dict(reachable.dsn())
    scheduler = ["-m", "distributed.cli.dask_scheduler", "--host", "0.0.0.0", "--port", str(SCHEDULER_PORT)]
    with ExitStack() as stack:
        stack.enter_context(running([sys.executable, *scheduler, "--no-dashboard", "--no-show"]))
        workers = []
        for number, name in enumerate(hosts, start=1):
            address = f"10.77.{number}.1"
            dsn = f"postgresql://{known['user']}:{known['password']}@{address}/{known['dbname']}"
            work = ["-m", "distributed.cli.dask_worker", f"tcp://{address}:{SCHEDULER_PORT}", "--nthreads", "1"]
            command = ["ip", "netns", "exec", name, sys.executable, *work, "--no-dashboard", "--no-nanny"]
            workers.append(stack.enter_context(running(command, TWIN_DSN=dsn)))
        killer = threading.Thread(target=lambda: kill_after_two_batches(workers[0]))
        killer.start()
        done = score(PROFILE, scheduler=f"tcp://10.77.1.1:{SCHEDULER_PORT}")
        killer.join()
    assert table_hash(done.run) == undisturbed
    with connect() as connection:
        run, batches = results.run_details(connection, done.run)
    assert run["done"] == len(batches) == 13
    assert str(os.getpid()) not in {batch["worker"].rpartition(":")[2] for batch in batches}


def kill_after_two_batches(worker: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while batches_done() < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
