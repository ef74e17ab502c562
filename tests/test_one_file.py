"""One file, found by itself: the examples of CONTRIBUTING.md are put into their folders, and no other file changes.

A layer's file gives table, constraints, load target, history, tiles, legend, export, reference and conformance test; an
index's file is scored by a profile that names it; a reader's and an exporter's file are used by their endings.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import pyproj
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from shapely.geometry import Point

from layers.schema import Layer
from pipelines.load import load
from pipelines.readers.reader import reader_for
from pipelines.recipe import read_recipe
from tests.layers import test_conformance
from tests.pipelines.conftest import CRS, EAST, NORTH, SmallCity, building, zone
from twin import discover as discovery
from twin.cli import main
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.published import read_city
from twin.discover import discover
from twin.goals import load_profile
from twin.index import Index
from twin.runs.engine import score

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLES = dict(
    re.findall(
        r"^`([\w/]+\.(?:py|toml))`:\n\n```\w+\n(.*?)^```$",
        (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
)
"""The files that CONTRIBUTING.md shows, by their place in the repository."""

ZOOM = 15


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every Python file of CONTRIBUTING.md, each in a folder that is added to its package."""
    made, folders = [], set()
    for place, text in EXAMPLES.items():
        if not place.endswith(".py"):
            continue
        file = tmp_path / "added" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        package = ".".join(Path(place).parts[:-1])
        folders.add((package, file.parent))
        made.append((package, file.stem))
    for package, parent in folders:
        folder = importlib.import_module(package)
        monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(parent)])
    discovery._found.cache_clear()
    yield tmp_path / "added"
    for package, name in made:
        sys.modules.pop(f"{package}.{name}", None)
        vars(sys.modules[package]).pop(name, None)
    discovery._found.cache_clear()


@pytest.fixture
def city(added: Path, tmp_path: Path) -> SmallCity:  # noqa: ARG001
    """Two zones, a house, and benches as GeoJSON in degrees: one of them has more seats than there are."""
    made = SmallCity(tmp_path)
    made.file("zones.gpkg", [zone("Z1", 0, 0), zone("Z2", 100, 0)])
    made.file("buildings.gpkg", [building("B1", 20, 20)])
    write_benches(made, {"B1": 2, "B2": 12, "B3": 4, "B4": 1})
    for layer, name in (("zone", "zones.gpkg"), ("building", "buildings.gpkg"), ("bench", "benches.geojson")):
        made.source(layer, name)
    made.write()
    return made


def write_benches(city: SmallCity, seats: dict[str, int]) -> None:
    """Benches in a row through the first zone, each 10 m east for its number."""
    places = [Point(EAST + 10 * int(name[1:]), NORTH + 10) for name in seats]
    rows = gpd.GeoDataFrame({"bench_id": list(seats), "seats": list(seats.values())}, geometry=places, crs=CRS)
    rows.to_crs(4326).to_file(city.folder / "benches.geojson", engine="pyogrio")


def load_into(city: SmallCity) -> dict[str, Any]:
    """Load the city; what became of its benches."""
    done = load(read_recipe(city.folder))
    (benches,) = [each for each in done.sources if each.layer == "bench"]
    return vars(benches)


def test_contributing_shows_a_file_of_each_kind() -> None:
    assert list(EXAMPLES) == [
        "layers/bench.py",
        "layers/noise.py",
        "twin/indices/bench_seats.py",
        "data/profiles/seats_for_all.toml",
        "pipelines/readers/jsonl.py",
        "twin/exporters/jsonl.py",
    ]


def test_a_layers_file_is_a_load_target_whose_broken_rows_are_told_in_words(store: Cluster, city: SmallCity) -> None:  # noqa: ARG001
    came = load_into(city)
    assert (came["read"], came["loaded"], came["rejected"]) == (4, 3, 1)
    with connect() as connection:
        (row,) = connection.execute("SELECT * FROM twin.reject WHERE layer = 'bench'").fetchall()
    assert (row["key"], row["field"], row["rule"]) == ("B2", "seats", "seats_maximum")
    assert row["reason"] == "seats is 12, more than 9"
    assert row["hint"] == "Use at most 9."


