"""Tiles over HTTP: from memory, from the store, made; two servers of one city; and what ``/metrics`` says of it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.dashboards.conftest import City
from tests.dashboards.served import Served
from tests.dashboards.test_server import tile_at
from tests.twin.database.mvt import content


@pytest.fixture
def second(city: City) -> Iterator[Served]:
    """Another server of the same town."""
    server = Served(city.home).start()
    yield server
    server.stop()


def metrics(server: Served) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What a server says of itself, by name and labels."""
    answer = server.get("/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def tiles_by(server: Served, way: str, z: int) -> float:
    """Tiles of a zoom that a server answered in one way."""
    return metrics(server).get(("twin_tiles_total", (("way", way), ("zoom", str(z)))), 0.0)


def version_of(city: City, path: str) -> str:
    """The version of a tile's layer."""
    return city.server.get(path).headers["etag"].strip('"').split("-", 1)[1]


def test_a_tile_is_made_once_then_comes_from_memory(city: City) -> None:
    path = f"/tiles/street/{tile_at(city, 16)}"
    address = f"{path}?v={version_of(city, path)}"
    made, remembered = tiles_by(city.server, "live", 16), tiles_by(city.server, "memory", 16)
    for _ in range(3):
        assert city.server.get(address).status == 200
    assert tiles_by(city.server, "live", 16) == made
    assert tiles_by(city.server, "memory", 16) == remembered + 3


def test_a_version_that_the_browser_has_is_answered_without_a_tile(city: City) -> None:
    path = f"/tiles/street/{tile_at(city, 15)}"
    version = version_of(city, path)
    before = tiles_by(city.server, "live", 15)
    again = city.server.get(f"{path}?v={version}", If_None_Match=f'"street-{version}"')
    assert (again.status, again.body) == (304, b"")
    assert "immutable" in again.headers["cache-control"]
    assert tiles_by(city.server, "live", 15) == before


def test_what_one_server_keeps_another_shows(city: City, second: Served) -> None:
    path = f"/tiles/building/{tile_at(city, 14)}"
    first = city.server.get(path, Accept_Encoding="gzip")
    z, x, y = (int(part) for part in tile_at(city, 14).removesuffix(".mvt").split("/"))
    with psycopg.connect(city.cluster.dsn()) as owner:
        # Small as it is the tile is quickly made, and not kept: keep another content in its place, to know it again.
        owner.execute(
            "SELECT twin.keep_tile('building', %s, %s, %s, %s, pg_current_snapshot(),"
            " (SELECT count(*) FROM twin.change WHERE layer = 'building'), %s)",
            (z, x, y, form(), gzip.compress(b"kept")),
        )
    assert second.get(path).body == b"kept"
    assert tiles_by(second, "stored", 14) == 1
    with psycopg.connect(city.cluster.dsn()) as owner:
        owner.execute("UPDATE layer.building SET floors = floors WHERE building_id = 'B000000'")
        owner.execute("DELETE FROM twin.dirty")
    later = second.get(path)
    assert (later.body, later.headers["etag"]) != (b"kept", first.headers["etag"])
    assert content(later.body) == content(gzip.decompress(first.body))


def form() -> str:
    """How the buildings' tiles are made in the town."""
    from dashboards.server.tiles import drawn_layers
    from twin.database.tile_parts import form_of

    return form_of(drawn_layers()["building"], 4547)


def test_metrics_are_those_of_routes_not_of_addresses(city: City) -> None:
    city.server.get("/tiles/zone/13/1/1.mvt")
    city.server.get("/zones/Z0001.json")
    found = metrics(city.server)
    counted = {labels for name, labels in found if name == "twin_request_seconds_count"}
    routes = {dict(labels)["route"] for labels in counted}
    assert {"/tiles/{layer}/{z}/{x}/{y}.mvt", "/metrics"} <= routes
    assert not any("Z0001" in route for route in routes)
    assert found["twin_store_up", ()] == 1
    assert found["twin_newest_run_age_seconds", ()] > 0
    assert ("twin_dirty_zones", ()) in found
    assert found["twin_pool", (("pool", "reading"), ("what", "size"))] >= 1


def test_names_that_the_operators_page_lists_are_those_that_are_counted(city: City) -> None:
    from twin.settings import PROJECT

    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = {name for name, _ in metrics(city.server) if not name.endswith(("_bucket", "_sum", "_created"))}
    assert names
    assert [name for name in names if name.removesuffix("_count") not in page] == []
