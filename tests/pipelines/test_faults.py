"""What happens when the machine fails in the middle: what is printed, and the store as before or complete."""

from __future__ import annotations

import importlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
import shapely

from pipelines.load import load
from pipelines.readers.reader import Chunk
from pipelines.recipe import read_recipe
from tests.pipelines.conftest import EAST, NORTH, SmallCity, building
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.errors import StoreUnavailable

LOAD = """
import sys
from pathlib import Path
from pipelines.load import load
from pipelines.readers.reader import Chunk
from pipelines.recipe import read_recipe
load(read_recipe(Path(sys.argv[1])))
"""
UP = """
import resource, sys
from pathlib import Path
from twin.database.cluster import Cluster
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
Cluster(Path(sys.argv[1])).up()
"""
FULL_AT = 24 * 2**20


def buildings(count: int) -> list[dict[str, object]]:
    return [building(f"B{n}", n % 300, n // 300) for n in range(count)]


def keys() -> set[str]:
    with connect() as connection:
        return {row["building_id"] for row in connection.execute("SELECT building_id FROM layer.building")}


@pytest.fixture
def cramped(tmp_path: Path, fresh_settings: Callable[..., None]) -> Iterator[Cluster]:
    """A private cluster whose files cannot grow beyond a few megabytes: a disk that is full."""
    home = tmp_path / "cramped"
    subprocess.run([sys.executable, "-c", UP, home, str(FULL_AT)], check=True)
    fresh_settings(TWIN_HOME=str(home))
    cluster = Cluster(home)
    yield cluster
    cluster.delete()


def test_a_full_disk_is_told_and_the_layer_is_as_before(cramped: Cluster, village: SmallCity) -> None:
    load(read_recipe(village.write()))
    before = keys()
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [*buildings(3), *[b | {"use": "x" * 900} for b in buildings(60_000)[3:]]])
    with pytest.raises(StoreUnavailable, match=r"cannot write: .*File too large.* make room"):
        load(read_recipe(village.write()))
    assert cramped.is_up()
    assert keys() == before


def test_a_polygon_of_a_million_vertices(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([EAST + 500 * np.cos(angle), NORTH + 500 * np.sin(angle)])
    village.file("buildings.gpkg", [building("B0", 0, 0) | {"geometry": shapely.polygons(ring)}])
    load(read_recipe(village.write()))
    with connect() as connection:
        row = connection.execute("SELECT ST_NPoints(geom) AS n, ST_Area(geom) AS area FROM layer.building").fetchone()
    assert row is not None
    assert row["n"] == 1_000_001
    assert row["area"] == pytest.approx(np.pi * 500**2, rel=1e-6)


def interrupted(folder: Path, sign: signal.Signals, after_s: float) -> tuple[int, str]:
    """A load in a process of its own, sent a signal after so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, folder], env={**os.environ}, stderr=subprocess.PIPE, text=True
    )
    time.sleep(after_s)
    process.send_signal(sign)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_stopped_at_any_moment_the_layer_is_as_before_or_complete(
    store: Cluster,  # noqa: ARG001
    village: SmallCity,
    sign: signal.Signals,
) -> None:
    load(read_recipe(village.write()))
    before = keys()
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [building(f"N{n}", n % 300, n // 300) for n in range(30_000)])
    village.write()
    after = {f"N{n}" for n in range(30_000)}
    dice = random.Random(int(sign))
    for _ in range(3):
        interrupted(village.folder, sign, dice.uniform(1.0, 3.0))
        deadline = time.monotonic() + 60
        while _others_connected() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert keys() in (before, after)
    load(read_recipe(village.write()))
    assert keys() == after


def _others_connected() -> bool:
    with connect() as connection:
        row = connection.execute(
            "SELECT count(*) AS n FROM pg_stat_activity "
            "WHERE application_name = 'twin load' AND pid <> pg_backend_pid()"
        ).fetchone()
    return bool(row and row["n"])


def test_two_loads_at_once_one_is_refused_and_the_store_is_whole(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("buildings.gpkg", [building(f"N{n}", n % 300, n // 300) for n in range(20_000)])
    village.write()
    processes = [
        subprocess.Popen([sys.executable, "-c", LOAD, village.folder], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in processes]
    codes = sorted(process.returncode for process in processes)
    assert codes[0] == 0
    if codes[1]:
        assert any("another load is writing" in text for text in said)
    assert len(keys()) == 20_000


def test_a_lost_connection_is_no_lost_row(store: Cluster, village: SmallCity) -> None:
    load(read_recipe(village.write()))
    with psycopg.connect(store.dsn(), autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert keys() == {"B0", "B1", "B2"}


@pytest.mark.usefixtures("store")
class TestAStoreThatGoesAway:
    def test_killed_in_mid_load_the_layer_is_as_before(
        self, store: Cluster, village: SmallCity, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        load(read_recipe(village.write()))
        (village.folder / "buildings.gpkg").unlink()
        village.file("buildings.gpkg", [building(f"N{n}", n, 20) for n in range(3000)])
        monkeypatch.setattr("pipelines.readers.vector.CHUNK_ROWS", 500)
        killed = kill_after_chunks(store, 3, monkeypatch)
        with pytest.raises(StoreUnavailable, match=r"does not answer: .* Run `twin up`."):
            load(read_recipe(village.write()))
        assert killed == [True]
        store.up()
        with connect() as connection:
            rows = connection.execute("SELECT building_id FROM layer.building ORDER BY 1").fetchall()
        assert [row["building_id"] for row in rows] == ["B0", "B1", "B2"]
        done = {o.layer: o for o in load(read_recipe(village.write())).sources}["building"]
        assert (done.loaded, done.closed) == (3000, 3)

    def test_down_before_the_load(self, store: Cluster, village: SmallCity) -> None:
        store.down()
        with pytest.raises(StoreUnavailable, match="does not answer"):
            load(read_recipe(village.write()))
        store.up()


def kill_after_chunks(store: Cluster, count: int, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Kill the server after so many chunks of a load."""
    load_module = importlib.import_module("pipelines.load")
    killed: list[bool] = []
    real = load_module.clean
    seen = {"chunks": 0}

    def watched(layer: object, source: object, chunk: Chunk, *rest: object) -> object:
        if getattr(layer, "id", "") == "building":
            seen["chunks"] += 1
            if seen["chunks"] == count:
                os.kill(int((store.data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
                killed.append(True)
        return real(layer, source, chunk, *rest)

    monkeypatch.setattr(load_module, "clean", watched)
    return killed
