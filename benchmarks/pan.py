"""Chromium pans and zooms over a dense city: frames, long tasks, and how long tiles take.

Run: python -m benchmarks.pan [--rows 500000] [--folder DIR] [--shots DIR]. It steps the map by a few pixels in every
frame for three seconds at each zoom, as dragging does, and prints what the browser saw.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.dense_city import dense_city
from benchmarks.machine import described, table
from benchmarks.tiles import SERVE

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
ZOOMS = (11, 12, 13, 14, 15, 16, 17)

PAN = """
([seconds, dx, dy]) => new Promise((done) => {
  const map = twin.map.leaflet, frames = [], tasks = [];
  performance.clearResourceTimings();
  const watch = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)));
  watch.observe({ entryTypes: ["longtask"] });
  const start = performance.now();
  let last = start;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    if (now - start > seconds * 1000) {
      watch.disconnect();
      const tiles = performance.getEntriesByType("resource").filter((e) => e.name.includes("/tiles/"));
      const bytes = tiles.map((e) => e.encodedBodySize);
      map.fire("moveend");
      done({ frames: frames.slice(1), tasks, tiles: tiles.map((e) => e.duration), bytes });
      return;
    }
    map._rawPanBy(window.L.point(dx, dy));
    map.fire("move");
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The web server on a free port of this machine; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env=dict(os.environ))
    url = f"http://localhost:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
                break
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def settled(page: Page) -> None:
    """Until no tile is asked for any more."""
    page.wait_for_selector(".city-map[data-drawn]", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)


def rank(values: list[float], share: float) -> float:
    """A quantile; 0 of nothing."""
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(name: str, seen: dict[str, Any]) -> tuple[str, ...]:
    """What the browser saw, as a row of the table."""
    frames, tasks, tiles = seen["frames"], seen["tasks"], seen["tiles"]
    return (
        name,
        f"{1000 * len(frames) / max(sum(frames), 1):.0f}",
        f"{rank(frames, 0.95):.0f}",
        f"{max(frames, default=0):.0f}",
        f"{len(tasks)} / {sum(tasks):.0f}",
        f"{len(tiles)}",
        f"{rank(tiles, 0.5):.0f} / {rank(tiles, 0.95):.0f}",
        f"{max(seen['bytes'], default=0) / 1000:.0f}",
    )


def visited(page: Page, shots: Path | None) -> list[tuple[str, ...]]:
    """Pan without layers, which shows what this browser can, then at every zoom."""
    rows = []
    page.evaluate("twin.map.leaflet.getPane('tilePane').style.display = 'none'")
    rows.append(line("no layers", page.evaluate(PAN, [3, -12, 5])))
    page.evaluate("twin.map.leaflet.getPane('tilePane').style.display = ''")
    page.evaluate("twin.map.fit(false)")
    settled(page)
    for zoom in ZOOMS:
        page.evaluate("(z) => twin.map.leaflet.setView(twin.map.leaflet.getCenter(), z, { animate: false })", zoom)
        settled(page)
        if shots:
            page.screenshot(path=shots / f"zoom-{zoom}.png")
        rows.append(line(f"zoom {zoom}", page.evaluate(PAN, [3, -12, 5])))
        page.evaluate("twin.map.fit(false)")
        settled(page)
    return rows


def main() -> None:
    """Serve the city, drive the browser, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--folder", type=Path, help="where the city is kept for the next call")
    parser.add_argument("--shots", type=Path, help="folder for a screenshot at each zoom")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = options.folder or Path(spare)
        with dense_city(folder, options.rows), served() as url, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(url)
            settled(page)
            rows = visited(page, options.shots)
            browser.close()
    heads = ("way", "frames/s", "p95 ms", "max ms", "long tasks, ms", "tiles", "tile p50 / p95 ms", "largest kB")
    print(described(), table(heads, rows), sep="\n\n")


if __name__ == "__main__":
    main()
