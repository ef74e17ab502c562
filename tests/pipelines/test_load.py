"""Merging by key: what a second load changes, keeps and closes."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.outcome import Outcome
from pipelines.recipe import read_recipe
from tests.pipelines.conftest import SmallCity, building, square, zone
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.sources import only_load, rejects
from twin.errors import StoreBusy, StoreMismatch


def run(city: SmallCity, only: str | None = None) -> dict[str, Outcome]:
    return {each.layer: each for each in load(read_recipe(city.write()), only=only).sources}


def column(connection: Connection, statement: str) -> list[object]:
    return [next(iter(row.values())) for row in connection.execute(statement)]


def contents(connection: Connection) -> str:
    """A hash of all rows of all layers, their ids and versions."""
    text = ""
    for layer in ("zone", "building", "street", "green_area"):
        text += str(column(connection, f"SELECT t::text FROM layer.{layer} AS t ORDER BY id"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_village_is_loaded_with_the_lineage_of_every_row(any_store: str, village: SmallCity) -> None:  # noqa: ARG001
    done = run(village)
    assert {name: (o.read, o.loaded, o.rejected) for name, o in done.items()} == {
        "zone": (2, 2, 0),
        "building": (3, 3, 0),
        "street": (1, 1, 0),
        "green_area": (1, 1, 0),
    }
    with connect() as connection:
        row = connection.execute(
            "SELECT b.source_row, s.path, l.file_hash FROM layer.building b JOIN twin.source s ON s.id = b.source_id "
            "JOIN twin.load l ON l.id = b.load_id WHERE building_id = 'B1'"
        ).fetchone()
    digest = hashlib.sha256((village.folder / "buildings.gpkg").read_bytes()).hexdigest()
    assert row == {"source_row": 2, "path": "buildings.gpkg", "file_hash": digest}


def test_the_same_files_again_change_nothing(any_store: str, village: SmallCity) -> None:  # noqa: ARG001
    run(village)
    with connect() as connection:
        before = contents(connection)
    again = run(village)
    with connect() as connection:
        assert contents(connection) == before
        assert column(connection, "SELECT count(*) FROM history.building") == [0]
    assert all(o.skipped and o.loaded == 0 and o.read == o.unchanged for o in again.values())


def test_a_changed_file_changes_just_the_rows_that_differ(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    run(village)
    rows = [building("B0", 0, 20), building("B1", 20, 20, floors=7), building("B3", 60, 20)]
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", rows)
    done = run(village)["building"]
    assert (done.read, done.loaded, done.unchanged, done.rejected, done.closed) == (3, 2, 1, 0, 1)
    with connect() as connection:
        now = connection.execute("SELECT building_id, floors, version FROM layer.building ORDER BY 1").fetchall()
        former = connection.execute("SELECT building_id, floors, operation FROM history.building ORDER BY 1").fetchall()
    assert [tuple(row.values()) for row in now] == [("B0", 2, 1), ("B1", 7, 2), ("B3", 2, 1)]
    assert [tuple(row.values()) for row in former] == [("B1", 2, "update"), ("B2", 2, "vanish")]


def test_a_moved_geometry_is_a_change(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    run(village)
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [building("B0", 0.001, 20), building("B1", 20, 20), building("B2", 40, 20)])
    done = run(village)["building"]
    assert (done.loaded, done.unchanged, done.closed) == (1, 2, 0)


def test_a_row_that_is_broken_now_stays_as_it_was(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    run(village)
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [building("B0", 0, 20, floors=-1), building("B1", 20, 20), building("B2", 40, 20)])
    done = run(village)["building"]
    assert (done.loaded, done.unchanged, done.rejected, done.closed) == (0, 2, 1, 0)
    with connect() as connection:
        assert column(connection, "SELECT floors FROM layer.building WHERE building_id = 'B0'") == [2]
        assert [r["reason"] for r in rejects(connection, "building")] == ["floors is -1, less than 0"]


def test_mended_rows_leave_quarantine(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("buildings.gpkg", [building("B0", 0, 20), building("B0", 20, 20)])
    assert run(village)["building"].rejected == 1
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [building("B0", 0, 20), building("B1", 20, 20)])
    assert run(village)["building"].rejected == 0
    with connect() as connection:
        assert rejects(connection) == []
        assert column(connection, "SELECT count(*) FROM twin.reject") == [1]


def test_a_double_key_is_rejected_and_names_the_first_row(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("buildings.gpkg", [building("B0", 0, 20), building("B1", 20, 20), building("B0", 40, 20)])
    done = run(village)["building"]
    assert (done.read, done.loaded, done.rejected) == (3, 2, 1)
    with connect() as connection:
        (reject,) = rejects(connection)
        # Nobody took it out by hand.
        assert column(connection, "SELECT count(*) FROM history.building") == [0]
    assert (reject["row_number"], reject["reason"]) == (3, "building_id 'B0' stands already in row 1")
    assert reject["original"]["dwellings"] == 4


def test_several_sources_feed_one_layer_and_do_not_close_each_other(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("more.gpkg", [building("M1", 0, 40), building("B0", 20, 40)])
    village.source("building", "more.gpkg")
    loaded = load(read_recipe(village.write())).sources
    first, second = [o for o in loaded if o.layer == "building"]
    assert (first.loaded, second.loaded, second.rejected) == (3, 1, 1)
    with connect() as connection:
        (reject,) = rejects(connection)
        assert reject["reason"] == "building_id 'B0' belongs to buildings.gpkg"
    again = [o for o in load(read_recipe(village.write())).sources if o.layer == "building"]
    assert [o.closed for o in again] == [0, 0]


def test_keys_are_made_from_content_and_equal_rows_get_an_ordinal(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    house = {"dwellings": 2, "geometry": square(0, 0)}
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [house, house, {"dwellings": 3, "geometry": square(20, 0)}])
    assert run(village)["building"].loaded == 3
    with connect() as connection:
        keys = [str(k) for k in column(connection, "SELECT building_id FROM layer.building ORDER BY source_row")]
    assert keys[1] == f"{keys[0]}-2"
    assert len(set(keys)) == 3
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [house, {"dwellings": 4, "geometry": square(20, 0)}, house])
    done = run(village)["building"]
    assert (done.loaded, done.unchanged, done.closed) == (1, 2, 1)


def test_what_lies_in_no_zone_is_loaded_and_counted(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("buildings.gpkg", [building("B0", 0, 20), building("FAR", 900, 20)])
    done = run(village)["building"]
    assert (done.loaded, done.outside) == (2, 1)


def test_overlapping_zones_are_kept_and_warned_of(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("zones.gpkg", [zone("Z1", 0, 0), zone("Z2", 90, 0)])
    loaded = load(read_recipe(village.write()))
    assert loaded.notes == [
        "1 pairs of zones overlap by 1,000 m² in all, most of it Z1 and Z2; both keep what lies there, "
        "the city counts it once"
    ]


def test_unknown_columns_are_kept_in_attributes(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("buildings.gpkg", [building("B0", 0, 20, roof="flat", storeys_below=1)])
    run(village)
    with connect() as connection:
        assert column(connection, "SELECT attributes FROM layer.building") == [{"roof": "flat", "storeys_below": 1}]


def test_another_city_is_refused_naming_both_and_the_way_out(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    run(village)
    village.city = village.city.replace("Smallville", "Otherton")
    with pytest.raises(StoreMismatch, match=r"holds Smallville.*Otherton.*TWIN_HOME"):
        run(village)


def test_only_one_layer_can_be_loaded(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    assert list(run(village, only="zone")) == ["zone"]
    with connect() as connection:
        assert column(connection, "SELECT count(*) FROM layer.building") == [0]


def test_a_rehearsal_writes_nothing(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.file("buildings.gpkg", [building("B0", 0, 20), building("B1", 20, 20, floors=-1), building("B0", 40, 20)])
    loaded = load(read_recipe(village.write()), dry_run=True)
    done = next(o for o in loaded.sources if o.layer == "building")
    assert (done.read, done.loaded, done.rejected) == (3, 1, 2)
    with connect() as connection:
        assert column(connection, "SELECT count(*) FROM twin.city") == [0]


def test_a_second_load_at_once_is_refused_by_name(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    with (
        connect(autocommit=True, program="twin load") as other,
        only_load(other),
        pytest.raises(StoreBusy, match=r"another load is writing \(process \d+, since"),
    ):
        run(village)


def test_readers_see_the_old_city_until_a_source_is_complete(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    run(village)
    (village.folder / "buildings.gpkg").unlink()
    village.file("buildings.gpkg", [building(f"N{n}", n, 20) for n in range(2000)])
    seen: set[object] = set()
    stop = threading.Event()

    def watch() -> None:
        with connect(autocommit=True) as connection:
            while not stop.is_set():
                seen.update(column(connection, "SELECT count(*) FROM layer.building"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    run(village)
    stop.set()
    watcher.join()
    assert seen <= {3, 2000}


def test_a_reload_reads_what_other_offices_changed_only_in_their_own_rows(tmp_path: Path, store: Cluster) -> None:  # noqa: ARG001
    city = SmallCity(tmp_path)
    city.file("a.gpkg", [building("A", 0, 0)])
    city.file("b.gpkg", [building("B", 20, 0)])
    city.source("building", "a.gpkg")
    city.source("building", "b.gpkg")
    load(read_recipe(city.write()))
    (tmp_path / "a.gpkg").unlink()
    city.file("a.gpkg", [building("A", 0, 0, floors=9)])
    outcomes = load(read_recipe(city.write())).sources
    assert [(o.loaded, o.unchanged, o.skipped) for o in outcomes] == [(1, 0, False), (0, 1, True)]
