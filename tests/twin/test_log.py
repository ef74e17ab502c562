from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from twin.log import begin_log, log


@pytest.fixture(autouse=True)
def the_log_of_before() -> Iterator[None]:
    root = logging.getLogger("twin")
    kept = root.handlers, root.level, root.propagate
    yield
    root.handlers, root.level, root.propagate = kept


def test_json_has_one_object_a_line_with_its_facts(
    fresh_settings: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    fresh_settings(TWIN_LOG="json")
    begin_log()
    log("runs").info("batch done", extra={"run": 3, "zones": 128, "read": 0.25})
    try:
        raise ValueError("no room")
    except ValueError:
        log("load").exception("lost")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert {**first, "time": ""} == {
        "time": "",
        "level": "info",
        "area": "twin.runs",
        "event": "batch done",
        "run": 3,
        "zones": 128,
        "read": 0.25,
    }
    assert "ValueError: no room" in second["error"]


def test_text_reads_as_a_line(fresh_settings: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    fresh_settings(TWIN_LOG="text")
    begin_log()
    log("runs").info("run finished", extra={"run": 3})
    assert capsys.readouterr().err.strip().endswith("twin.runs run finished run=3")


def test_without_the_setting_only_warnings_are_said(
    fresh_settings: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    fresh_settings()
    begin_log()
    log("runs").info("batch done")
    log("runs").warning("slow")
    assert "slow" in (said := capsys.readouterr().err)
    assert "batch" not in said
