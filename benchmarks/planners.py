"""Fifty planners at once, on this machine: each pans over tiles and clicks a zone now and then; how long they wait.

Run: python -m benchmarks.planners [--planners 50] [--seconds 20] [--folder DIR]. A planner looks at a screenful of
tiles (zones and buildings, as the map asks), waits a moment, then clicks a zone: the callback of its card. Load comes
from the same machine, bounded: one connection a planner.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from benchmarks.dense_city import dense_city
from benchmarks.machine import described, table
from benchmarks.pan import rank, served
from benchmarks.tiles import places
from twin.database.connect import connect
from twin.database.tiles import layer_version

SCREEN, PAUSE_S, ZOOMS = 6, (1.0, 3.0), (12, 13, 14, 15)
CALLBACKS = "/_dash-update-component"
CARD = {
    "output": "card.children",
    "outputs": {"id": "card", "property": "children"},
    "changedPropIds": ["zone.data"],
    "state": [{"id": "lang", "property": "data", "value": "en"}],
}


@dataclass
class Seen:
    """Seconds of each kind of answer, and answers that were none."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"tile": [], "click": []})
    errors: list[str] = field(default_factory=list)


async def timed(seen: Seen, kind: str, ask: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Ask, and note how long it took."""
    started = time.perf_counter()
    try:
        reply = await ask()
    except httpx.HTTPError as error:
        seen.errors.append(repr(error))
        return
    seen.seconds[kind].append(time.perf_counter() - started)
    if reply.status_code not in (200, 204):
        seen.errors.append(f"{kind}: {reply.status_code} {reply.text[:200]}")


async def planner(
    client: httpx.AsyncClient,
    seen: Seen,
    until: float,
    paths: dict[int, list[str]],
    codes: list[str],
    draw: random.Random,
) -> None:
    """One planner, until the time is over."""
    await asyncio.sleep(draw.uniform(0, PAUSE_S[1]))
    while time.monotonic() < until:
        screen = paths[draw.choice(ZOOMS)]
        at = draw.randrange(len(screen) - SCREEN)
        for path in screen[at : at + SCREEN]:
            await timed(seen, "tile", partial(client.get, path))
        await asyncio.sleep(draw.uniform(*PAUSE_S))
        chosen = {"zone": draw.choice(codes), "goal": "", "lens": ""}
        inputs = [{"id": name, "property": "data", "value": value} for name, value in chosen.items()]
        await timed(seen, "click", partial(client.post, CALLBACKS, json={**CARD, "inputs": inputs}))


async def together(url: str, planners: int, seconds: float) -> Seen:
    """All planners at once."""
    with connect() as connection:
        versions = {layer: layer_version(connection, layer) for layer in ("zone", "building")}
        tiles = {z: places(connection, z, 4 ** min(z - 10, 4)) for z in ZOOMS}
        codes = [row["code"] for row in connection.execute("SELECT code FROM layer.zone")]
    paths = {
        z: [f"/tiles/{layer}/{z}/{x}/{y}.mvt?v={version}" for _, x, y in found for layer, version in versions.items()]
        for z, found in tiles.items()
    }
    seen, until = Seen(), time.monotonic() + seconds
    # The server closes connections that were idle for five seconds.
    limits = httpx.Limits(max_connections=planners, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30, headers={"Origin": url}) as client:
        await asyncio.gather(
            *(planner(client, seen, until, paths, codes, random.Random(number)) for number in range(planners))
        )
    return seen


def main() -> None:
    """Serve, let them look, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--planners", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--folder", type=Path, help="where the city is kept for the next call")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as spare,
        dense_city(options.folder or Path(spare), options.rows),
        served() as url,
    ):
        rounds = [asyncio.run(together(url, options.planners, options.seconds)) for _ in range(2)]
    rows = []
    for name, seen in zip(("first, all made", "second, from memory"), rounds, strict=True):
        for kind, seconds in seen.seconds.items():
            shown = [f"{1000 * rank(seconds, share):.0f}" for share in (0.5, 0.95, 0.99)]
            rows.append((name, kind, f"{len(seconds)}", *shown, f"{len(seen.errors)}"))
    print(described(), table(("round", "what", "answers", "p50 ms", "p95", "p99", "errors"), rows), sep="\n\n")
    for error in [error for seen in rounds for error in seen.errors][:3]:
        print(error)


if __name__ == "__main__":
    main()
