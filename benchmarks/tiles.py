"""Vector tiles of half a million buildings: ours against the plain query, over HTTP against tipg and an empty answer.

Run: python -m benchmarks.tiles [--rows 500000] [--folder DIR] [--tipg PYTHON]. The plain query is ``ST_AsMVT`` of five
columns with ``ST_Transform`` in it. The peer over HTTP comes from a virtual environment of its own
(``python -m venv DIR; DIR/bin/pip install tipg uvicorn``), whose Python ``--tipg`` names; without it it is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from benchmarks.dense_city import dense_city
from benchmarks.machine import described, table
from layers.schema import Layer
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.tiles import Frames, Place, keep_tile, layer_version, make_tile, may_hold_rows, tile_kept
from twin.discover import discover

SRID = 4547
PLACES = {10: 1, 11: 2, 12: 4, 13: 8, 14: 12, 15: 24, 16: 40}
"""Tiles of each zoom that are made in turn."""

HTTP_ZOOM, HTTP_TILES, ANSWERS = 15, 120, 1500
NAIVE = """
WITH frame AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile),
shapes AS (
    SELECT building_id, use, floors, dwellings, built_year,
        ST_AsMVTGeom(ST_Transform(geom, 3857), frame.tile) AS geom
    FROM layer.building, frame WHERE building.geom && ST_Transform(frame.tile, 4547)
)
SELECT ST_AsMVT(shapes, 'building', 4096, 'geom') AS tile FROM shapes
"""
MIDDLE = """
SELECT floor(%(n)s * (ST_X(p) / 40075016.6856 + 0.5))::int AS x,
    floor(%(n)s * (0.5 - ST_Y(p) / 40075016.6856))::int AS y
FROM (SELECT ST_Transform(ST_SetSRID(ST_Centroid((SELECT ST_Extent(geom)::geometry FROM layer.zone)), 4547), 3857) AS p)
    AS middle
"""
SERVE = """
import sys, uvicorn
from fastapi.responses import Response
from dashboards.app import make_app
app = make_app()
@app.get("/empty", response_class=Response)
async def empty() -> Response:
    return Response(status_code=204)
# Dash answers every path that is left, so this one must come before.
app.router.routes.insert(0, app.router.routes.pop())
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""
TIPG = "import sys, uvicorn; uvicorn.run('tipg.main:app', port=int(sys.argv[1]), log_level='error')"


def places(connection: Connection, z: int, count: int) -> list[Place]:
    """Tiles around the city's middle, nearest rings first."""
    row = connection.execute(MIDDLE, {"n": 2**z}).fetchone()
    assert row is not None
    around = [(dx, dy) for dx in range(-9, 10) for dy in range(-9, 10)]
    around.sort(key=lambda step: (max(abs(step[0]), abs(step[1])), step))
    return [(z, row["x"] + dx, row["y"] + dy) for dx, dy in around[:count]]


def timed(act: Callable[[Place], int], wanted: list[Place]) -> tuple[float, int]:
    """Seconds a tile, and the size of the largest."""
    started = time.perf_counter()
    largest = max(act(place) for place in wanted)
    return (time.perf_counter() - started) / len(wanted), largest


def ways(connection: Connection) -> dict[str, Callable[[Place], int]]:
    """By name: makes one tile of what a map asks for, and says its bytes: zones and buildings below zoom 12."""
    layers, frames = discover("layers", Layer), Frames()

    def each(act: Callable[[Layer, Place], int], place: Place) -> int:
        asked = ("zone", "building") if place[0] < 12 else ("building",)
        return max(act(layers[name], place) for name in asked if may_hold_rows(layers[name], SRID, place))

    def live(layer: Layer, place: Place) -> int:
        frame = frames.of(connection, SRID, place)
        return len(make_tile(connection, layer, SRID, place, frame, whole=layer.id == "zone").body)

    def stored(layer: Layer, place: Place) -> int:
        found = tile_kept(connection, layer, SRID, place, frames.of(connection, SRID, place))
        assert found.body is not None
        return len(found.body)

    def keep(layer: Layer, place: Place) -> int:
        frame = frames.of(connection, SRID, place)
        made = make_tile(connection, layer, SRID, place, frame, whole=layer.id == "zone")
        keep_tile(connection, layer, SRID, place, made)
        return len(made.body)

    def naive(place: Place) -> int:
        row = connection.execute(NAIVE, dict(zip("zxy", place, strict=True))).fetchone()
        return len(bytes(row["tile"] or b"")) if row else 0

    return {
        "naive": naive,
        "live": lambda place: each(live, place),
        "keep": lambda place: each(keep, place),
        "stored": lambda place: each(stored, place),
    }


