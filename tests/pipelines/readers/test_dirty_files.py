"""Every broken or odd file of the real data ends as rows, rejects or a clear error: the table of docs/validation.md.

Run this file as a module to write the table anew.
"""

from __future__ import annotations

import fnmatch
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import PROJECT, REALDATA, realdata
from tests.pipelines.readers.conftest import Whole, read
from twin.errors import RecipeError, SourceEncoding, SourceError, SourceUnreadable, UnknownName

PAGE = PROJECT / "docs" / "validation.md"
BEGIN, END = "<!-- files that are broken: begin -->", "<!-- files that are broken: end -->"
FOLDERS = ("dirty", "china", "swmm_inp", "fibre_network", "leipzig_districts", "us_broadband_use")
BELONGS = {".shx", ".prj", ".cpg", ".dbf"}
"""Endings of files that belong to a shapefile of the same name."""

LONGEST = 220

WRONG = {
    "dirty/encoding/big5.dbf": "Big5, nothing says so",
    "dirty/encoding/big5_with_cpg.shp": "Big5, the .cpg says so; no .prj",
    "dirty/encoding/gb*.dbf": "GBK, nothing says so",
    "dirty/encoding/latin1.dbf": "Latin-1, nothing says so",
    "dirty/encoding/latin2.dbf": "Latin-2, the .cpg says so",
    "dirty/encoding/utf16.dbf": "UTF-16",
    "dirty/encoding/utf8.dbf": "UTF-8, nothing says so",
    "dirty/shapefile/corrupt_too_long.shp": "a record is longer than its header says; no .prj",
    "dirty/shapefile/data_corruption_error.shp": "measured lines, odd records",
    "dirty/shapefile/empty_zipfile.zip": "a zip without data",
    "dirty/shapefile/latin1_without_shx.shp": "the index .shx is missing",
    "dirty/geometry/clean_ex10_bowtie.json": "a bow tie",
    "dirty/geometry/clean_ex1[12]_ogc.geojson": "overlapping parts",
    "dirty/geometry/clean_ex21_crossed_lines.json": "crossed lines; a column named as the id",
    "dirty/geometry/clean_ex2*_precincts.json": "borders that nearly meet",
    "dirty/geometry/clean_ex2_yemen.json": "borders that nearly meet",
    "dirty/geometry/clean_ex5_three_precincts.json": "borders that nearly meet",
    "dirty/geometry/curve*.gpkg": "curves",
    "dirty/geometry/multisurface.gpkg": "curved surfaces",
    "dirty/geometry/invalid_rings.json": "invalid rings; a column named as the id",
    "dirty/geometry/line_zm.gpkg": "heights and measures",
    "dirty/geometry/null_crs.gpkg": "no CRS",
    "dirty/geometry/six_counties_three_null.json": "three rows without geometry",
    "dirty/geometry/test_gpkg_nulls.gpkg": "empty fields of every type",
    "dirty/geometry/truncated_or_invalid_json.json": "JSON that breaks off",
    "dirty/geoparquet_bad/manifest.json": "not a map",
    "dirty/geoparquet_bad/ok_*.parquet": "nothing",
    "dirty/swmm_bad/invalid_model.inp": "a model that SWMM refuses to run",
    "dirty/swmm_bad/model-with-infiltration-parse-failure.inp": "nodes without coordinates; a time of 24:00",
    "dirty/swmm_bad/model_blank.inp": "empty sections",
    "dirty/swmm_bad/outfalls_issue.inp": "an outfall with a time series",
    "china/coordinate_pairs.csv": "a table without a place named",
    "china/sz_cgcs2000_4547_gb18030.shp": "GB18030, the .cpg says so",
    "china/sz_gbk_cpg_says_utf8.shp": "GBK, the .cpg says UTF-8",
    "china/sz_gbk_no_cpg_no_prj.shp": "GBK, nothing says so; no .prj",
    "fibre_network/network-package.json": "not a map",
    "fibre_network/*.geojson": "nested attributes",
    "leipzig_districts/population.csv": "three levels of districts in one column",
    "swmm_inp/gistoswmm/table_xsections.csv": "more values than names of columns",
    "us_broadband_use/*.csv": "mark at the start, blanks around names and values, `-` for none",
}
"""What is wrong with a file, by the pattern of its name; what no pattern fits is in order."""


@dataclass(frozen=True)
class Fate:
    """What became of a file: ``rows`` read, of which ``rejected``; or the error that refused it."""

    name: str
    wrong: str
    what: str
    rows: int = 0
    rejected: int = 0
    error: type[Exception] | None = None

    def line(self) -> str:
        """A row of the table."""
        return f"| `{self.name}` | {self.wrong} | {self.what} |"


def files() -> list[Path]:
    """The files of the real data that are looked at; those that belong to a shapefile are not."""
    found = [path for folder in FOLDERS for path in sorted((REALDATA / folder).rglob("*")) if path.is_file()]
    return [path for path in found if path.suffix not in BELONGS or not path.with_suffix(".shp").exists()]


