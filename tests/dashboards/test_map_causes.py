"""Causes and messiness on the map in real Chromium, against the real server and a real PostGIS."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import expect

from dashboards.tokens import DARK, LIGHT
from tests.dashboards.conftest import City, Open
from tests.dashboards.seen import (
    COLOURS_IN_PANE,
    FAR,
    INK_IN_PANE,
    assert_drawn,
    assert_glyph,
    assert_in_pane,
    click_zone,
    coloured,
    mixed,
    rgb,
    squeezed,
)
from tests.dashboards.town_causes import class_of_cause, zone_of_cause

pytestmark = pytest.mark.acceptance

GOAL = "broadband_gigabit"
MIDDLE = "at=38.926,114.246,14&layers=street"
"""Zones are wide enough for glyphs there, and not yet near; buildings would shade their colours."""
NEAR = "at=38.926,114.246,16"


@pytest.mark.parametrize("name", ["messy", "technology", "data", "other"])
def test_zones_have_the_colour_and_the_glyph_of_their_cause(city: City, visit: Open, name: str) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=cause&{MIDDLE}").ready(), "cause")
    zone = zone_of_cause(city.town, GOAL, name)
    expected = mixed(LIGHT[name], LIGHT["land"], 0.86)
    assert_drawn(page, zone, expected, within=2)
    assert_glyph(page, zone)


def test_zones_that_reach_the_target_have_no_glyph(city: City, visit: Open) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=cause&{MIDDLE}").ready(), "cause")
    assert_glyph(page, zone_of_cause(city.town, GOAL, "unsure"))
    assert page.evaluate(INK_IN_PANE, ["glyphs", zone_of_cause(city.town, GOAL, "met")]) == 0


def test_glyphs_need_room_and_stand_under_causes_alone(city: City, visit: Open) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=cause&at=38.926,114.246,10").ready(), "cause")
    zone = zone_of_cause(city.town, GOAL, "messy")
    page.wait_for_timeout(500)
    assert page.evaluate(INK_IN_PANE, ["glyphs", zone]) == 0
    other = coloured(visit(f"{city.server.url}/?{MIDDLE}").ready(), "attainment")
    other.wait_for_timeout(500)
    assert other.evaluate(INK_IN_PANE, ["glyphs", zone]) == 0


def test_the_legend_of_causes_counts_all_zones(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?lens=cause").ready()
    rows = page.locator(".legend-row").evaluate_all("rows => rows.map(r => [r.dataset.with, Number(r.dataset.zones)])")
    counts = Counter(class_of_cause(city.town, GOAL, code) for code in city.town.codes)
    assert dict(rows) == counts
    assert [name for name, _ in rows] == ["messy", "technology", "data", "other", "unsure", "few", "met", "none"]
    expect(page.locator("#legend .heading")).to_have_text("What would close the gap")
    expect(page.locator("#result .headline")).to_contain_text(f"{counts['met']} of 36 zones reach the target")


def test_causes_filter_like_any_legend(city: City, visit: Open) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=cause&{FAR}").ready(), "cause")
    page.click(".legend-row[data-with='messy']")
    assert "only=messy" in page.url
    expected = mixed(LIGHT["technology"], LIGHT["land"], 0.86 * 0.22)
    assert_drawn(page, zone_of_cause(city.town, GOAL, "technology"), expected, within=2)


def test_the_card_says_cause_confidence_and_what_would_close_the_gap(city: City, visit: Open) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=cause&{FAR}").ready(), "cause")
    zone = zone_of_cause(city.town, GOAL, "messy")
    click_zone(page, zone)
    card = page.locator("#card")
    expect(card.locator(".cause-head h3")).to_have_text("Built form")
    assert squeezed(card.locator(".chip-strong").inner_text()) == "Strong,94%"
    expect(card.locator(".second")).to_have_text("second: technology")
    expect(card.locator(".closing")).to_have_text(
        "Two thirds of the gap would close if every building had ordinary street access."
    )
    bars = card.locator("[data-block='evidence'] .contrast-row")
    assert [squeezed(text) for text in bars.all_inner_texts()] == [
        "Facingausablestreet33of101",
        "Behindothers,oronalane6of71",
    ]
    expect(card).to_contain_text("most of them of node N0 which is full. A contrast within zones, not an experiment.")
    card.locator("summary").first.click()
    expect(card).to_contain_text(f"Evidence of {zone} in full.")


def test_the_waterfall_is_a_sentence_and_a_table_too(city: City, visit: Open) -> None:
    zone = zone_of_cause(city.town, GOAL, "messy")
    page = visit(f"{city.server.url}/?lens=cause&zone={zone}").ready()
    value = city.town.values[GOAL][city.town.codes.index(zone)]
    summary = page.locator(".falls").get_attribute("aria-label") or ""
    assert squeezed(summary).startswith(f"From{100 * value:.1f}%today:Builtform+")
    assert squeezed(summary).endswith("thetargetis90%.")
    rows = page.locator("table.unseen tr").all_inner_texts()
    parts = [float(row.split("+")[1]) for row in rows if "+" in row]
    assert sum(parts) == pytest.approx(90.0 - round(100 * value, 1), abs=0.001)


def test_what_would_help_names_the_cheapest_access_first(city: City, visit: Open) -> None:
    zone = zone_of_cause(city.town, GOAL, "messy")
    page = visit(f"{city.server.url}/?lens=cause&zone={zone}").ready()
    labels = page.locator(".helps li > span:nth-child(2)").all_inner_texts()
    assert labels == [
        "Widen lanes under 2.8 m",
        "Passages to the second row",
        "More room at N0",
        "Access and supply together",
    ]
    expect(page.locator("[data-block='helps']")).to_contain_text("No reason to clear homes.")


def test_a_cause_that_is_not_sure_is_not_claimed(city: City, visit: Open) -> None:
    zone = zone_of_cause(city.town, GOAL, "unsure")
    page = visit(f"{city.server.url}/?lens=cause&zone={zone}").ready()
    expect(page.locator(".cause-head h3")).to_have_text("Undetermined")
    expect(page.locator(".cause")).to_contain_text("Most likely: Built form, or else technology.")
    assert page.locator(".part-bar.estimate").count() >= 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("data", "12 % of premises have no recent record. If they are like the recorded ones, the target is reached."),
        ("other", "Neither ordinary access nor more supply would close half of the gap."),
        ("few", "A cause is sought from 25 premises on; here there are fewer."),
    ],
)
def test_each_cause_has_a_sentence(city: City, visit: Open, name: str, said: str) -> None:
    page = visit(f"{city.server.url}/?lens=cause&zone={zone_of_cause(city.town, GOAL, name)}").ready()
    assert squeezed(said) in squeezed(page.locator(".cause").inner_text())


def test_goals_without_premises_say_that_no_cause_is_told_apart(city: City, visit: Open) -> None:
    values = city.town.values["population_density"]
    zone = next(code for code, value in zip(city.town.codes, values, strict=True) if value > 10_000)
    page = visit(f"{city.server.url}/?lens=cause&goal=population_density&zone={zone}").ready()
    expect(page.locator("#legend .note")).to_contain_text("No cause is told apart for this goal")
    expect(page.locator(".cause-head h3")).to_have_text("No cause is told apart")
    expect(page.locator(".falls")).to_have_count(0)
    expect(page.locator("#evidence")).to_be_hidden()


def test_evidence_is_drawn_near_by_with_its_legend(city: City, visit: Open) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=cause&{FAR}").ready(), "cause")
    zone = city.town.codes[0]
    click_zone(page, zone)
    page.wait_for_selector(f".city-map[data-evidence='{zone}']")
    assert rgb(LIGHT["messy"]) not in page.evaluate(COLOURS_IN_PANE, "evidence")
    page.click("#evidence >> text=Zoom in to see it")
    page.wait_for_selector("#evidence .evidence-row")
    rows = [squeezed(text) for text in page.locator("#evidence .evidence-row").all_inner_texts()]
    assert rows[:3] == ["Behindothers,oronalane8", "Outofreachofanode1", "Facingausablestreet15"]
    assert any(row.startswith("Node,full") for row in rows)
    for token in ("messy", "technology", "building-in"):
        assert_in_pane(page, "evidence", LIGHT[token])
    assert_in_pane(page, "evidence-points", LIGHT["technology"])
    page.keyboard.press("Escape")
    expect(page.locator("#evidence")).to_be_hidden()
    assert rgb(LIGHT["messy"]) not in page.evaluate(COLOURS_IN_PANE, "evidence")


def test_evidence_follows_the_theme_and_is_asked_for_under_causes_alone(city: City, visit: Open) -> None:
    zone = city.town.codes[0]
    made = visit(f"{city.server.url}/?zone={zone}&{NEAR}")
    asked: list[str] = []
    made.page.on("request", lambda request: asked.append(request.url))
    page = made.ready()
    page.wait_for_timeout(400)
    assert not any("/evidence/" in url for url in asked)
    page.keyboard.press("2")
    page.wait_for_selector(f".city-map[data-evidence='{zone}']")
    page.evaluate("twin.selection.show()")
    page.click(".top .theme-button")
    assert_in_pane(page, "evidence", DARK["messy"])


def test_evidence_that_cannot_be_read_says_so_and_is_tried_again(city: City, visit: Open) -> None:
    made = visit(f"{city.server.url}/?lens=cause", may_fail=True)
    page = made.ready()
    page.route("**/evidence/**", lambda route: route.fulfill(status=500, body="{}"))
    page.evaluate(f"twin.view.change({{ zone: '{city.town.codes[0]}' }})")
    expect(page.locator("#evidence")).to_contain_text("This part could not be read")
    page.unroute("**/evidence/**")
    page.click("#evidence >> text=Try again")
    expect(page.locator("#evidence")).to_contain_text(f"Evidence in {city.town.codes[0]}")


def test_how_this_is_made_says_the_rule_and_its_limits(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?lens=cause").ready()
    page.click("#legend >> text=Method")
    drawer = page.locator("#drawer-content")
    expect(drawer).to_contain_text("It is never an input to eviction")
    expect(drawer).to_contain_text("Operators may pass over poor areas")
    expect(drawer).to_contain_text("Coverage records that are not old")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.keyboard.press("3")
    page.wait_for_selector(".city-map[data-lens='messiness']")
    page.click("#legend >> text=Method")
    expect(drawer).to_contain_text("never the city's own ranks")
    expect(drawer.locator("tr", has_text="Buildings behind other buildings")).to_contain_text("0.02 – 0.5")


def test_keys_change_the_lens_and_the_url_keeps_it(city: City, visit: Open) -> None:
    page = visit(city.server.url).ready()
    for key, name in (("2", "cause"), ("3", "messiness"), ("1", "attainment")):
        page.keyboard.press(key)
        page.wait_for_selector(f".city-map[data-lens='{name}']")
        assert ("lens=" in page.url) == (name != "attainment")


def test_pointing_at_a_zone_says_its_cause(city: City, visit: Open) -> None:
    zone = zone_of_cause(city.town, GOAL, "messy")
    page = coloured(visit(f"{city.server.url}/?lens=cause&{FAR}").ready(), "cause")
    click_zone(page, zone)
    expect(page.locator("#said")).to_contain_text("Built form, Strong, 94")


def test_causes_speak_chinese(city: City, visit: Open) -> None:
    zone = zone_of_cause(city.town, GOAL, "messy")
    page = visit(f"{city.server.url}/?lens=cause&lang=zh&zone={zone}").ready()
    expect(page.locator(".cause-head h3")).to_have_text("建成形态")
    expect(page.locator(".closing")).to_have_text("若每栋建筑都有正常临街通道，约三分之二的差距可以消除。")
    expect(page.locator("#evidence .heading")).to_have_text(f"{zone} 的依据")


def test_on_a_phone_the_evidence_is_drawn_and_the_bar_gives_way(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?lens=cause", size=(390, 844), touch=True).ready()
    expect(page.locator("#lens-select")).to_be_visible()
    page.evaluate(f"twin.view.change({{ zone: '{city.town.codes[0]}' }})")
    page.wait_for_selector("#card-value")
    expect(page.locator("#lens-select")).to_be_hidden()
    assert_in_pane(page, "evidence", LIGHT["messy"], above=0)
