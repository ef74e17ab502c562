"""The edit page as GIS staff use it, in real Chromium, with a worker beside the server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboards.conftest import Open
from tests.dashboards.edit_village import PASSWORD, Village, served_village
from tests.dashboards.test_account import type_in
from tests.dashboards.test_map_for_everyone import WIDER

pytestmark = pytest.mark.acceptance

PHONE = (390, 844)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with served_village(tmp_path_factory.mktemp("edit_page"), "--worker") as found:
        yield found


SIGN_IN = """content => fetch("/sign-in", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
})"""


def entered(visit: Open, village: Village, edit: str = "building") -> Page:
    """The page with an editor signed in, ready to be used."""
    page = visit(f"{village.server.url}/healthz", may_fail=True).page
    page.set_default_timeout(15_000)
    page.evaluate(SIGN_IN, {"name": "ana", "password": PASSWORD})
    page.goto(f"{village.server.url}/edit?edit={edit}")
    page.wait_for_selector(".city-map[data-drawn]")
    page.wait_for_selector("[data-do='edit-tool'][data-with='draw']:not([disabled])")
    return page


def opened(page: Page, key: str) -> None:
    """Open a row by its key, as one does without a mouse."""
    page.locator("#edit-find").fill(key)
    page.locator("#edit-find").press("Enter")
    page.wait_for_selector(f"#edit-form h2:has-text('{key}')")


def saved(page: Page, version: int) -> None:
    page.locator("#edit-save").click()
    expect(page.locator("#edit-status")).to_contain_text(f"Version {version}.")


def changed_by(village: Village, who: str, layer: str, key: str, **fields: Any) -> None:
    """Somebody else saves a row meanwhile."""
    caller = village.caller(who)
    row = caller.get(f"/edit/{layer}/row.json?key={key}").json
    change = {"operation": "update", "id": row["id"], "version": row["version"], "fields": fields}
    assert caller.post(f"/edit/{layer}", {"changes": [change]}).status == 200


def test_somebody_signs_in_draws_a_park_sees_access_change_undoes_it_and_signs_out(
    village: Village, visit: Open
) -> None:
    page = visit(f"{village.server.url}/edit?edit=green_area", may_fail=True).page
    page.wait_for_selector(".city-map[data-drawn]")
    draw = page.locator("[data-do='edit-tool'][data-with='draw']")
    expect(draw).to_be_disabled()
    page.locator("#edit-form").get_by_role("button", name="Sign in to edit").click()
    type_in(page, "ana", PASSWORD)
    expect(draw).to_be_enabled()
    draw.click()
    expect(page.locator("#edit-measure")).to_contain_text("Click corner by corner")
    page.wait_for_function("twin.edit.shape.isDrawing")
    box = page.locator(".city-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5
    for right, down in ((0, 0), (60, 0), (60, 60), (0, 60)):
        page.mouse.click(x + right, y + down)
    page.keyboard.press("Enter")
    expect(page.locator("#edit-said")).to_have_text("1 field to mend")
    page.get_by_label("Kind").select_option("park")
    page.get_by_label("Access").select_option("public")
    expect(page.locator("#edit-after")).to_contain_text("Z0")
    saved(page, 1)
    expect(page.locator("#toast")).to_contain_text("Saved: Green area")
    expect(page.locator("#edit-after")).to_contain_text("Public green within a walk: 0")
    expect(page.locator("#follow")).to_contain_text("Public green within a walk")
    listed = page.locator("#edit-today .edit-row").first
    expect(listed).to_contain_text("new")
    listed.get_by_role("button", name="Undo this change").click()
    expect(page.locator("#toast")).to_contain_text("Undone")
    expect(page.locator("#edit-form h3")).to_contain_text("none is open")
    page.locator(".top .account-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(draw).to_be_disabled()
    assert village.one("SELECT count(*) FROM layer.green_area") == 1


def test_scores_that_are_there_before_the_saved_row_was_read_back_are_shown(village: Village, visit: Open) -> None:
    page = entered(visit, village)
    opened(page, "B0-3")
    newest = "SELECT max(id) FROM twin.run WHERE status = 'done'"
    known = village.one(newest)

    def slowly(route: Route) -> None:
        end = time.monotonic() + 60
        while village.one(newest) == known and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(1)
        route.continue_()

    page.route("**/edit/building/*.json", slowly)
    page.get_by_label("Dwellings").fill("31")
    page.locator("#edit-save").click()
    expect(page.locator("#edit-after")).to_contain_text("Scores after saving")


def test_a_click_opens_the_form_and_faults_stand_at_their_fields(village: Village, visit: Open) -> None:
    page = entered(visit, village)
    opened(page, "B0-7")
    page.keyboard.press("Escape")
    at = page.evaluate(
        """async () => {
          const row = await (await fetch("/edit/building/row.json?key=B0-8")).json();
          const [lng, lat] = row.geometry.coordinates[0][0][0];
          const map = twin.map.leaflet, box = map.getContainer().getBoundingClientRect();
          map.setView([lat, lng], 19, { animate: false });
          const place = map.latLngToContainerPoint([lat, lng]);
          return [box.x + place.x, box.y + place.y];
        }"""
    )
    page.mouse.click(*at)
    page.wait_for_selector("#edit-form h2:has-text('B0-8')")
    page.wait_for_function("location.search.includes('edit=building.')")
    floors = page.get_by_label("Floors")
    floors.fill("900")
    expect(page.locator("#edit-fault-floors")).to_have_text("floors is 900, more than 200. Use at most 200.")
    expect(page.locator("#edit-said")).to_have_text("1 field to mend")
    expect(page.locator("#edit-save")).to_be_disabled()
    floors.fill("two")
    expect(page.locator("#edit-fault-floors")).to_have_text(
        "floors is 'two', not a whole number. Write a whole number."
    )
    page.keyboard.press("Control+z")
    expect(page.get_by_label("Floors")).to_have_value("")
    page.keyboard.press("Control+Shift+Z")
    expect(page.get_by_label("Floors")).to_have_value("two")
    page.get_by_label("Floors").fill("3")
    # What the store alone can see comes back to its field, too.
    page.get_by_label("Building", exact=True).fill("B0-9")
    page.locator("#edit-save").click()
    expect(page.locator("#edit-fault-building_id")).to_have_text(
        "building_id 'B0-9' stands already in another row. Give each row a key of its own."
    )
    page.get_by_label("Building", exact=True).fill("B0-8")
    saved(page, 2)
    page.get_by_role("button", name="History").click()
    expect(page.locator("#edit-history li").first).to_contain_text("Floors – → 3")


def test_a_stale_edit_shows_both_versions_and_is_merged(village: Village, visit: Open) -> None:
    page = entered(visit, village, "street")
    opened(page, "H00")
    page.get_by_label("Name").fill("<b>Ana's lane</b>")
    page.get_by_label("Lanes").fill("2")
    changed_by(village, "bo", "street", "H00", name="Bo's lane", surface="paved")
    page.locator("#edit-save").click()
    panel = page.locator("#edit-conflict")
    expect(panel).to_contain_text("bo saved version 2 (browser,")
    expect(panel.locator("h3")).to_contain_text("was not saved: it has changed since you opened it")
    ticked = panel.locator("[aria-checked='true']")
    expect(ticked).to_have_text(["2", "paved", "<b>Ana's lane</b>"])
    panel.locator("[data-of='name'] [data-side='theirs']").click()
    panel.get_by_role("button", name="Save as version 3").click()
    expect(page.locator("#edit-status")).to_contain_text("Version 3.")
    row = village.caller().get("/edit/street/row.json?key=H00").json["fields"]
    assert (row["name"], row["lanes"], row["surface"]) == ("Bo's lane", 2, "paved")


def test_a_vertex_is_moved_refused_where_the_ring_crosses_and_kept_as_a_draft(village: Village, visit: Open) -> None:
    page = entered(visit, village, "green_area")
    opened(page, "G")
    before = village.caller().get("/edit/green_area/row.json?key=G").json
    page.locator("[data-do='edit-tool'][data-with='shape']").click()
    vertices = page.locator(".marker-icon:not(.marker-icon-middle)")
    expect(vertices).to_have_count(4)
    boxes = [vertices.nth(n).bounding_box() for n in range(4)]
    places = [(box["x"] + 6, box["y"] + 6) for box in boxes if box]
    # The first corner goes over the side that faces it.
    page.mouse.move(*places[0])
    page.mouse.down()
    over = [(places[1][n] + places[2][n]) * 0.7 - (places[0][n] + places[3][n]) * 0.2 for n in (0, 1)]
    page.mouse.move(*over, steps=8)
    page.mouse.up()
    expect(page.locator("#edit-status")).to_contain_text("Shape changed, not saved")
    page.locator("#edit-save").click()
    expect(page.locator("#edit-fault-geom")).to_contain_text("The geometry is not valid: Self-intersection")
    expect(page.locator(".edit-fault-tip")).to_be_visible()
    page.reload()
    expect(page.locator("#edit-said")).to_have_text("Your unsaved change is kept here.")
    expect(page.locator("#edit-unsaved")).to_contain_text("Green area G")
    page.locator("#edit-discard").click()
    expect(page.locator("#edit-status")).to_contain_text("Nothing changed")
    assert village.caller().get("/edit/green_area/row.json?key=G").json == before
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('twin-draft'))") == []


def test_several_features_are_changed_and_deleted_at_once(village: Village, visit: Open) -> None:
    page = entered(visit, village)
    ids = [village.caller().get(f"/edit/building/row.json?key=B1-{n}").json["id"] for n in (20, 21)]
    for id in ids:
        page.evaluate("id => twin.edit.map.openRow('building', id, true, true)", id)
    expect(page.locator("#edit-form h2")).to_have_text("Buildings, 2 open")
    page.get_by_label("Use").fill("school")
    page.locator("#edit-save").click()
    expect(page.locator("#toast")).to_contain_text("Saved: 2 rows")
    used = [village.caller().get(f"/edit/building/{id}.json").json["fields"]["use"] for id in ids]
    assert used == ["school", "school"]
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".city-map").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#edit-save")).to_have_text("Save: delete 2")
    page.keyboard.press("Control+s")
    expect(page.locator("#edit-form h3")).to_contain_text("none is open")
    assert [village.caller().get(f"/edit/building/{id}.json").status for id in ids] == [404, 404]


def test_without_a_connection_the_change_is_kept(village: Village, visit: Open) -> None:
    page = entered(visit, village)
    opened(page, "B0-12")
    page.get_by_label("Dwellings").fill("5")
    page.context.set_offline(True)
    page.locator("#edit-save").click()
    expect(page.locator("#edit-said")).to_have_text("Not connected. Your unsaved change is kept here.")
    # News from a stream that was open before.
    page.evaluate("twin.followers.forEach((each) => each({ run: 0, said: [] }))")
    assert page.locator("#edit-said").inner_text() == "Not connected. Your unsaved change is kept here."
    page.context.set_offline(False)
    saved(page, 2)


def test_everything_fits_on_every_screen(village: Village, visit: Open) -> None:
    page = entered(visit, village)
    id = village.caller().get("/edit/building/row.json?key=B0-30").json["id"]
    for lang, size in (("en", (1440, 900)), ("zh", (1024, 768)), ("zh", PHONE), ("en", PHONE)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{village.server.url}/edit?edit=building.{id}&lang={lang}")
        page.wait_for_selector("#edit-save")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
        assert page.evaluate(WIDER) == []
        # The sheet of a phone slides up.
        bottom = "document.querySelector('#edit-save').getBoundingClientRect().bottom"
        page.wait_for_function(f"{bottom} < {size[1]}")
