"""Many open pages of one browser: one of them hears the server and tells the others, so that none is starved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboards.conftest import WIDE
from tests.dashboards.served import Served
from tests.dashboards.test_follow import followed as followed
from tests.dashboards.test_follow import newer_run
from tests.dashboards.town_plan import Town
from twin.database.cluster import Cluster

pytestmark = pytest.mark.acceptance
PAGES = 7
WITHOUT_LOCKS = """Object.defineProperty(navigator, "locks", { value: undefined });
window.hideAs = (hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
};"""


def opened(page: Page, url: str) -> Page:
    page.goto(url, timeout=60_000, wait_until="domcontentloaded")
    page.wait_for_function(
        "window.twin && twin.follow && twin.follow.isOpen && twin.map && twin.map.run", timeout=60_000
    )
    return page


def test_seven_pages_of_a_browser_all_open_and_all_follow_also_when_the_one_that_hears_is_closed(
    followed: tuple[Cluster, Served, Town], browser: Browser
) -> None:
    cluster, server, town = followed
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    pages = [opened(context.new_page(), server.url) for _ in range(PAGES)]
    number = newer_run(cluster, town.codes[0], 0.31)
    for page in pages:
        page.wait_for_function(f"twin.map.run === {number}", timeout=60_000)
        assert town.codes[0] in page.locator("#follow").inner_text()
    pages.pop(0).close()
    pages[0].wait_for_timeout(1500)
    number = newer_run(cluster, town.codes[0], 0.32)
    for page in pages:
        page.wait_for_function(f"twin.map.run === {number}", timeout=60_000)
    context.close()


def test_where_pages_cannot_agree_those_that_nobody_sees_let_go_and_catch_up(
    followed: tuple[Cluster, Served, Town], browser: Browser
) -> None:
    cluster, server, town = followed
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    context.add_init_script(WITHOUT_LOCKS)
    pages: list[Page] = []
    for _ in range(2):
        if pages:
            pages[-1].evaluate("hideAs(true)")
        pages.append(opened(context.new_page(), server.url))
    number = newer_run(cluster, town.codes[0], 0.33)
    pages[-1].wait_for_function(f"twin.map.run === {number}", timeout=60_000)
    assert pages[0].evaluate("twin.map.run") < number
    pages[0].evaluate("hideAs(false)")
    pages[0].wait_for_function(f"twin.map.run === {number}", timeout=60_000)
    context.close()