def by_zoom(repeats: int, first_zoom: int, last_zoom: int) -> str:
    """Ways in turn, several times; medians."""
    rows = []
    with connect() as connection:
        found = ways(connection)
        started = time.perf_counter()
        found["live"](places(connection, 12, 1)[0])
        first = time.perf_counter() - started
        for z in range(first_zoom, last_zoom + 1):
            count = PLACES[z]
            wanted = places(connection, z, count)
            timed(found["keep"], wanted)
            often = wanted * max(1, 24 // len(wanted))
            turns = {"naive": wanted, "live": often, "stored": often}
            rounds = [{way: timed(found[way], tiles) for way, tiles in turns.items()} for _ in range(repeats)]
            seconds = {way: statistics.median(each[way][0] for each in rounds) for way in turns}
            ratios = sorted(each["naive"][0] / each["live"][0] for each in rounds)
            rows.append(
                (
                    f"{z} ({count})",
                    *(f"{1 / seconds[way]:,.1f}" for way in turns),
                    f"{statistics.median(ratios):.1f} ({ratios[0]:.1f}-{ratios[-1]:.1f})",
                    f"{rounds[0]['naive'][1] / 1000:,.0f} / {rounds[0]['live'][1] / 1000:.1f}",
                )
            )
    heads = ("z (tiles)", "naive, tiles/s", "live", "stored", "live / naive", "largest kB, naive / live")
    return table(heads, rows) + f"\n\nThe first tile with cells, which counts all of them: {first:.1f} s."


@contextlib.contextmanager
def running(command: list[str], path: str, **environment: str) -> Iterator[http.client.HTTPConnection]:
    """A server in a process of its own, and a connection to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([*command, str(port)], env={**os.environ, **environment})
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for _ in range(150):
            with contextlib.suppress(OSError):
                fetched(client, path)
                break
            client.close()
            time.sleep(0.2)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(timeout=20)


def fetched(client: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, bytes]:
    """Status and body; gzip is accepted."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    client.request("GET", path, headers={"Accept-Encoding": "gzip", **named})
    reply = client.getresponse()
    return reply.status, reply.read()


def rate(act: Callable[[], tuple[int, bytes]], count: int, wanted: int) -> float:
    """Answers a second."""
    started = time.perf_counter()
    for _ in range(count):
        assert act()[0] == wanted
    return count / (time.perf_counter() - started)


def over_http(cluster: Cluster, tipg: str, repeats: int) -> str:
    """Live tiles beside tipg's, and answers without a body beside an empty one."""
    with connect() as connection:
        wanted = places(connection, HTTP_ZOOM, HTTP_TILES)
        version = layer_version(connection, "building")
    part = conninfo_to_dict(cluster.dsn())
    host = quote(str(part["host"]), safe="")
    database = f"postgresql://{part['user']}:{quote(str(part['password']))}@{host}/{part['dbname']}"
    rows: dict[str, list[float]] = {}
    for _ in range(repeats):
        if tipg:
            path = "/collections/layer.building/tiles/WebMercatorQuad/{}/{}/{}?properties=building_id,use"
            chosen = {"DATABASE_URL": database, "TIPG_DB_SCHEMAS": '["layer"]'}
            with running([tipg, "-c", TIPG], path.format(*wanted[0]), **chosen) as client:
                rows.setdefault("tipg", []).append(each_once(client, path, wanted))
        with connect() as connection:
            connection.execute("TRUNCATE twin.tile")
        with running([sys.executable, "-c", SERVE], "/healthz") as client:
            path = "/tiles/building/{}/{}/{}.mvt"
            fetched(client, path.format(*wanted[-1]))
            rows.setdefault("live", []).append(each_once(client, path, wanted[:-1]))
            for name, found in bodiless(client, path.format(*wanted[0]), version).items():
                rows.setdefault(name, []).append(found)
    best = {name: statistics.median(found) for name, found in rows.items()}
    shown = [
        (name, f"{value:,.0f}", f"{value / best['empty']:.2f}", f"{value / best['tipg']:.2f}" if "tipg" in best else "")
        for name, value in best.items()
    ]
    return table(("answer", "a second", "× empty", "× tipg"), shown)


def bodiless(client: http.client.HTTPConnection, bare: str, version: str) -> dict[str, float]:
    """Answers a second: an empty one, two kinds of 304, and a tile from the server's memory."""
    tag = f'"building-{version}"'
    asked = {
        "empty": ("/empty", "", 204),
        "304 as the map asks": (f"{bare}?v={version}", tag, 304),
        "304 without a version": (bare, tag, 304),
        "from memory": (f"{bare}?v={version}", "", 200),
    }
    return {
        name: rate(partial(fetched, client, path, If_None_Match=tag), ANSWERS, code)
        for name, (path, tag, code) in asked.items()
    }


def each_once(client: http.client.HTTPConnection, path: str, wanted: list[Place]) -> float:
    """Tiles a second, each asked for once."""
    started = time.perf_counter()
    for place in wanted:
        status, body = fetched(client, path.format(*place))
        assert status == 200, (status, body[:300])
        assert len(body) > 100
    return len(wanted) / (time.perf_counter() - started)


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--zooms", default="10-16", help="first and last zoom")
    parser.add_argument("--folder", type=Path, help="where the city is kept for the next call")
    parser.add_argument("--tipg", default="", help="Python of the environment that tipg is installed in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare, dense_city(options.folder or Path(spare), options.rows) as cluster:
        print(described(), by_zoom(options.repeats, *map(int, options.zooms.split("-"))), sep="\n\n", flush=True)
        print("\n" + over_http(cluster, options.tipg, options.repeats))


if __name__ == "__main__":
    main()
