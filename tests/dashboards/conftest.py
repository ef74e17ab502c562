"""A made-up town in a cluster of its own, the real server, and Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.dashboards.served import Served
from tests.dashboards.town import build_town
from tests.dashboards.town_plan import Town
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.migrate import migrate
from twin.settings import settings

CHROMIUM = os.environ.get("TWIN_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    # A GPU made by the processor takes three times as long as the page itself; maps are drawn on plain canvases.
    "--disable-gpu",
)
WIDE = (1440, 900)
PATIENCE_MS = 60_000

# Not a test of speed: on a busy machine a page that is read anew has taken more than the five seconds of Playwright.
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class City:
    """A served town."""

    home: Path
    cluster: Cluster
    town: Town
    server: Served


def made_home(home: Path) -> Cluster:
    """A cluster for a TWIN_HOME, up."""
    cluster = Cluster(home)
    cluster.up()
    return cluster


@contextmanager
def opened(home: Path) -> Iterator[Connection]:
    """A connection as the owner of the store of a TWIN_HOME."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(home))
        patch.delenv("TWIN_DSN", raising=False)
        settings.cache_clear()
        with connect() as connection:
            yield connection
    settings.cache_clear()


def filled(home: Path, across: int = 6) -> Town:
    """Build the town in the store of a TWIN_HOME."""
    with opened(home) as connection:
        return build_town(connection, across)


def emptied(home: Path) -> None:
    """Drop all that the twin keeps in a TWIN_HOME, and migrate anew."""
    with opened(home) as connection:
        # A request of the test before may still be reading, and would wait for us while we wait for it.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA IF EXISTS layer, history, staging, twin CASCADE")
        migrate(connection)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The town, served for the whole session; tests only read it."""
    home = tmp_path_factory.mktemp("town")
    cluster = made_home(home)
    town = filled(home)
    server = Served(home).start()
    yield City(home, cluster, town, server)
    server.stop()
    cluster.delete()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window. Playwright holds the event loop for as long as it runs, so not for the session."""
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@dataclass
class Visit:
    """One page, with all that went wrong in it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def ready(self) -> Page:
        """The page, once its tiles and colours are drawn."""
        self.page.wait_for_selector(".city-map[data-drawn][data-goal]", timeout=60_000)
        return self.page


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Open a page; at the end nothing may have been asked of another machine, nor an error said."""
    visits: list[Visit] = []

    def open_page(url: str, size: tuple[int, int] = WIDE, touch: bool = False, may_fail: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=touch, color_scheme="light"
        )
        made = Visit(context.new_page())

        def said(message: ConsoleMessage) -> None:
            if message.type == "error" and not may_fail:
                made.errors.append(message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith(("http://localhost:", "data:", "blob:")):
                made.outside.append(request.url)

        made.page.on("console", said)
        made.page.on("pageerror", lambda error: None if may_fail else made.errors.append(str(error)))
        made.page.on("request", asked)
        made.page.goto(url)
        visits.append(made)
        return made

    yield open_page
    for each in visits:
        each.page.context.close()
    assert [error for each in visits for error in each.errors] == []
    assert [url for each in visits for url in each.outside] == []
