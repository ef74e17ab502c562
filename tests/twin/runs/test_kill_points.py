"""A run that is killed at any moment, then called again, gives the result of an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.twin.runs.test_engine import table_hash
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.goals import load_profile
from twin.runs.engine import score

PROFILE = load_profile("xiongan_2035")
POINTS = 20
SCORE = """
from twin.goals import load_profile
from twin.runs.engine import score
score(load_profile("xiongan_2035"), workers=2)
"""


@pytest.mark.timeout(400)
def test_twenty_random_kill_points_of_the_program_and_of_postgresql(
    town: Path,  # noqa: ARG001
    home: Cluster,
    fresh_settings: Callable[..., None],
) -> None:
    undisturbed = table_hash(score(PROFILE).run)
    fresh_settings(TWIN_HOME=str(home.home), TWIN_BATCH="2")
    draw = np.random.default_rng(11)
    caught = 0
    for point in range(POINTS):
        touch()
        process = subprocess.Popen([sys.executable, "-c", SCORE], stderr=subprocess.DEVNULL)
        wait_for_run(process)
        time.sleep(draw.uniform(0, 1.2))
        caught += process.poll() is None
        if point % 4 == 3:
            os.kill(int((home.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            process.wait(60)
            home.up()
        else:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert table_hash(score(PROFILE, workers=2).run) == undisturbed
    assert caught >= POINTS // 2, "most runs were over before they were killed"


def touch() -> None:
    """Change the data's version, not the data: the next run is a new one."""
    with connect() as connection:
        connection.execute("UPDATE layer.transit_stop SET name = name")


def wait_for_run(process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with connect() as connection:
            if connection.execute("SELECT FROM twin.run WHERE status = 'running'").fetchone() is not None:
                return
        time.sleep(0.02)
