from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

import psycopg
import pytest

from twin.database import cluster as cluster_module
from twin.database import installation
from twin.database.cluster import SOCKET_PATH_LIMIT, Cluster
from twin.errors import StoreNotInstalled, StoreUnavailable

PROJECT = Path(__file__).resolve().parents[3]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs a root shell")


def kill_postmaster(cluster: Cluster) -> None:
    os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def test_it_comes_up_again_after_kill_9_with_clients_connected(private_cluster: Cluster) -> None:
    with psycopg.connect(private_cluster.dsn(), autocommit=True) as client:
        client.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        client.execute("INSERT INTO kept VALUES (1)")
        kill_postmaster(private_cluster)
        private_cluster.up()
    with psycopg.connect(private_cluster.dsn()) as again:
        assert again.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        again.execute("DROP TABLE kept")


def test_up_twice_changes_nothing_and_starts_no_program(
    private_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = (private_cluster.data / "postmaster.pid").read_text()
    said: list[str] = []
    monkeypatch.setattr(subprocess, "Popen", None)
    private_cluster.up(said.append)
    assert said == []
    assert (private_cluster.data / "postmaster.pid").read_text() == pid


def test_many_starts_at_once_make_one_server(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "home")
    failures: list[BaseException] = []

    def start() -> None:
        try:
            Cluster(cluster.home).up()
        except StoreUnavailable as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert cluster.is_up()
    cluster.delete()
    assert not cluster.folder.exists()


def test_others_cannot_enter_and_no_port_is_open(private_cluster: Cluster) -> None:
    for folder in (private_cluster.folder, private_cluster.data, private_cluster.socket):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(private_cluster.service_file.stat().st_mode) == 0o600
    with psycopg.connect(private_cluster.dsn()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)


def test_the_service_file_serves_psql(private_cluster: Cluster) -> None:
    environment = {**os.environ, "PGSERVICEFILE": str(private_cluster.service_file)}
    command = ["psql", "service=twin", "-Atc", "SELECT current_user"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "twin"


@AS_ROOT
def test_as_root_the_server_runs_as_an_unprivileged_user(private_cluster: Cluster) -> None:
    pid = int((private_cluster.data / "postmaster.pid").read_text().split()[0])
    assert Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam("postgres").pw_uid


@AS_ROOT
def test_a_home_that_the_server_cannot_enter_moves_the_cluster_and_says_so(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "home")
    said: list[str] = []
    cluster.up(said.append)
    assert cluster.folder.parent == Path("/var/tmp")
    assert any(str(cluster.folder) in line for line in said)
    assert (cluster.folder / "TWIN_HOME").read_text().strip() == str(cluster.home.resolve())
    cluster.delete()


UP_AND_AWAY = """
import pathlib, sys
from twin.database.cluster import Cluster
cluster = Cluster(pathlib.Path(sys.argv[1]))
cluster.up()
print(cluster.is_up(), cluster.folder)
cluster.delete()
"""


@AS_ROOT
def test_an_ordinary_user_can_run_it() -> None:
    python, packages = Path("/usr/bin/python3"), Path(sysconfig.get_path("purelib"))
    if not python.exists() or _version(python) != _version(Path(sys.executable)):
        pytest.skip("no Python of this version that another user can run")
    if not all(p.stat().st_mode & stat.S_IXOTH for p in (*PROJECT.parents, *packages.parents)):
        pytest.skip("the project stands where another user cannot read it")
    home = Path("/var/tmp") / f"twin-test-{os.getpid()}"
    home.mkdir()
    shutil.chown(home, "nobody")
    environment = {"PYTHONPATH": f"{PROJECT}:{packages}", "PATH": os.environ["PATH"]}
    command = [python, "-c", UP_AND_AWAY, home / "t"]
    try:
        done = subprocess.run(command, user="nobody", env=environment, cwd="/", capture_output=True, text=True)
        assert done.stdout.strip() == f"True {home / 't' / 'pg'}", done.stderr
    finally:
        shutil.rmtree(home)


def _version(python: Path) -> str:
    command = [python, "-c", "import sys; print(sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_deep_home_gets_a_short_socket() -> None:
    deep = Cluster(Path("/var/tmp") / ("d" * 60) / ("e" * 60))
    assert len(str(deep.socket)) <= SOCKET_PATH_LIMIT
    assert deep.socket.parent == Path("/tmp")


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs a root shell")
    cluster = Cluster(tmp_path / "home")
    cluster.folder.mkdir(parents=True)
    shutil.chown(cluster.folder, "nobody")
    with pytest.raises(StoreUnavailable, match="belongs to user"):
        cluster.up()
    shutil.rmtree(cluster.folder)


def test_where_nothing_can_be_installed_the_three_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_bin", lambda: None)
    monkeypatch.setattr(installation, "_privilege", lambda: None)
    with pytest.raises(StoreNotInstalled) as caught:
        installation.install(lambda _: None)
    for way in ("apt-get install", "TWIN_DSN=", "docker compose up"):
        assert way in str(caught.value)


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(tmp_path / "home")
    cluster.up()
    cluster.down()
    with (cluster.data / "postgresql.auto.conf").open("a") as settings:
        settings.write("shared_buffers = 'nonsense'\n")
    monkeypatch.setattr(cluster_module, "START_PATIENCE_S", 0.5)
    with pytest.raises(StoreUnavailable, match="nonsense"):
        cluster.up()
    cluster.delete()


def test_down_says_whether_it_ran(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "home")
    assert cluster.down() is False
    cluster.up()
    assert cluster.down() is True
    assert not cluster.is_up()
    cluster.delete()
