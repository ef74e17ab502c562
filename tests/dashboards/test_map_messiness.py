"""Messiness on the map and in the card in real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboards.tokens import LIGHT
from tests.dashboards.conftest import City, Open
from tests.dashboards.seen import FAR, assert_drawn, coloured, squeezed
from tests.dashboards.town_causes import messiness_of

pytestmark = pytest.mark.acceptance


def test_messiness_is_a_lens_of_its_own_whatever_the_goal(city: City, visit: Open) -> None:
    page = coloured(visit(f"{city.server.url}/?lens=messiness&{FAR}").ready(), "messiness")
    assert_drawn(page, "Z0008", LIGHT["mess-4"])
    counts = page.locator(".legend-row").evaluate_all("rows => rows.map(r => r.dataset.zones)")
    values = [messiness_of(at) for at in range(len(city.town.codes))]
    over = sum(value is not None and value >= 0.5 for value in values)
    expect(page.locator("#result .headline")).to_have_text(
        f"{over} of {len(values) - values.count(None)} lie at 0.5 or above"
    )
    page.click("#goal-select")
    page.click("text=Population density")
    page.wait_for_selector(".city-map[data-goal='population_density']")
    page.wait_for_timeout(400)
    assert page.locator(".legend-row").evaluate_all("rows => rows.map(r => r.dataset.zones)") == counts
    assert_drawn(page, "Z0008", LIGHT["mess-4"])


def test_the_card_shows_messiness_with_its_metrics(city: City, visit: Open) -> None:
    page = visit(f"{city.server.url}/?lens=messiness&zone=Z0008").ready()
    form = page.locator("[data-block='form']")
    expect(form.locator(".figure")).to_have_text("0.72")
    expect(form).to_contain_text("0.67 to 0.78 at 95 %, 172 buildings.")
    first = form.locator("tbody tr").first
    assert squeezed(first.inner_text()).startswith("Buildingsbehindotherbuildings")
    assert squeezed(first.inner_text()).endswith("31%0.60×0.40")
    expect(form.locator("tr", has_text="Irregular spacing")).to_contain_text("shown only")
    page.evaluate("twin.view.change({ zone: 'Z0009' })")
    expect(page.locator("#card .no-data").first).to_contain_text("Not measured: fewer than 30 buildings.")
