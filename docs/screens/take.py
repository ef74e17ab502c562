"""Pictures of the map in Chromium: ``python docs/screens/take.py [--url URL] [--out FOLDER] [NAME …]``.

The page must be served already (``twin serve``). Each picture is a view of its own; all views come from URLs.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--disable-background-networking")
WIDE, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One picture: its size, what stands in the URL, whether a zone in the middle is clicked, the zoom in steps, and
    whether the zone of the URL fills the map.
    """

    size: tuple[int, int]
    query: str = ""
    zone: bool = False
    nearer: int = 0
    filled: bool = False


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
}


def take(browser: Browser, url: str, picture: Picture, file: Path) -> None:
    """Open a view, wait until its tiles are drawn, and save the picture."""
    width, height = picture.size
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1 + (width < 768))
    page.goto(f"{url}?theme=light&{picture.query}" if "theme" not in picture.query else f"{url}?{picture.query}")
    page.wait_for_selector(".city-map[data-drawn][data-goal]", timeout=60_000)
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
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    with urlopen(f"{given.url}healthz") as answer:
        assert answer.status == 200
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium") or "chromium", args=list(ARGUMENTS))
        for name in given.names or PICTURES:
            take(browser, given.url, PICTURES[name], given.out / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
