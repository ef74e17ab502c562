"""A whole real city from OpenStreetMap, where its files are beside the project."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipelines.load import load
from pipelines.outcome import Loaded
from pipelines.readers.osm import osm
from pipelines.readers.reader import reader_for
from pipelines.recipe import Source, read_recipe
from tests.conftest import PROJECT, empty_store, realdata
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.sources import rejects
from twin.goals import load_profile
from twin.runs.engine import score

DEGENERATE = {251380117, 251383707, 411370694, 411753784, 852139552, 1072352981}
PBF = "las_palmas_20230221.osm.pbf"


def table(name: str, where: str = "") -> Source:
    return Source(layer="building", path=PBF, sublayer=name, where=where)


def test_one_broken_ring_among_thirty_thousand_stops_nothing() -> None:
    path = realdata("las_palmas") / PBF
    assert reader_for(path) is osm
    read, refused = 0, {}
    for chunk in osm.open(path, table("multipolygons")).chunks():
        read += int((~shapely.is_missing(chunk.geometry)).sum())
        refused |= {chunk.columns["osm_ref"].iloc[at]: reason for at, reason in chunk.broken.items()}
    assert read == 30_988
    assert set(refused) == {f"way/{number}" for number in DEGENERATE}
    assert all("Invalid number of points in LinearRing" in reason for reason in refused.values())


def test_the_filter_is_applied_after_the_read_and_sees_every_tag() -> None:
    path = realdata("las_palmas") / PBF
    count = {
        where: sum(len(chunk.rows) for chunk in osm.open(path, table(name, where)).chunks())
        for name, where in (
            ("multipolygons", "building IS NOT NULL"),
            ("multipolygons", '"building:levels" IS NOT NULL AND building IS NOT NULL'),
            ("lines", "highway IS NOT NULL"),
            ("lines", "highway = 'residential'"),
        )
    }
    assert list(count.values()) == [22_598 + 3, 830, 13_467, 3_983]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe with the files that a user downloads."""
    source = realdata("las_palmas")
    folder = tmp_path_factory.mktemp("las_palmas")
    shutil.copy(PROJECT / "data" / "recipes" / "las_palmas" / "city.toml", folder)
    for name in (PBF, "school_catchments_excerpt.geojson"):
        (folder / name).symlink_to(source / name)
    return folder


def test_the_city_is_loaded_and_scored(home: Cluster, folder: Path) -> None:  # noqa: ARG001
    empty_store()
    loaded = load(read_recipe(folder))
    _rows_add_up(loaded)
    _places_are_true(folder)
    (note,) = loaded.notes
    assert note.startswith("44 pairs of zones overlap by 703,")
    with connect() as connection:
        refused = {row["key"] for row in rejects(connection) if "LinearRing" in row["reason"]}
    assert refused <= {f"way/{number}" for number in DEGENERATE}
    run = score(load_profile("xiongan_2035")).run
    with connect() as connection:
        rows = connection.execute(
            "SELECT zone, value, n FROM twin.score WHERE run_id = %s AND goal = 'green_access'", [run]
        ).fetchall()
        city = connection.execute(
            "SELECT denominator AS d FROM twin.city_part WHERE run_id = %s AND goal = 'green_access'", [run]
        ).fetchone()
    values = np.array([row["value"] for row in rows], dtype=float)
    assert len(values) == 29
    assert ((values >= 0) & (values <= 1)).all()
    assert values.std() > 0.1
    assert city is not None
    assert city["d"] < sum(row["n"] for row in rows)


def _rows_add_up(loaded: Loaded) -> None:
    for each in loaded.sources:
        assert each.read == each.loaded + each.unchanged + each.rejected
    by_layer = {each.layer: each for each in loaded.sources if each.layer in ("zone", "building", "street")}
    assert (by_layer["zone"].loaded, by_layer["street"].loaded) == (29, 13_467)
    assert by_layer["building"].read == 22_601


def _places_are_true(folder: Path) -> None:
    with connect() as connection:
        row = connection.execute("SELECT sum(ST_Length(geom)) / 1000 AS km FROM layer.street").fetchone()
        codes = connection.execute("SELECT code, ST_Area(geom) AS area FROM layer.zone").fetchall()
    assert row is not None
    assert round(row["km"]) == 2205
    real = gpd.read_file(folder / "school_catchments_excerpt.geojson").to_crs(4083).set_index("Codigo").area
    for each in codes:
        assert each["area"] == pytest.approx(real[int(each["code"])], rel=1e-6)
