"""Pictures of the map in Chromium: ``python docs/screens/take.py [--url URL] [--out FOLDER] [NAME …]``.

The page must be served already (``twin serve``). Each picture is a view of its own; all views come from URLs. Those of
the edit page are seen by a signed-in editor: ``--user NAME``, with the password in TWIN_PASSWORD.
"""

from __future__ import annotations

import argparse
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--disable-background-networking")
WIDE, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One picture: its size, what stands in the URL, whether a zone in the middle is clicked, the zoom in steps, and
    whether the zone of the URL fills the map. ``page`` is another page than the map; ``steps`` is what is done on it.
    """

    size: tuple[int, int]
    query: str = ""
    zone: bool = False
    nearer: int = 0
    filled: bool = False
    page: str = ""
    steps: tuple[str, ...] = ()
    signed_in: bool = False


EDITED = "edit=building.2429&at=38.941575,113.978185,19"
SHAPED = (
    "twin.acts['edit-tool']('shape')",
    "document.querySelector('.marker-icon:not(.marker-icon-middle)') !== null",
    "twin.edit.setShape(twin.edit.state.items[0], twin.edit.moved(twin.edit.state.items[0]))",
    "twin.edit.tell('items', 'tool')",
)
"""Open a building and move one of its corners; ``moved`` is put into the page below."""

MOVED = """void (twin.edit.moved = (item) => {
  const shape = twin.edit.copy(item.base.geometry);
  const ring = shape.coordinates[0][0];
  ring[1] = [ring[1][0] - 0.000055, ring[1][1] + 0.00003];
  return shape;
})"""

HIGH = "twin.edit.setField('floors', 860), twin.edit.tell('items')"
STALE = """twin.edit.setField('floors', 3), twin.edit.setField('use', 'mixed'), twin.edit.tell('items'),
twin.edit.conflict.show(twin.edit.state.items[0], { ...twin.edit.copy(twin.edit.state.items[0].row),
  version: twin.edit.state.items[0].version + 1, edited_by: 'wei',
  fields: { ...twin.edit.state.items[0].base.fields, floors: 1, residents: 4 } })"""

PICTURES = {
    "map": Picture(WIDE),
    "map-dark": Picture(WIDE, "theme=dark"),
    "map-zone": Picture(WIDE, zone=True),
    "map-near": Picture(WIDE, zone=True, nearer=2),
    "map-near-dark": Picture(WIDE, "theme=dark", zone=True, nearer=2),
    "map-zone-zh": Picture(WIDE, "lang=zh", zone=True),
    "map-1280": Picture((1280, 800)),
    "map-1024": Picture((1024, 768), zone=True),
    "map-phone": Picture(PHONE),
    "map-phone-zone": Picture(PHONE, zone=True),
    "map-phone-dark": Picture(PHONE, "theme=dark", zone=True),
    "map_cause": Picture(WIDE, "lens=cause"),
    "map_messiness": Picture(WIDE, "lens=messiness"),
    "map_zone_cause": Picture(WIDE, "lens=cause&zone=Z020", filled=True),
    "map_zone_cause_zh": Picture(WIDE, "lens=cause&zone=Z020&lang=zh", filled=True),
    "map_zone_cause_dark": Picture(WIDE, "lens=cause&zone=Z020&theme=dark", filled=True),
    "map_zone_cause_phone": Picture(PHONE, "lens=cause&zone=Z020"),
    "map_zone_cause_sewer": Picture(WIDE, "lens=cause&goal=sewer_treatment&zone=Z028", filled=True),
    "edit": Picture(WIDE, EDITED, page="edit", signed_in=True, steps=(*SHAPED, HIGH)),
    "edit_dark": Picture(WIDE, f"{EDITED}&theme=dark", page="edit", signed_in=True, steps=(*SHAPED, HIGH)),
    "edit_zh": Picture(WIDE, f"{EDITED}&lang=zh", page="edit", signed_in=True, steps=SHAPED),
    "edit_conflict": Picture(WIDE, EDITED, page="edit", signed_in=True, steps=(STALE,)),
    "edit_signed_out": Picture(WIDE, EDITED, page="edit"),
    "edit_phone": Picture(PHONE, EDITED, page="edit", signed_in=True, steps=(HIGH,)),
    "edit_phone_dark": Picture(PHONE, f"{EDITED}&theme=dark&lang=zh", page="edit", signed_in=True),
    "edit_phone_layers": Picture(PHONE, EDITED, page="edit", signed_in=True, steps=("twin.acts.panel('layers')",)),
}


SIGN_IN = """content => fetch("/sign-in", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
})"""


def prepare(page: Page, picture: Picture) -> None:
    """Do the steps of a picture of the edit page; one that asks is waited for."""
    page.wait_for_selector("#edit-form h2")
    page.evaluate("localStorage.clear()")
    page.evaluate(MOVED)
    for step in picture.steps:
        if step.startswith("document."):
            page.wait_for_function(step)
        else:
            page.evaluate(f"void ({step})")


def take(browser: Browser, url: str, picture: Picture, file: Path, user: str) -> None:
    """Open a view, wait until its tiles are drawn, and save the picture."""
    width, height = picture.size
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1 + (width < 768))
    if picture.signed_in:
        page.goto(f"{url}healthz")
        page.evaluate(SIGN_IN, {"name": user, "password": os.environ["TWIN_PASSWORD"]})
    theme = "" if "theme" in picture.query else "theme=light&"
    page.goto(f"{url}{picture.page}?{theme}{picture.query}")
    goal = "" if picture.page else "[data-goal]"
    page.wait_for_selector(f".city-map[data-drawn]{goal}", timeout=60_000)
    if picture.page:
        prepare(page, picture)
    for _ in range(picture.nearer):
        page.keyboard.press("+")
        page.wait_for_timeout(700)
    if picture.zone:
        box = page.locator(".city-map").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] * 0.385, box["y"] + box["height"] * (0.4 if width < 768 else 0.58))
        page.wait_for_selector("#card-value")
    if picture.filled:
        page.wait_for_timeout(800)
        page.evaluate("twin.selection.show()")
    page.mouse.move(5, 5)
    page.wait_for_timeout(2000)
    page.screenshot(path=file)
    page.close()


def main() -> None:
    """Take the pictures that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}; default all")
    parser.add_argument("--url", default="http://localhost:8050/")
    parser.add_argument("--user", default="", help="who edits, for the pictures of the edit page")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    with urlopen(f"{given.url}healthz") as answer:
        assert answer.status == 200
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium") or "chromium", args=list(ARGUMENTS))
        for name in given.names or PICTURES:
            if PICTURES[name].signed_in and not given.user:
                continue
            take(browser, given.url, PICTURES[name], given.out / f"{name}.png", given.user)
        browser.close()


if __name__ == "__main__":
    main()
