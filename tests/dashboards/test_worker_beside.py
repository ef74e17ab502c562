"""The worker beside a server: another one where it ended, none once the server is over."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards import cli


def test_a_worker_that_ended_is_started_again_and_the_last_one_ends_with_the_server(
    tmp_path: Path, fresh_settings: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_settings(TWIN_HOME=str(tmp_path))
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    monkeypatch.setattr(cli, "AGAIN_S", 0.5)
    monkeypatch.setattr(cli, "WORKER", ("-c", "import sys; sys.stdin.read()"))
    with cli.worker_beside():
        for number in (1, 2, 3):
            end = time.monotonic() + 60
            while len(started) < number and time.monotonic() < end:
                time.sleep(0.1)
            assert len(started) == number
            if number < 3:
                started[-1].kill()
    assert [process.poll() for process in started] == [-9, -9, 0]
