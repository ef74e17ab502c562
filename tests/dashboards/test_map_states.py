"""What the page shows while something is missing: an empty store, no scores, a server or a store that is gone."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import expect

from tests.dashboards.conftest import Open, emptied, filled, made_home
from tests.dashboards.served import Served
from twin.database.cluster import Cluster

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Served]]:
    """A store and a server for the tests of this file."""
    home = tmp_path_factory.mktemp("states")
    cluster = made_home(home)
    server = Served(home).start()
    yield cluster, server
    server.stop()
    cluster.delete()


@pytest.fixture
def own(kept: tuple[Cluster, Served]) -> tuple[Cluster, Served]:
    """The store emptied, up, and served."""
    cluster, server = kept
    cluster.up()
    emptied(cluster.home)
    return cluster, server


def test_an_empty_store_says_how_to_begin(own: tuple[Cluster, Served], visit: Open) -> None:
    _, server = own
    page = visit(server.url).page
    expect(page.locator("main h1")).to_have_text("Set up your city")
    expect(page.locator("main")).to_contain_text("twin load DIR")
    expect(page.locator("main")).to_contain_text("twin demo")
    assert server.get("/tiles/zone/1/1/1.mvt").status == 409
    assert server.get("/healthz").json["run"] is None


def test_layers_without_scores_can_be_looked_at(own: tuple[Cluster, Served], visit: Open) -> None:
    cluster, server = own
    filled(cluster.home, across=2)
    sql(cluster, "DELETE FROM twin.run")
    page = visit(f"{server.url}/?zone=Z0001").page
    page.wait_for_selector(".city-map[data-drawn]")
    expect(page.locator("#result")).to_contain_text("Nothing is scored yet")
    expect(page.locator("#result")).to_contain_text("twin score")
    expect(page.locator("#card h2")).to_have_text("Zone Z0001")
    expect(page.locator("#goal-select")).to_have_count(0)


def test_a_newer_run_is_announced_where_no_stream_comes_through(own: tuple[Cluster, Served], visit: Open) -> None:
    cluster, server = own
    filled(cluster.home, across=2)
    seen = visit(f"{server.url}/healthz")
    seen.page.add_init_script("delete window.EventSource")
    seen.page.goto(server.url)
    page = seen.ready()
    page.evaluate("twin.connection.pulse()")
    sql(
        cluster,
        "INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones,"
        " batches, goals) SELECT profile_name, profile, profile_hash, data_version, code_version, status, zones,"
        " batches, goals FROM twin.run",
    )
    page.evaluate("twin.connection.pulse()")
    expect(page.locator("#news")).to_be_visible()


def test_the_page_recovers_when_the_server_was_restarted(own: tuple[Cluster, Served], visit: Open) -> None:
    cluster, server = own
    town = filled(cluster.home, across=2)
    page = visit(server.url, may_fail=True).ready()
    server.stop()
    page.evaluate("twin.view.change({ zone: 'Z0001' })")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#offline")).to_contain_text("Not connected. Trying again in")
    server.start()
    page.click("#offline button")
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("#card h2")).to_have_text(f"Zone {town.codes[0]}")


def test_the_page_recovers_when_the_store_was_restarted(own: tuple[Cluster, Served], visit: Open) -> None:
    cluster, server = own
    filled(cluster.home, across=2)
    page = visit(server.url, may_fail=True).ready()
    cluster.down()
    refused = server.get("/tiles/zone/13/1/1.mvt")
    assert (refused.status, refused.headers["retry-after"]) == (503, "8")
    page.evaluate("twin.view.change({ zone: 'Z0002' })")
    expect(page.locator("#card")).to_contain_text("This part could not be read")
    expect(page.locator("#card")).to_contain_text("log ")
    expect(page.locator("#offline")).to_be_visible()
    cluster.up()
    page.click("#card [data-do='again']")
    expect(page.locator("#card h2")).to_have_text("Zone Z0002")
    expect(page.locator("#offline")).to_be_hidden()


def test_a_store_that_is_gone_when_the_page_is_opened_is_said(own: tuple[Cluster, Served], visit: Open) -> None:
    cluster, server = own
    cluster.down()
    page = visit(server.url, may_fail=True).page
    expect(page.locator("main h1")).to_have_text("The store does not answer")
    expect(page.locator("main")).to_contain_text("twin up")


def sql(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.dsn()) as connection:
        connection.execute(statement)