def fates_of(path: Path) -> list[Fate]:
    """What becomes of a file; of a model, of its nodes and its conduits."""
    if path.suffix in BELONGS - {".dbf"}:
        return []
    if path.suffix == ".inp":
        return [fate_of(path, "nodes"), fate_of(path, "conduits")]
    return [fate_of(path)]


def fate_of(path: Path, sublayer: str = "") -> Fate:
    """What becomes of one table."""
    name = path.relative_to(REALDATA).as_posix()
    wrong = manifest().get(path.name) or next((w for p, w in WRONG.items() if fnmatch.fnmatch(name, p)), "nothing")
    shown = f"{name}#{sublayer}" if sublayer else name
    try:
        whole = read(path, sublayer=sublayer)
    except (SourceError, RecipeError, UnknownName) as error:
        words = plain(str(error).replace(str(path), path.name))
        return Fate(shown, wrong, f"refused: {words}", error=type(error))
    return Fate(shown, wrong, plain(told(whole)), len(whole.rows), len(whole.broken))


def manifest() -> dict[str, str]:
    """What the makers of the broken GeoParquet files say of each."""
    path = REALDATA / "dirty" / "geoparquet_bad" / "manifest.json"
    said = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: plain(each["violation"]) for name, each in said.items()}


def told(whole: Whole) -> str:
    """Rows, rejects with a reason, what lacks, and notes."""
    words = [f"{len(whole.rows):,} row{'' if len(whole.rows) == 1 else 's'}"]
    if whole.broken:
        words.append(f"{len(whole.broken)} rejected ({next(iter(whole.broken.values()))})")
    placed = [shape for shape in whole.geometry if shape is not None]
    lost = len(whole.geometry) - len(placed) - len(whole.broken)
    if placed and lost:
        words.append(f"{lost} without geometry")
    if placed and whole.crs is None:
        words.append("its CRS is asked for")
    return "; ".join([*words, *whole.notes])


def plain(text: str) -> str:
    """One line of Markdown, without what differs between machines."""
    line = " ".join(text.replace(str(REALDATA), "").replace("|", "/").split())
    line = re.sub(r"(?<=')/dirty/", "dirty/", line)
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()} …"


def table() -> str:
    """The table of docs/validation.md."""
    head = ["| file | what is wrong | what happens |", "|---|---|---|"]
    return "\n".join([*head, *(fate.line() for path in files() for fate in fates_of(path))])


def write() -> None:
    """Put the table into docs/validation.md."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


FOUND = files()


@pytest.mark.parametrize("path", FOUND, ids=[path.relative_to(REALDATA).as_posix() for path in FOUND])
def test_it_ends_as_rows_rejects_or_a_clear_error(path: Path) -> None:
    for fate in fates_of(path):
        if fate.error is None:
            assert 0 <= fate.rejected <= fate.rows
            assert fate.rows > 0 or "has no" in fate.what
        else:
            assert path.name in fate.what
            assert issubclass(fate.error, SourceError | RecipeError | UnknownName)


@pytest.mark.parametrize(
    ("name", "rows", "rejected"),
    [
        ("dirty/shapefile/corrupt_too_long.shp", 10, 0),
        ("dirty/geometry/six_counties_three_null.json", 6, 0),
        ("dirty/geoparquet_bad/wkb-truncated.parquet", 2, 1),
        ("china/sz_cgcs2000_4547_gb18030.shp", 10, 0),
        ("leipzig_districts/population.csv", 370, 0),
        ("leipzig_districts/regions.json", 63, 0),
        ("us_broadband_use/broadband_data_zipcode.csv", 32_735, 0),
        ("fibre_network/nodes.geojson", 2, 0),
        ("fibre_network/spans.geojson", 1, 0),
    ],
)
def test_counts_that_were_verified_by_hand(name: str, rows: int, rejected: int) -> None:
    (fate,) = fates_of(realdata(name))
    assert (fate.rows, fate.rejected, fate.error) == (rows, rejected, None)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("dirty/encoding/gbk.dbf", SourceEncoding),
        ("dirty/shapefile/latin1_without_shx.shp", SourceUnreadable),
        ("dirty/shapefile/empty_zipfile.zip", SourceUnreadable),
        ("dirty/geometry/truncated_or_invalid_json.json", SourceUnreadable),
        ("china/sz_gbk_no_cpg_no_prj.shp", SourceEncoding),
    ],
)
def test_refusals_that_were_verified_by_hand(name: str, error: type[Exception]) -> None:
    (fate,) = fates_of(realdata(name))
    assert fate.error is error


def test_the_table_of_the_page_is_what_happens() -> None:
    for folder in FOLDERS:
        realdata(folder)
    written = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()
    assert written.splitlines() == table().splitlines()


if __name__ == "__main__":
    write()
