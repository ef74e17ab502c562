"""``twin qgis``: what it writes, and what it tells people to do."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

import psycopg
import pytest
from click.testing import CliRunner, Result

from layers.schema import Layer
from twin.cli import main
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.migrate import migrate
from twin.database.sources import StoredCity, fix_city
from twin.database.tables import make_tables
from twin.discover import discover

SRID, EXTENT = 4547, [495_000.0, 4_315_000.0, 505_000.0, 4_325_000.0]


def make_city() -> None:
    with connect() as connection:
        migrate(connection)
        fix_city(connection, StoredCity("Testtown", SRID, None, "xiongan_2035", EXTENT))
        make_tables(connection, discover("layers", Layer), SRID)


def qgis(out: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["qgis", "--out", str(out), *more])


def test_a_city_without_zones_and_scores_opens_on_its_area(store: Cluster, tmp_path: Path) -> None:
    make_city()
    done = qgis(tmp_path / "city.qgz")
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "city.qgz") as archive:
        text = archive.read("city.qgs").decode()
    assert "<xmin>495000.000</xmin>" in text
    assert "twin_rows_building" in text
    assert "twin_score_" not in text
    assert f"host={store.socket}" in done.stdout
    assert "user=YOUR_NAME" in done.stdout
    assert "TWIN_LISTEN=0.0.0.0:5433" in done.stdout
    assert "password" not in done.stdout.replace("ask for the password", "")


def test_where_twin_listens_it_says_how_colleagues_come_in(
    store: Cluster, fresh_settings: Callable[..., None], tmp_path: Path
) -> None:
    make_city()
    fresh_settings(TWIN_HOME=str(store.home), TWIN_LISTEN="twin.example.org:5433")
    done = qgis(tmp_path / "city.qgz", "--for", "viewers")
    section = done.stdout.partition("Other machines")[2]
    for line in ("host=twin.example.org", "port=5433", "sslmode=require", "channel_binding=require"):
        assert line in section.splitlines()


@pytest.mark.parametrize("any_store", ["dsn"], indirect=True)
def test_of_a_server_of_ones_own_it_tells_the_address_and_neither_name_nor_password(
    private_cluster: Cluster, any_store: str, tmp_path: Path
) -> None:
    assert any_store == "dsn"
    make_city()
    done = qgis(tmp_path / "city.qgz")
    assert done.exit_code == 0, done.output
    assert f"host={private_cluster.socket}" in done.stdout
    assert "dbname=elsewhere" in done.stdout
    for secret in ("city_office", "only-in-tests"):
        assert secret not in done.output


def test_an_ending_that_qgis_does_not_know_and_an_empty_store_are_refused(store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    wrong = qgis(tmp_path / "city.gpkg")
    assert (wrong.exit_code, "does not end in .qgz" in wrong.output) == (2, True)
    empty = qgis(tmp_path / "city.qgz")
    assert (empty.exit_code, "the store is empty" in empty.output) == (1, True)
    assert not (tmp_path / "city.qgz").exists()


def test_all_that_a_viewer_finds_in_the_project_a_viewer_may_read(store: Cluster, tmp_path: Path) -> None:
    make_city()
    qgis(tmp_path / "city.qgz", "--for", "viewers")
    with zipfile.ZipFile(tmp_path / "city.qgz") as archive:
        root = fromstring(archive.read("city.qgs"))
    sources = [each.text or "" for each in root.iter("datasource")]
    tables = {f'"{schema}"."{name}"' for each in sources for schema, name in re.findall(r'table="(\w+)"."(\w+)"', each)}
    assert len(tables) == len(discover("layers", Layer))
    with psycopg.connect(store.dsn()) as connection:
        connection.execute("SET ROLE twin_viewer")
        for table in sorted(tables | {"plain.scores_on_map", "plain.flags_on_map"}):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
