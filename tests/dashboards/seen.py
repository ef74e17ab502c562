"""What a page shows, read from the screen: colours of zones on the canvas, places of zones, clicks on them."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Page

FAR = "at=38.926,114.246,13"
"""A place and zoom that show the whole town with zones in their full colours."""

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
