"""The README's first command, in a fresh clone: from nothing to a page that answers, and quick the second time."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import PROJECT

FIRST_PATIENCE_S, SECOND_PATIENCE_S = 540, 60

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]


@dataclass
class Running:
    """`make run` in a process of its own."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    def wait(self, patience_s: float) -> float:
        """Seconds until the page answers."""
        started = time.monotonic()
        while time.monotonic() - started < patience_s:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return time.monotonic() - started
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.5)
        pytest.fail(f"no answer in {patience_s} s:\n{self.log.read_text()}")

    def end(self) -> None:
        """End it by its pid."""
        os.kill(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh clone of what is committed, removed with its store."""
    if not (PROJECT / ".git").exists():
        pytest.skip("not a git checkout")
    folder = tmp_path_factory.mktemp("clone") / "twin"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", PROJECT, folder], check=True)
    yield folder
    subprocess.run([folder / ".venv/bin/twin", "down", "--delete", "--yes"], cwd=folder, env=environment(), check=True)
    shutil.rmtree(folder)


def environment(port: int = 0) -> dict[str, str]:
    """As a user's shell has it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    kept.pop("VIRTUAL_ENV", None)
    return {**kept, "TWIN_PORT": str(port or 8050)}


def make_run(clone: Path, name: str) -> Running:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = clone.parent / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(["make", "run"], cwd=clone, env=environment(port), stdout=output, stderr=output)
    return Running(process, log, port)


def test_make_run_serves_the_scored_sample_and_is_quick_the_second_time(clone: Path) -> None:
    first = make_run(clone, "first")
    took = first.wait(FIRST_PATIENCE_S)
    with urllib.request.urlopen(f"http://127.0.0.1:{first.port}/healthz", timeout=10) as answer:
        assert json.load(answer)["run"] == 1
    with urllib.request.urlopen(f"http://127.0.0.1:{first.port}/", timeout=10) as answer:
        assert b"<html" in answer.read()
    first.end()
    said = first.log.read_text()
    assert "zones scored" in said
    assert f"http://localhost:{first.port}" in said
    assert len(re.findall(r"^Sign in to edit: name editor, password [a-z0-9-]{19}$", said, re.MULTILINE)) == 1

    second = make_run(clone, "second")
    again = second.wait(SECOND_PATIENCE_S)
    second.end()
    said = second.log.read_text()
    assert "sample city: 0 rows loaded now" in said
    assert "zones scored" not in said
    assert "password" not in said
    assert again < took
