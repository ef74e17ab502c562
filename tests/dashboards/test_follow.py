"""Open pages follow the store: new tiles after an edit, new scores after a run, and in words what changed."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import expect

from tests.dashboards.conftest import Open, filled, made_home
from tests.dashboards.served import Served
from tests.dashboards.town_plan import Town
from twin.database.cluster import Cluster

GOAL = "green_access"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Served, Town]]:
    """A store and a server of their own, since the tests change rows."""
    home = tmp_path_factory.mktemp("followed")
    cluster = made_home(home)
    town = filled(home, across=2)
    server = Served(home).start()
    yield cluster, server, town
    server.stop()
    cluster.delete()


def run(cluster: Cluster, statement: str, *values: object) -> None:
    with psycopg.connect(cluster.dsn(), autocommit=True) as owner:
        owner.execute(statement, values)  # type: ignore[arg-type]


def newer_run(cluster: Cluster, zone: str, value: float, *, status: str = "scored") -> int:
    """A run on the last one, in which one value is another; it is announced once."""
    with psycopg.connect(cluster.dsn()) as owner:
        row = owner.execute(
            "INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones,"
            " batches, goals, finished_at, base) SELECT profile_name, profile, profile_hash, data_version,"
            " code_version, %s, zones, batches, goals, now(), coalesce(base, id) FROM twin.run"
            " ORDER BY id DESC LIMIT 1 RETURNING id, base",
            [status],
        ).fetchone()
        assert row is not None
        number, base = row
        owner.execute(
            "INSERT INTO twin.score_state SELECT %s, goal, zone, %s, attainment, shortfall, class, n, quality,"
            " people_affected, reason, numerator, denominator, parts, base, NULL FROM twin.score_state"
            " WHERE base = %s AND goal = %s AND zone = %s AND until IS NULL",
            [number, value, base, GOAL, zone],
        )
        owner.execute(
            "UPDATE twin.score_state SET until = %s WHERE base = %s AND goal = %s AND zone = %s AND run_id < %s"
            " AND until IS NULL",
            [number, base, GOAL, zone, number],
        )
        owner.execute("SELECT pg_notify('twin_run', %s)", [str(number)])
    return int(number)


def test_a_stream_begins_with_the_state_and_goes_on_with_what_changes(
    followed: tuple[Cluster, Served, Town],
) -> None:
    cluster, server, town = followed
    with urllib.request.urlopen(f"{server.url}/events", timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        first = read_event(stream)
        assert first[0] == "run" and first[1]["said"] == ["All zones were computed anew."]
        kind, versions = read_event(stream)
        assert kind == "layers" and "building" in versions["layers"]
        run(cluster, "UPDATE layer.building SET floors = 3 WHERE id = (SELECT min(id) FROM layer.building)")
        kind, changed = read_event(stream)
        assert kind == "layers" and set(changed["layers"]) == {"building"}
        assert changed["layers"]["building"] != versions["layers"]["building"]
        number = newer_run(cluster, town.codes[0], 0.123)
        kind, told = read_event(stream)
        assert kind == "run" and (told["run"], told["flagged"]) == (number, False)
        assert told["said"] and town.codes[0] in told["said"][0] and "→ 12" in told["said"][0]


def test_what_changed_is_told_of_a_run_that_was_flagged_before_anybody_read_it(
    followed: tuple[Cluster, Served, Town],
) -> None:
    cluster, server, town = followed
    with urllib.request.urlopen(f"{server.url}/events", timeout=60) as stream:
        read_event(stream), read_event(stream)
        number = newer_run(cluster, town.codes[3], 0.567, status="done")
        kind, told = read_event(stream)
        assert kind == "run" and (told["run"], told["flagged"]) == (number, True)
        assert town.codes[3] in told["said"][0] and "→ 57" in told["said"][0]


def read_event(stream: object) -> tuple[str, dict[str, object]]:
    """Kind and content of the next event."""
    kind = ""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        line = stream.readline().decode().strip()  # type: ignore[attr-defined]
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        if line.startswith("data: "):
            return kind, json.loads(line.removeprefix("data: "))
    raise AssertionError("no event came")


@pytest.mark.acceptance
def test_an_open_map_shows_new_tiles_and_new_values_by_itself(
    followed: tuple[Cluster, Served, Town], visit: Open
) -> None:
    cluster, server, town = followed
    zone = town.codes[1]
    page = visit(f"{server.url}/?goal={GOAL}&zone={zone}").ready()
    page.wait_for_function("twin.follow.isOpen")
    with page.expect_request(lambda request: "/tiles/zone/" in request.url):
        run(cluster, "UPDATE layer.zone SET name = 'Anew' WHERE code = %s", zone)
    number = newer_run(cluster, zone, 0.4321)
    expect(page.locator("#follow")).to_contain_text(zone)
    expect(page.locator("#follow")).to_contain_text("→ 43")
    expect(page.locator("#card")).to_contain_text("43")
    assert page.evaluate("twin.map.run") == number
    expect(page.locator("#news")).to_be_hidden()


@pytest.mark.acceptance
def test_a_page_that_missed_something_catches_up(followed: tuple[Cluster, Served, Town], visit: Open) -> None:
    cluster, server, town = followed
    page = visit(server.url, may_fail=True).ready()
    page.wait_for_function("twin.follow.isOpen")
    server.stop()
    number = newer_run(cluster, town.codes[2], 0.2)
    server.start()
    page.wait_for_function(f"twin.map.run === {number}", timeout=60_000)
