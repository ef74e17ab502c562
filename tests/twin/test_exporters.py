"""Each format, read back, holds what was written: values, places, CRS, and the sentences that must go along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

from twin.discover import discover
from twin.errors import ExportError, UnknownName
from twin.exporters.exporter import Exporter, Table, export

CREDIT = "© surveyors of Rivertown"
PLACES = [shapely.box(500000, 4310000, 500100, 4310050), shapely.box(500100, 4310000, 500300, 4310100)]


@pytest.fixture
def table() -> Table:
    """Two rows with text (Chinese too), whole numbers, decimals, a missing value, a date and a place."""
    rows = {
        "code": ["Z1", "Z2"],
        "name": ["老城", 'a, "quoted" name'],
        "floors": pd.array([3, None], dtype="Int64"),
        "share": [0.1 + 0.2, np.nan],
        "seen": pd.Series(pd.to_datetime(["2025-03-01", ""])),
    }
    return Table("zones", gpd.GeoDataFrame(rows, geometry=PLACES, crs=4547), (CREDIT,))


def written(table: Table, folder: Path, ending: str) -> Path:
    path = folder / f"out{ending}"
    export(table, path)
    return path


def assert_values(rows: pd.DataFrame) -> None:
    """The rows are those of the table, places aside."""
    assert rows["code"].tolist() == ["Z1", "Z2"]
    assert rows["name"].tolist() == ["老城", 'a, "quoted" name']
    assert rows["floors"].isna().tolist() == [False, True]
    assert int(rows["floors"].iloc[0]) == 3
    assert float(rows["share"].iloc[0]) == pytest.approx(0.1 + 0.2, rel=1e-15)  # Excel keeps 15 digits
    assert pd.isna(rows["share"].iloc[1])
    assert pd.Timestamp(rows["seen"].iloc[0]) == pd.Timestamp("2025-03-01")
    assert pd.isna(rows["seen"].iloc[1])


def test_csv_holds_the_values(table: Table, tmp_path: Path) -> None:
    rows = pd.read_csv(written(table, tmp_path, ".csv"), encoding="utf-8")
    assert_values(rows)
    assert list(rows.columns) == ["code", "name", "floors", "share", "seen"]


def test_a_workbook_holds_the_values_and_the_credit_in_a_second_sheet(table: Table, tmp_path: Path) -> None:
    path = written(table, tmp_path, ".xlsx")
    assert_values(pd.read_excel(path, sheet_name="zones"))
    assert pd.read_excel(path, sheet_name="attribution")["attribution"].tolist() == [CREDIT]
    assert openpyxl.load_workbook(path)["zones"].freeze_panes == "A2"


def test_a_geopackage_holds_values_and_places_in_the_citys_crs(table: Table, tmp_path: Path) -> None:
    path = written(table, tmp_path, ".gpkg")
    rows = gpd.read_file(path, layer="zones")
    assert_values(rows)
    assert rows.crs == pyproj.CRS.from_epsg(4547)
    assert [place.equals(own) for place, own in zip(rows.geometry, PLACES, strict=True)] == [True, True]
    assert CREDIT in str(pyogrio.read_info(path, layer="zones")["layer_metadata"])


def test_parquet_says_who_made_the_data(table: Table, tmp_path: Path) -> None:
    metadata = pq.read_schema(written(table, tmp_path, ".parquet")).metadata
    assert metadata[b"attribution"].decode() == CREDIT
    assert b"geo" in metadata


@pytest.mark.parametrize("ending", [".parquet", ".geoparquet"])
def test_geoparquet_holds_values_and_places_bit_by_bit(table: Table, tmp_path: Path, ending: str) -> None:
    rows = gpd.read_parquet(written(table, tmp_path, ending))
    assert_values(rows)
    assert rows.crs == pyproj.CRS.from_epsg(4547)
    assert shapely.to_wkb(rows.geometry.to_numpy()).tolist() == shapely.to_wkb(PLACES).tolist()


def test_geojson_is_in_degrees_within_a_centimetre_and_carries_the_credit(table: Table, tmp_path: Path) -> None:
    path = written(table, tmp_path, ".geojson")
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert collection["attribution"] == CREDIT
    assert "crs" not in collection  # RFC 7946 knows WGS 84 only
    rows = gpd.read_file(path)
    assert_values(rows)
    assert rows.crs == pyproj.CRS.from_epsg(4326)
    back = rows.to_crs(4547).geometry
    assert max(back.iloc[at].hausdorff_distance(own) for at, own in enumerate(PLACES)) < 0.01


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".gpkg", ".geojson", ".parquet"])
def test_a_table_without_places_can_be_written_in_every_format(tmp_path: Path, ending: str) -> None:
    path = written(Table("flags", pd.DataFrame({"goal": ["green_access"], "n": [4]})), tmp_path, ending)
    read: dict[str, Any] = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}
    rows = read.get(ending, pyogrio.read_dataframe)(path)
    assert rows[["goal", "n"]].to_numpy().tolist() == [["green_access", 4]]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".gpkg", ".geojson", ".parquet"])
def test_no_row_at_all_is_a_file_without_rows(table: Table, tmp_path: Path, ending: str) -> None:
    path = written(Table("zones", table.rows.iloc[:0]), tmp_path, ending)
    read: dict[str, Any] = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": gpd.read_parquet}
    assert len(read.get(ending, pyogrio.read_dataframe)(path)) == 0


def test_a_file_of_that_name_is_replaced(table: Table, tmp_path: Path) -> None:
    path = written(table, tmp_path, ".gpkg")
    export(Table("zones", table.rows.iloc[:1]), path)
    assert len(gpd.read_file(path)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["out.gpkg"]


def test_a_file_that_cannot_be_written_leaves_the_former_one_whole(table: Table, tmp_path: Path) -> None:
    path = written(table, tmp_path, ".xlsx")
    before = path.read_bytes()
    unfit = Table("zones", pd.DataFrame({"aware": pd.to_datetime(["2025-03-01"], utc=True)}))
    with pytest.raises(ValueError, match="timezone"):
        export(unfit, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["out.xlsx"]


def test_an_ending_that_nothing_writes_is_told_with_those_that_are(table: Table, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"no exporter for files that end in '.gpgk'. Did you mean '.gpkg'"):
        export(table, tmp_path / "out.gpgk")
    assert list(tmp_path.iterdir()) == []


def test_no_two_exporters_take_one_ending() -> None:
    endings = [ending for each in discover("twin.exporters", Exporter).values() for ending in each.suffixes]
    assert len(set(endings)) == len(endings)


@pytest.mark.parametrize("ending", [".csv", ".gpkg", ".geojson", ".parquet", ".xlsx"])
def test_a_folder_that_is_not_there_is_told_in_a_sentence(table: Table, tmp_path: Path, ending: str) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        export(table, tmp_path / "nowhere" / f"out{ending}")
