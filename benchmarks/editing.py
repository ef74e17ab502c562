"""Editing in the browser: milliseconds from a click to the form, from Save to saved, and to the new score on the page.

A city of ``benchmarks.one_edit --keep FOLDER`` is served with its worker; Chromium signs in as an editor, opens a
building, changes its dwellings and saves, again and again; the page hears of the new scores by ``/events``.

Run: python -m benchmarks.editing --home FOLDER/home [--edits 8]
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.machine import described, table
from twin.database.connect import connect

USER, PASSWORD = "bench-editor", "only for this benchmark"
PATIENCE_S = 60
PLACE = """
SELECT b.id, ST_X(p) AS lon, ST_Y(p) AS lat, (SELECT count(*) FROM layer.zone) AS zones
FROM layer.building AS b, LATERAL (SELECT ST_Transform(ST_PointOnSurface(b.geom), 4326) AS p) AS at
ORDER BY b.id OFFSET 1234 LIMIT 1
"""


@contextmanager
def served() -> Iterator[str]:
    """The store of ``TWIN_HOME``, served with a worker beside; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    twin = [sys.executable, "-m", "twin"]
    add = [*twin, "user", "add", USER, "--role", "editor", "--password-stdin"]
    subprocess.run(add, input=PASSWORD, text=True, check=False, capture_output=True)
    process = subprocess.Popen([*twin, "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait()


def edits(page: Page, address: str, place: dict[str, float], count: int) -> dict[str, list[float]]:
    """Milliseconds of each edit, by step."""
    page.request.post(f"{address}/sign-in", data={"name": USER, "password": PASSWORD}, headers={"Origin": address})
    page.goto(f"{address}/edit?edit=building.{place['id']}&at={place['lat']},{place['lon']},19")
    page.wait_for_selector("#edit-save")
    page.wait_for_function("twin.follow.isOpen")
    page.wait_for_timeout(5000)
    page.evaluate("twin.followers.push((found) => { if (!found.flagged) window.scoredAt = performance.now(); })")
    found: dict[str, list[float]] = {"click to form": [], "Save to saved": [], "Save to new score on the page": []}
    for number in range(count):
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
        where = page.evaluate(
            f"(() => {{ const at = twin.map.leaflet.latLngToContainerPoint([{place['lat']}, {place['lon']}]);"
            " const box = twin.map.leaflet.getContainer().getBoundingClientRect();"
            " return [at.x + box.x, at.y + box.y]; })()"
        )
        page.mouse.click(*where)
        page.wait_for_selector("#edit-save")
        page.wait_for_timeout(300)
        opened = page.evaluate("twin.edit.opened")
        page.evaluate("window.scoredAt = 0; twin.edit.took = 0")
        page.locator("#edit-dwellings").fill(str(20 + number))
        page.evaluate("window.savedFrom = performance.now(); document.getElementById('edit-save').click()")
        page.wait_for_function("twin.edit.took > 0")
        page.wait_for_function("window.scoredAt > 0", timeout=60_000)
        scored = page.evaluate("window.scoredAt - window.savedFrom")
        for step, took in zip(found, (opened, page.evaluate("twin.edit.took"), scored), strict=True):
            found[step].append(took)
        page.wait_for_timeout(1500)
    return found


def main() -> None:
    """Measure one city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="TWIN_HOME of a city that is loaded and scored")
    parser.add_argument("--edits", type=int, default=8)
    options = parser.parse_args()
    os.environ |= {"TWIN_HOME": str(options.home), "TWIN_DSN": ""}
    with served() as address, sync_playwright() as play:
        with connect() as connection:
            place = connection.execute(PLACE).fetchone()
        assert place is not None
        chromium = shutil.which("chromium")
        arguments = ["--no-sandbox", "--use-angle=swiftshader"]
        browser = play.chromium.launch(executable_path=chromium, args=arguments)
        found = edits(browser.new_page(viewport={"width": 1440, "height": 900}), address, place, options.edits)
        browser.close()
    rows = [
        (step, f"{statistics.median(took):.0f}", f"{min(took):.0f}–{max(took):.0f}") for step, took in found.items()
    ]
    print(f"{described()}; {place['zones']:,} zones", table(("step", "median ms", "range"), rows), sep="\n\n")


if __name__ == "__main__":
    main()
