"""The command line as its users have it: whole processes, exit status, what is printed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import PROJECT
from tests.twin.runs.conftest import write_town
from twin.__main__ import INTERRUPTED, STOPPED
from twin.database.cluster import Cluster

TWIN = Path(sys.executable).with_name("twin")

Twin = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def twin(store: Cluster) -> Twin:
    """Run ``twin`` on an empty store."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TWIN_HOME": str(store.home)}
        return subprocess.run([TWIN, *arguments], env=environment, capture_output=True, text=True, check=False)

    return run


def test_files_to_scores_to_export(twin: Twin, tmp_path: Path) -> None:
    write_town(tmp_path)
    loaded = json.loads(twin("load", tmp_path, "--json").stdout)
    assert [s["read"] == s["loaded"] + s["unchanged"] + s["rejected"] for s in loaded["sources"]] == [True] * 6
    scored = json.loads(twin("score", "--json").stdout)
    assert scored["zones"] == 25
    goals = {goal["goal"]: goal for goal in scored["goals"]}
    assert goals["broadband_gigabit"]["reached"] + goals["broadband_gigabit"]["below"] == 25
    for ending in ("csv", "gpkg", "geojson", "parquet", "xlsx"):
        out = tmp_path / f"scores.{ending}"
        assert twin("export", "scores", "--out", out).returncode == 0
        assert out.stat().st_size > 1000
    table = pd.read_csv(tmp_path / "scores.csv")
    assert list(table.columns) == ["zone", "goal", "value", "target", "attainment", "n", "quality", "run"]
    explained = twin("explain", "Z03", "green_access")
    assert "from building: 30 rows of buildings.gpkg" in explained.stdout
    assert "  1  " in twin("runs").stdout


def test_a_goal_without_data_anywhere_is_said_and_stops_nothing(twin: Twin, tmp_path: Path) -> None:
    write_town(tmp_path)
    recipe = tmp_path / "city.toml"
    recipe.write_text(recipe.read_text().partition('[[source]]\nlayer = "broadband_coverage"')[0])
    assert twin("load", tmp_path).returncode == 0
    goals = {goal["goal"]: goal for goal in json.loads(twin("score", "--json").stdout)["goals"]}
    assert goals["broadband_gigabit"] == {
        "goal": "broadband_gigabit",
        "city": None,
        "target": 1.0,
        "reached": 0,
        "below": 0,
        "no_data": 25,
    }
    assert "Nothing is loaded in the layer broadband_coverage" in twin("explain", "Z01", "broadband_gigabit").stdout


def test_exit_status_0_done_1_failed_2_wrong_use(twin: Twin, tmp_path: Path) -> None:
    write_town(tmp_path)
    recipe = tmp_path / "city.toml"
    assert twin("score").returncode == 1
    assert twin("load", tmp_path / "nowhere").returncode == 2
    assert twin("load", tmp_path, "--only", "bilding").returncode == 2
    assert twin("load", tmp_path).returncode == 0
    assert twin("export", "skores", "--out", tmp_path / "x.csv").returncode == 2
    assert twin("export", "scores", "--out", tmp_path / "x.doc").returncode == 1
    assert twin("explain", "Z77").returncode == 1
    recipe.write_text(recipe.read_text().replace("zones.gpkg", "zone.gpkg"))
    refused = twin("load", tmp_path)
    assert refused.returncode == 1
    assert "Did you mean 'zones.gpkg'?" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_strict_turns_rejected_rows_into_a_failure(twin: Twin) -> None:
    sample = PROJECT / "data" / "sample_city"
    assert twin("load", sample, "--only", "street").returncode == 0
    assert twin("load", sample, "--only", "street", "--strict").returncode == 1
    listed = json.loads(twin("rejects", "--layer", "street", "--json").stdout)
    assert [row["reason"] for row in listed] == ["road_class is 'boulevard'"]


def test_status_prints_every_setting_with_its_origin_and_no_secret(store: Cluster) -> None:
    environment = {**os.environ, "TWIN_HOME": str(store.home), "TWIN_DSN": store.dsn()}
    shown = subprocess.run([TWIN, "status", "--json"], env=environment, capture_output=True, text=True, check=True)
    report = json.loads(shown.stdout)
    by_name = {row["name"]: row for row in report["settings"]}
    assert by_name["TWIN_HOME"]["from"] == "environment"
    assert by_name["TWIN_PORT"] == {"name": "TWIN_PORT", "value": "8050", "from": "default"}
    password = next(p.removeprefix("password=") for p in store.dsn().split() if p.startswith("password="))
    assert password not in shown.stdout
    assert "PostGIS 3." in report["store"]


def test_ctrl_c_in_a_load_leaves_what_the_next_call_completes(twin: Twin, store: Cluster, tmp_path: Path) -> None:
    write_town(tmp_path, side=12)
    environment = {**os.environ, "TWIN_HOME": str(store.home), "TWIN_LOG": "text"}
    process = subprocess.Popen([TWIN, "load", tmp_path], env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    first = next(line for line in process.stderr if "source loaded" in line)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, first + said
    assert STOPPED in said and "Traceback" not in said
    again = json.loads(twin("load", tmp_path, "--json").stdout)
    assert sum(source["loaded"] + source["unchanged"] for source in again["sources"]) > 144 * 60
    assert {source["rejected"] for source in again["sources"]} == {0}


def test_ctrl_c_while_python_still_reads_the_program_is_told_in_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "TWIN_HOME": str(tmp_path), "PYTHONPROFILEIMPORTTIME": "1"}
    process = subprocess.Popen([TWIN, "status"], env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any(line.endswith(" click\n") for line in process.stderr)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    # -SIGINT is 130 to a shell: so Python ends if the interruption met code that a library makes from text.
    assert process.returncode in (INTERRUPTED, -signal.SIGINT), said
    assert STOPPED in said and "Traceback" not in said


def test_help_names_every_command() -> None:
    shown = subprocess.run([TWIN, "--help"], capture_output=True, text=True, check=True).stdout
    for command in ("up", "down", "status", "load", "rejects", "score", "explain", "export", "runs", "serve", "demo"):
        assert f"\n  {command} " in shown
