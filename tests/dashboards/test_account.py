"""Signing in as people do it, in real Chromium: the dialog of the top bar, and the page that stands alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.dashboards.conftest import City, Open, opened
from tests.dashboards.served import Served
from twin.database.users import Role, User, add_user

PASSWORD = "a bell on the tower"
NAME = "page_ana"


@pytest.fixture(scope="module")
def town(city: City) -> City:
    """The served town with an editor."""
    with opened(city.home) as connection:
        add_user(connection, User(NAME, Role.EDITOR), PASSWORD)
    return city


@pytest.fixture(scope="module")
def shut(town: City) -> Iterator[Served]:
    """The same town by a server that shows nothing without a sign-in."""
    server = Served(town.home, TWIN_PRIVATE="1").start()
    yield server
    server.stop()


def type_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def test_somebody_signs_in_is_named_and_signs_out(town: City, visit: Open) -> None:
    page = visit(town.server.url, may_fail=True).ready()
    button = page.locator(".top .account-button")
    expect(button).to_have_attribute("aria-label", "Sign in")
    button.click()
    expect(page.get_by_label("Name")).to_be_focused()
    type_in(page, NAME, "not the password")
    expect(page.get_by_role("alert").filter(has_text="Name or password is not right")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    type_in(page, NAME, PASSWORD)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_have_attribute("aria-label", f"Signed in as {NAME}")
    assert page.evaluate("[twin.account.now.name, twin.account.now.can_edit]") == [NAME, True]
    assert page.evaluate("document.cookie") == ""
    page.reload()
    expect(button).to_have_attribute("aria-label", f"Signed in as {NAME}")
    button.click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text(NAME)
    page.get_by_role("button", name="Sign out").click()
    expect(button).to_have_attribute("aria-label", "Sign in")
    assert page.evaluate("twin.account.now.name") is None


def test_a_change_after_the_session_ended_asks_for_a_sign_in(town: City, visit: Open) -> None:
    page = visit(town.server.url, may_fail=True).ready()
    page.locator(".top .account-button").click()
    type_in(page, NAME, PASSWORD)
    expect(page.locator(".top .account-button")).to_have_attribute("data-name", NAME)
    with opened(town.home) as connection:
        connection.execute("DELETE FROM twin.session")
    page.evaluate("twin.account.send('/sign-out', 'POST')")
    expect(page.get_by_role("dialog").get_by_label("Name")).to_be_visible()


def test_a_private_twin_leads_from_the_sign_in_to_what_was_asked_for(town: City, shut: Served, visit: Open) -> None:
    zone = town.town.codes[2]
    page = visit(f"{shut.url}/map?zone={zone}", may_fail=True).page
    expect(page.locator("#map, .city-map, header")).to_have_count(0)
    type_in(page, NAME, PASSWORD)
    page.wait_for_url(f"**/map?zone={zone}*")
    expect(page.locator(".top .account-button")).to_have_attribute("data-name", NAME)
    page.wait_for_selector(f"#card h2:has-text('{zone}')")


def test_the_sign_in_leads_to_no_other_site(shut: Served, visit: Open) -> None:
    page = visit(f"{shut.url}/sign-in", may_fail=True).page
    for to in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        page.goto(f"{shut.url}/sign-in?to={to}")
        type_in(page, NAME, PASSWORD)
        page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="commit")
        assert page.url.startswith(f"{shut.url}/"), to
