"""What a page shows, read from the screen: colours of zones on the canvas, places of zones, clicks on them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Page

Found = TypeVar("Found")

FAR = "at=38.926,114.246,13&layers=street,water_body"
"""A place and zoom that show the whole town, without the buildings whose shade lies over the colours of zones."""

SAMPLE = """([code, side]) => fetch(`/zones/${code}.json`).then((answer) => answer.json()).then((found) => {
  const map = twin.map.leaflet, colours = [];
  const [[south, west], [north, east]] = found.bounds;
  for (let i = 1; i < side; i++) for (let j = 1; j < side; j++) {
    const place = L.latLng(south + (north - south) * i / side, west + (east - west) * j / side);
    if (twin.map.zoneAt(place) !== code) continue;
    const at = map.latLngToContainerPoint(place), box = map.getContainer().getBoundingClientRect();
    for (const canvas of document.querySelectorAll(".leaflet-tile-pane canvas")) {
      const tile = canvas.getBoundingClientRect();
      const x = at.x + box.x - tile.x, y = at.y + box.y - tile.y;
      if (x < 0 || y < 0 || x >= tile.width || y >= tile.height) continue;
      const scale = canvas.width / tile.width;
      colours.push([...canvas.getContext("2d").getImageData(x * scale, y * scale, 1, 1).data].slice(0, 3).join());
    }
  }
  return colours;
})"""


def commonest_colour(page: Page, zone: str) -> str:
    """The colour that most of a zone is drawn in, as #RRGGBB."""
    colours = page.evaluate(SAMPLE, [zone, 14])
    ((colour, _),) = Counter(colours).most_common(1)
    return "#" + "".join(f"{int(part):02X}" for part in colour.split(","))


def awaited(page: Page, read: Callable[[], Found], holds: Callable[[Found], bool], seconds: float = 30) -> Found:
    """What is read once it holds, or what was read last: a busy machine draws late, a broken page never."""
    until = time.monotonic() + seconds
    while not holds(found := read()) and time.monotonic() < until:
        page.wait_for_timeout(50)
    return found


def assert_drawn(page: Page, zone: str, colour: str, within: int = 0) -> None:
    """Most of a zone comes to be drawn in a colour, each channel of it within so much."""

    def is_near(seen: str) -> bool:
        return all(abs(a - b) <= within for a, b in zip(channels(seen), channels(colour), strict=True))

    seen = awaited(page, lambda: commonest_colour(page, zone), is_near)
    assert is_near(seen), f"{zone} is drawn in {seen}, not in {colour}"


def assert_in_pane(page: Page, pane: str, colour: str, above: int = 20) -> None:
    """More than so many pixels of a pane come to have a colour."""

    def count() -> int:
        return int(page.evaluate(COLOURS_IN_PANE, pane).get(rgb(colour), 0))

    seen = awaited(page, count, lambda pixels: pixels > above)
    assert seen > above, f"{seen} pixels of the {pane} are {colour}"


def assert_glyph(page: Page, zone: str) -> None:
    """A glyph comes to stand on a zone."""

    def ink() -> int:
        return int(page.evaluate(INK_IN_PANE, ["glyphs", zone]))

    assert awaited(page, ink, lambda pixels: pixels > 15) > 15, f"no glyph stands on {zone}"


def middle(page: Page, zone: str) -> tuple[float, float]:
    """Where the middle of a zone is on the screen."""
    x, y = page.evaluate(
        """code => fetch(`/zones/${code}.json`).then(a => a.json()).then(({bounds}) => {
          const at = twin.map.leaflet.latLngToContainerPoint(L.latLngBounds(bounds).getCenter());
          const box = twin.map.leaflet.getContainer().getBoundingClientRect();
          return [box.x + at.x, box.y + at.y];
        })""",
        zone,
    )
    return x, y


def click_zone(page: Page, zone: str) -> None:
    page.mouse.click(*middle(page, zone))
    page.wait_for_selector(f"#card h2:has-text('{zone}')")


def channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def mixed(colour: str, ground: str, strength: float) -> str:
    parts = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{int(strength * over + (1 - strength) * under):02X}" for over, under in parts)


INK_IN_PANE = """([pane, code]) => fetch("/places.json").then((answer) => answer.json()).then((places) => {
  const map = twin.map.leaflet, canvas = map.getPane(pane).querySelector("canvas");
  const at = map.latLngToContainerPoint(places[code].slice(0, 2)), box = map.getContainer().getBoundingClientRect();
  const frame = canvas.getBoundingClientRect(), scale = canvas.width / frame.width;
  const [x, y] = [(at.x + box.x - frame.x - 9) * scale, (at.y + box.y - frame.y - 9) * scale];
  const seen = canvas.getContext("2d").getImageData(x, y, 18 * scale, 18 * scale).data;
  return seen.filter((value, place) => place % 4 === 3 && value > 128).length;
})"""

COLOURS_IN_PANE = """(pane) => {
  const canvas = twin.map.leaflet.getPane(pane).querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), found = {};
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) continue;
    const colour = [data[at], data[at + 1], data[at + 2]].join();
    found[colour] = (found[colour] || 0) + 1;
  }
  return found;
}"""


def rgb(colour: str) -> str:
    """A colour as ``COLOURS_IN_PANE`` names it."""
    return ",".join(str(part) for part in channels(colour))


def coloured(page: Page, lens: str) -> Page:
    """The page once its zones are to have the colours of a lens."""
    page.wait_for_selector(f".city-map[data-lens='{lens}']")
    return page


def squeezed(text: str) -> str:
    """A text without its spaces, which are of several kinds."""
    return re.sub(r"\s", "", text)
