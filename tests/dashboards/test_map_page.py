"""The map page in real Chromium, against the real server and a real PostGIS."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboards.state import from_query, to_query
from dashboards.tokens import DARK, LIGHT
from tests.dashboards.conftest import City, Open
from tests.dashboards.seen import FAR, assert_drawn, awaited, click_zone, middle, mixed

pytestmark = pytest.mark.acceptance

GOAL = "broadband_gigabit"


@pytest.mark.parametrize("number", [1, 2, 4, 6])
def test_zones_are_drawn_in_the_colour_of_their_class(city: City, visit: Open, number: int) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    zone = city.town.zone_of_class(GOAL, number)
    assert_drawn(page, zone, LIGHT[f"att-{number}"])


def test_the_legend_counts_what_the_database_holds(city: City, visit: Open) -> None:
    page = visit(city.server.url).ready()
    counts = city.town.counts(GOAL)
    shown = page.locator(".legend-row").evaluate_all("rows => rows.map(r => [r.dataset.with, r.dataset.zones])")
    assert {int(name): int(zones) for name, zones in shown} == {number: counts.get(number, 0) for number in range(7)}
    reached = counts.get(5, 0) + counts.get(6, 0)
    expect(page.locator("#result .figure")).to_have_text(str(reached))
    expect(page.locator("#result .headline")).to_contain_text(f"of {len(city.town.codes)} zones")


def test_another_goal_has_another_legend_and_other_colours(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    page.click("#goal-select")
    page.click("text=Population density")
    page.wait_for_selector(".city-map[data-goal='population_density']")
    expect(page.locator("#legend .heading")).to_have_text("Distance to target, percent of it")
    expect(page.locator("#goal-note")).to_contain_text("At most 10,000 people/km²")
    zone = city.town.zone_of_class("population_density", 1)
    assert_drawn(page, zone, LIGHT["att-1"])
    assert "goal=population_density" in page.url


def test_goals_that_were_not_computed_are_not_offered(city: City, visit: Open) -> None:
    page = visit(city.server.url).ready()
    page.click("#goal-select")
    expect(page.locator(".mantine-Select-option")).to_have_count(3)


def test_a_zone_that_is_clicked_shows_what_the_database_holds(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    zone = city.town.zone_of_class(GOAL, 2)
    value = city.town.values[GOAL][city.town.codes.index(zone)]
    click_zone(page, zone)
    shown = page.locator("#card-value").inner_text()
    assert re.sub(r"\s", "", shown) == f"{100 * value:.0f}%"
    expect(page.locator("#card .chip-danger")).to_have_text(f"{100 * (0.9 - value):.0f} points below")
    expect(page.locator("#card .card-head .small")).to_contain_text("1,253 premises")
    expect(page.locator("#said")).to_contain_text(zone)
    assert f"zone={zone}" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#card h2")).to_have_count(0)
    assert "zone=" not in page.url


def test_a_zone_without_data_says_why(city: City, visit: Open) -> None:
    zone = city.town.zone_of_class(GOAL, 0)
    page = visit(f"{city.server.url}/?zone={zone}").ready()
    expect(page.locator("#card .no-data")).to_contain_text("No premises lie in this zone.")


def test_every_number_leads_to_its_rows_in_two_clicks(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?zone=Z0008&goal=population_density").ready()
    row = page.locator(".source-row", has_text="buildings.shp")
    expect(row).to_contain_text("24 rows")
    expect(row).to_contain_text("Survey office · internal · observed 1 Mar 2025")
    row.click()
    table = page.locator("table.rows")
    expect(table.locator("tbody tr")).to_have_count(24)
    first = 7 * 24
    expect(table.locator("tbody tr").first).to_have_text(re.compile(rf"B{first:06d}.*buildings\.shp.*{first + 1}"))


def test_the_method_is_the_docstring_of_the_index(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?zone=Z0008").ready()
    page.click("#card .card-foot >> text=How this is made")
    drawer = page.locator("#drawer-content")
    expect(drawer).to_contain_text("Share of premises that can have at least min_down_mbps down.")
    expect(drawer).to_contain_text("Target from: outline, annex. Nobody here has compared this number")
    expect(drawer).not_to_contain_text(">>>")


def test_a_verified_target_is_said_to_be_so(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?goal=green_access").ready()
    expect(page.locator("#goal-note")).to_contain_text("Verified target")
    page.locator("#goal-note button.chip").click()
    expect(page.locator("#drawer-content")).to_contain_text("This number was compared with the source text.")


def test_a_row_of_the_legend_filters_and_the_others_fade(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    page.click(".legend-row[data-with='1']")
    expect(page.locator(".legend-row[data-with='1']")).to_have_attribute("aria-pressed", "true")
    assert "only=1" in page.url
    assert_drawn(page, city.town.zone_of_class(GOAL, 6), mixed(LIGHT["att-6"], LIGHT["land"], 0.22), within=2)
    assert_drawn(page, city.town.zone_of_class(GOAL, 1), LIGHT["att-1"])
    page.click("#filtered .link")
    assert "only=" not in page.url


def test_a_filter_that_leaves_no_zone_says_so_and_how_to_go_on(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?only=9").ready()
    expect(page.locator("#no-match")).to_contain_text("No zone matches")
    page.click("#no-match button")
    expect(page.locator("#no-match")).to_be_hidden()
    assert "only=" not in page.url


def test_the_url_opens_the_same_view_for_a_colleague(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?goal=green_access&{FAR}").ready()
    click_zone(page, "Z0015")
    page.click(".legend-row[data-with='2']")
    page.click(".layer-row[data-with='green_area']")
    page.wait_for_function("location.search.includes('green_area')")
    address = page.url
    other = visit(address).ready()
    expect(other.locator("#card h2")).to_have_text("Zone Z0015")
    expect(other.locator(".legend-row[data-with='2']")).to_have_attribute("aria-pressed", "true")
    expect(other.locator(".layer-row[data-with='green_area']")).to_have_attribute("aria-checked", "true")
    assert other.evaluate("[twin.map.leaflet.getZoom(), twin.view.now.goal]") == [13, "green_access"]
    assert other.url == address
    query = "?" + address.partition("?")[2]
    assert to_query(from_query(query)) == query


def test_the_shared_address_leaves_out_the_readers_own_theme(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?theme=dark&zone=Z0008").ready()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(".top [data-do='share']")
    expect(page.locator("#toast")).to_have_text("Address copied. It opens this view.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "zone=Z0008" in copied
    assert "theme" not in copied


def test_search_finds_zones_by_code_and_by_name(city: City, visit: Open) -> None:
    page = visit(city.server.url).ready()
    page.keyboard.press("/")
    page.keyboard.type("quarter 4")
    page.wait_for_selector(".mantine-Select-option")
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text("Zone Z0005")
    page.keyboard.press("/")
    page.keyboard.type("z0021")
    page.wait_for_selector(".mantine-Select-option:has-text('Z0021')")
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text("Zone Z0021")


def test_the_theme_changes_the_page_and_the_canvas(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    page.click(".top .theme-button")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert_drawn(page, city.town.zone_of_class(GOAL, 1), DARK["att-1"])
    assert "theme=dark" in page.url


def test_the_language_changes_all_words(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?zone=Z0008").ready()
    page.click(".top [data-do='language']")
    page.wait_for_url("**lang=zh**")
    page.wait_for_selector("#card h2:has-text('分区 Z0008')")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.locator("#legend .heading")).to_have_text("与目标的差距（百分点）")
    expect(page.locator(".layers")).to_contain_text("建筑")


def test_a_layer_is_fetched_only_when_it_is_switched_on(city: City, visit: Open) -> None:
    made = visit(f"{city.server.url}/?at=38.926,114.246,15")
    asked: list[str] = []
    made.page.on("request", lambda request: asked.append(request.url))
    page = made.ready()
    page.wait_for_timeout(500)
    assert not any("/tiles/green_area/" in url for url in asked)
    page.click(".layer-row[data-with='green_area']")
    assert awaited(page, lambda: [url for url in asked if "/tiles/green_area/" in url], bool)
    page.wait_for_timeout(500)
    asked.clear()
    page.click(".layer-row[data-with='building']")
    page.click(".legend-row[data-with='1']")
    page.wait_for_timeout(500)
    assert not any("/tiles/" in url for url in asked)


def test_pointing_at_a_zone_shows_three_lines(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?{FAR}").ready()
    x, y = middle(page, "Z0008")
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    lines = page.locator("#hover div")
    expect(lines).to_have_count(3)
    expect(lines.first).to_have_text("Z0008")
    expect(lines.nth(2)).to_have_text("820 residents")


def test_attribution_stands_on_the_map(city: City, visit: Open) -> None:
    page = visit(city.server.url).ready()
    expect(page.locator(".credits")).to_have_text("© OpenStreetMap contributors")


def test_an_unknown_zone_in_the_url_is_said(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?zone=Z9999", may_fail=True).ready()
    expect(page.locator("#card")).to_contain_text("There is no zone Z9999")


def test_a_city_that_is_wider_than_the_window_is_drawn_from_afar(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?at=38.926,114.246,9").ready()
    assert page.evaluate("twin.map.leaflet.getZoom()") == 9
    assert page.evaluate("document.querySelectorAll('.leaflet-tile-pane canvas').length") > 0