def test_a_layers_file_is_a_table_with_constraints_and_history(store: Cluster, city: SmallCity) -> None:  # noqa: ARG001
    load_into(city)
    insert = (
        "INSERT INTO layer.bench (bench_id, seats, geom) VALUES (%s, %s, ST_SetSRID(ST_Point(500010, 4310010), 4547))"
    )
    with connect() as connection:
        with pytest.raises(psycopg.errors.CheckViolation, match="seats is 0, less than 1"), connection.transaction():
            connection.execute(insert, ["B9", 0])
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute(insert, ["B1", 2])
    write_benches(city, {"B1": 3, "B3": 4, "B4": 1})
    load_into(city)
    with connect() as connection:
        former = connection.execute("SELECT operation, bench_id, seats, version FROM history.bench").fetchall()
        now = connection.execute("SELECT seats, version FROM layer.bench WHERE bench_id = 'B1'").fetchone()
    assert former == [{"operation": "update", "bench_id": "B1", "seats": 2, "version": 1}]
    assert now == {"seats": 3, "version": 2}


def tile_of(x: float, y: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile in which a place of the small city lies."""
    longitude, latitude = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(EAST + x, NORTH + y)
    north = math.asinh(math.tan(math.radians(latitude)))
    return int((longitude + 180) / 360 * 2**zoom), int((1 - north / math.pi) / 2 * 2**zoom)


def ask(server: FastAPI, path: str) -> tuple[int, bytes]:
    """Status and body of what the server answers, asked within this process."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def go() -> None:
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        more = {"http_version": "1.1", "headers": [], "scheme": "http", "server": ("here", 80), "root_path": ""}
        async with server.router.lifespan_context(server):
            await server({**scope, **more, "client": ("here", 1)}, receive, send)

    asyncio.run(go())
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_a_layers_file_is_served_as_tiles(store: Cluster, city: SmallCity) -> None:  # noqa: ARG001
    from dashboards.app import make_app

    load_into(city)
    x, y = tile_of(10, 10, ZOOM)
    status, tile = ask(make_app(), f"/tiles/bench/{ZOOM}/{x}/{y}.mvt")
    assert status == 200
    assert b"bench" in tile
    assert b"seats" in tile
    assert ask(make_app(), f"/tiles/table/{ZOOM}/{x}/{y}.mvt")[0] == 404


def as_text(component: Any) -> str:
    """A component of the page with all that is in it, as it is sent to the browser."""
    return json.dumps(component, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_a_layers_file_has_its_switch_and_its_colour_on_the_map(store: Cluster, city: SmallCity) -> None:  # noqa: ARG001
    from dashboards.pages.map import body
    from dashboards.state import View
    from twin.database.store import Store

    load_into(city)
    server = Store()
    server.open()
    with server.read() as connection:
        small = read_city(connection)
    assert small is not None
    pages = {lang: as_text(body(server, small, View(lang=lang))) for lang in ("en", "zh")}
    server.close()
    assert '"Benches"' in pages["en"]
    assert '"长椅"' in pages["zh"]
    drawn = r'"id": "bench", "version": "\d+-\d+", "style": \{"fill": "accent", "line": "panel"'
    assert re.search(drawn, pages["en"])


def test_a_layers_file_is_exported(store: Cluster, city: SmallCity, tmp_path: Path) -> None:  # noqa: ARG001
    load_into(city)
    done = CliRunner().invoke(main, ["export", "bench", "--out", str(tmp_path / "out.gpkg")])
    assert done.exit_code == 0, done.output
    rows = gpd.read_file(tmp_path / "out.gpkg")
    assert dict(zip(rows["bench_id"], rows["seats"], strict=True)) == {"B1": 2, "B3": 4, "B4": 1}
    assert rows.crs == pyproj.CRS.from_epsg(4547)
    assert rows.geometry.iloc[0].distance(Point(EAST + 10, NORTH + 10)) < 0.001


def test_a_layers_and_an_indexs_file_are_in_the_reference(added: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.syspath_prepend(PROJECT / "docs" / "reference")
    pages = importlib.import_module("make").reference()
    assert "## bench\n\n**Benches** (长椅). Benches in streets and parks." in pages["layers.md"]
    assert "| `seats` | Seats | 座位 | integer |" in pages["layers.md"]
    assert "## bench_seats" in pages["indices.md"]
    assert "| `least_seats` | `1` |" in pages["indices.md"]
    assert "## jsonl" in pages["readers.md"]
    assert "## jsonl" in pages["exporters.md"]


def test_a_layers_file_is_held_to_the_conformance_of_all_layers(added: Path) -> None:  # noqa: ARG001
    bench = discover("layers", Layer)["bench"]
    tests = [
        each for name, each in inspect.getmembers(test_conformance, inspect.isfunction) if name.startswith("test_")
    ]
    of_a_layer = [each for each in tests if "layer" in inspect.signature(each).parameters]
    assert len(of_a_layer) >= 10
    for each in of_a_layer:
        each(bench)


def test_an_indexs_file_is_scored_by_a_profile_that_names_it(store: Cluster, city: SmallCity, tmp_path: Path) -> None:  # noqa: ARG001
    load_into(city)
    (tmp_path / "seats_for_all.toml").write_text(EXAMPLES["data/profiles/seats_for_all.toml"], encoding="utf-8")
    assert "bench_seats" in discover("twin.indices", Index)
    done = score(load_profile("seats_for_all.toml", tmp_path))
    with connect() as connection:
        rows = connection.execute(
            "SELECT zone, value, attainment, n FROM twin.score WHERE run_id = %s ORDER BY zone", [done.run]
        ).fetchall()
    # One bench with 2 seats and one with 4 in the hectare of the first zone; the one with a single seat is too small.
    assert rows == [
        {"zone": "Z1", "value": 6.0, "attainment": 1.0, "n": 2},
        {"zone": "Z2", "value": 0.0, "attainment": 0.0, "n": 0},
    ]


def test_a_readers_file_opens_files_of_its_ending(store: Cluster, city: SmallCity) -> None:  # noqa: ARG001
    city.text(
        "more.jsonl",
        f'{{"bench_id": "J1", "seats": 3, "east": {EAST + 150}, "north": {NORTH + 50}}}\n'
        f'{{"bench_id": "J2", "seats": 0, "east": {EAST + 160}, "north": {NORTH + 50}}}\n',
    )
    assert reader_for(city.folder / "more.jsonl").id == "jsonl"
    city.source("bench", "more.jsonl", f'crs = "{CRS}"\nx = "east"\ny = "north"')
    city.write()
    done = load(read_recipe(city.folder))
    counts = {each.source: (each.loaded, each.rejected) for each in done.sources}
    assert counts["more.jsonl"] == (1, 1)
    with connect() as connection:
        (row,) = connection.execute("SELECT row_number, reason FROM twin.reject WHERE key = 'J2'").fetchall()
    assert row == {"row_number": 2, "reason": "seats is 0, less than 1"}


def test_an_exporters_file_writes_files_of_its_ending(store: Cluster, city: SmallCity, tmp_path: Path) -> None:  # noqa: ARG001
    load_into(city)
    done = CliRunner().invoke(main, ["export", "bench", "--out", str(tmp_path / "out.jsonl")])
    assert done.exit_code == 0, done.output
    rows = pd.read_json(tmp_path / "out.jsonl", lines=True)
    assert rows["bench_id"].tolist() == ["B1", "B3", "B4"]
    assert rows["seats"].tolist() == [2, 4, 1]


def test_without_the_files_there_is_no_trace_of_them() -> None:
    assert "bench" not in discover("layers", Layer)
    assert "bench_seats" not in discover("twin.indices", Index)
