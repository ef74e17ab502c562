"""The map page for everyone: by keyboard, on small screens, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.dashboards.conftest import City, Open
from tests.dashboards.seen import FAR, awaited, middle

pytestmark = pytest.mark.acceptance


def test_the_map_can_be_used_by_keyboard_alone(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    page.locator(".city-map").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    first = page.evaluate("twin.view.now.zone")
    page.wait_for_function("twin.selection.neighbour('north') !== ''")
    expected = page.evaluate("twin.selection.neighbour('north')")
    page.keyboard.press("ArrowUp")
    page.wait_for_function(f"twin.view.now.zone === '{expected}'")
    assert expected != first
    page.keyboard.press("+")
    page.wait_for_function("twin.map.leaflet.getZoom() === 14")
    page.wait_for_function("!twin.map.leaflet._animatingZoom")
    page.keyboard.press("-")
    page.wait_for_function("twin.map.leaflet.getZoom() === 13")


WIDER = """[...document.querySelectorAll('.scroll, .card-body, .left, .card')]
  .filter((part) => part.offsetWidth && part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.className)"""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 800), (1024, 768), (390, 844)])
@pytest.mark.parametrize("lens", ["attainment", "cause", "messiness"])
def test_nothing_is_wider_than_the_window(city: City, visit: Open, size: tuple[int, int], lang: str, lens: str) -> None:
    page = visit(f"{city.server.url}/?lang={lang}&lens={lens}", size=size).ready()
    for zone in ("", "Z0007"):
        page.evaluate("zone => twin.view.change({ zone })", zone)
        page.wait_for_selector("#card-value", state="visible" if zone else "detached")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
        assert page.evaluate(WIDER) == []


def top_of_sheet(page: Page) -> float:
    box = page.locator(".right.sheet").bounding_box()
    assert box is not None
    return box["y"]


def test_on_a_phone_the_zone_lies_in_what_the_sheet_leaves_free(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/", size=(390, 844), touch=True).ready()
    expect(page.locator(".facts.sheet")).to_be_visible()
    page.evaluate("twin.view.change({ zone: 'Z0008' })")
    page.wait_for_selector("#card-value")
    middle_stop = pytest.approx(0.45 * (844 - 64), abs=4)
    sheet = awaited(page, lambda: top_of_sheet(page), lambda top: top == middle_stop)
    assert sheet == middle_stop
    y = awaited(page, lambda: middle(page, "Z0008")[1], lambda y: 84 < y < sheet)
    assert 84 < y < sheet
    page.click(".right .handle")
    assert awaited(page, lambda: top_of_sheet(page), lambda top: top < sheet - 200) < sheet - 200


def test_on_a_small_screen_the_left_panel_is_a_drawer(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/", size=(1024, 768)).ready()
    expect(page.locator(".legend-rows")).to_be_hidden()
    page.click(".rail [data-with='legend']")
    expect(page.locator(".legend-rows")).to_be_visible()
    expect(page.locator("#result .figure")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".legend-rows")).to_be_hidden()


def test_the_filter_that_was_cleared_by_escape_leaves_the_url(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?only=1&zone=Z0008").ready()
    page.keyboard.press("Escape")
    expect(page.locator("#card h2")).to_have_count(0)
    assert "only=1" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#filtered")).to_be_hidden()
    assert "only=" not in page.url


def test_controls_have_names_and_targets_of_a_fair_size(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?zone=Z0008").ready()
    nameless = page.evaluate(
        """[...document.querySelectorAll('button, a, input')].filter((each) => each.offsetWidth
           && !each.textContent.trim() && !each.getAttribute('aria-label') && !each.labels?.length).length"""
    )
    assert nameless == 0
    small = page.evaluate(
        """[...document.querySelectorAll('.icon-button')].filter((each) => each.offsetWidth
           && (each.offsetWidth < 36 || each.offsetHeight < 36)).length"""
    )
    assert small == 0
