from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import write_town
from tests.twin.runs.test_engine import PROFILE, table_hash
from twin.database.backup import backup, rasters_folder, restore
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.errors import BackupError
from twin.runs.engine import score


def rows_of_everything() -> dict[str, int]:
    counted = {}
    with connect() as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename AS t FROM pg_tables WHERE schemaname IN ('layer', 'history', 'twin')"
        ).fetchall()
        for row in tables:
            counted[row["t"]] = connection.execute(f"SELECT count(*) AS n FROM {row['t']}").fetchone()["n"]
    return counted


def test_a_round_trip_keeps_rows_scores_rules_and_rights(any_store: str, tmp_path: Path) -> None:  # noqa: ARG001
    write_town(tmp_path, side=3)
    load(read_recipe(tmp_path))
    run = score(PROFILE).run
    before, scores = rows_of_everything(), table_hash(run)
    assert backup(tmp_path / "all.twin") > 10_000
    with connect() as connection:
        connection.execute("DROP SCHEMA layer, history, staging, twin CASCADE")
    restore(tmp_path / "all.twin")
    assert rows_of_everything() == before
    assert table_hash(run) == scores
    assert table_hash(score(PROFILE).run) == scores
    with connect() as connection:
        triggers = connection.execute("SELECT count(*) AS n FROM pg_trigger WHERE tgname = 'a_rules'").fetchone()
        granted = connection.execute(
            "SELECT has_table_privilege('twin_viewer', 'layer.building', 'SELECT') AS sees, "
            "has_table_privilege('twin_viewer', 'layer.building', 'DELETE') AS deletes"
        ).fetchone()
    assert triggers is not None and triggers["n"] > 5
    assert granted == {"sees": True, "deletes": False}


def test_what_is_no_backup_leaves_the_store_as_it_was(store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    write_town(tmp_path, side=3)
    load(read_recipe(tmp_path))
    before = rows_of_everything()
    (tmp_path / "text.twin").write_text("hello")
    (tmp_path / "empty.twin").touch()
    with tarfile.open(tmp_path / "other.twin", "w") as archive:
        archive.add(tmp_path / "text.twin", "something")
    good = tmp_path / "good.twin"
    backup(good)
    with tarfile.open(good) as archive:
        archive.extractall(tmp_path / "x", filter="data")
    dump = tmp_path / "x" / "twin.dump"
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    with tarfile.open(tmp_path / "half.twin", "w") as archive:
        archive.add(dump, "twin.dump")
    for name in ("text", "empty", "other", "half"):
        with pytest.raises(BackupError):
            restore(tmp_path / f"{name}.twin")
        assert rows_of_everything() == before, name


def test_rasters_travel_with_the_backup(store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    folder = rasters_folder()
    folder.mkdir(exist_ok=True)
    (folder / "population.tif").write_bytes(b"raster")
    backup(tmp_path / "all.twin")
    (folder / "population.tif").unlink()
    restore(tmp_path / "all.twin")
    assert (folder / "population.tif").read_bytes() == b"raster"
