"""Tables as text and as spreadsheets: places, headings, quotes, and lines that do not fit."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.places import headings
from tests.conftest import realdata
from tests.pipelines.readers.conftest import Whole, read
from twin.errors import RecipeError, SourceEncoding, SourceUnreadable, UnknownName


class TestText:
    def whole(self, folder: Path, text: str, written: str = "utf-8", **keys: Any) -> Whole:
        path = folder / "t.csv"
        path.write_bytes(text.encode(written))
        return read(path, **keys)

    def test_mark_line_ends_blanks_and_semicolons(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, "\ufeff name ; n\r\n  Oak  ;1\r\n\r\n;  \r\nElm;2\r\n")
        assert whole.values("name") == ["Oak", "Elm"]
        assert whole.rows == [2, 5]

    def test_lines_are_counted_through_values_of_several_lines(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, 'name,n\n"one\ntwo",1\nElm,2\n"a ""b""",3\n')
        assert whole.values("name") == ["one\ntwo", "Elm", 'a "b"']
        assert whole.rows == [2, 4, 5]

    def test_a_quote_that_is_never_closed_names_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreadable, match=r"line 3: a quote is opened that is never closed. Close it"):
            self.whole(tmp_path, 'a,b\n1,2\n3,"open\n4,5\n')

    def test_a_quote_that_swallows_a_line_names_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreadable, match=r"line 2: a quote ends in the middle of a value"):
            self.whole(tmp_path, 'id,street\n1,"Main Street\n2,"Oak Street"\n3,Elm\n')

    def test_inches_are_no_quotes(self, tmp_path: Path) -> None:
        assert self.whole(tmp_path, 'id,size\n1,12" pipe\n').values("size") == ['12" pipe']

    def test_not_numbers_and_infinite_coordinates_are_rejected_with_words(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, "x,y\n1,2\nNaN,2\ninf,2\n1e999,2\nhere,2\n,\n,5\n", x="x", y="y")
        assert whole.types == ["Point"] + [None] * 5
        assert whole.broken == {
            3: "'NaN', '2' are not coordinates",
            4: "'inf', '2' are not coordinates",
            5: "'1e999', '2' are not coordinates",
            6: "'here', '2' are not coordinates",
            8: "'', '5' are not coordinates",
        }

    def test_a_decimal_comma(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, "x;y\n114,25;-38,5\n", x="x", y="y")
        assert whole.geometry[0].wkt == "POINT (114.25 -38.5)"

    def test_columns_of_the_same_name_are_told_apart(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, "a,a,,b\n1,2,3,4\n")
        assert list(whole.columns) == ["a", "a_2", "column_3", "b"]
        assert whole.notes == [
            "a second column 'a' is called 'a_2'",
            "column 3, without a name, is called 'column_3'",
        ]

    def test_a_line_of_too_many_values_is_rejected(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, "x,y\n1,2\n3,4,5\n6,7,\n8\n", x="x", y="y")
        assert whole.rows == [2, 3, 4, 5]
        assert whole.broken == {
            3: "the line has 3 values, the header names 2; put values with a separator in them into quotes",
            5: "'8', '' are not coordinates",
        }

    def test_a_line_of_too_many_values_is_rejected_in_a_table_without_places_too(self, tmp_path: Path) -> None:
        whole = self.whole(tmp_path, "a,b\n1,2\n3,4,5\n")
        assert list(whole.broken) == [3]

    def test_a_long_line_late_in_the_file_loses_and_doubles_nothing(self, tmp_path: Path) -> None:
        lines = [f"{n},{n}" for n in range(10)]
        lines[7] += ",x"
        whole = self.whole(tmp_path, "x,y\n" + "\n".join(lines), x="x", y="y")
        assert whole.values("x") == [str(n) for n in range(10)]
        assert whole.rows == list(range(2, 12))
        assert list(whole.broken) == [9]

    def test_another_encoding_names_the_line_and_how_it_would_read(self, tmp_path: Path) -> None:
        with pytest.raises(SourceEncoding, match=r"line 3 is not utf-8 .*\"gb18030\".*'2,人民公园'"):
            self.whole(tmp_path, "id,name\n1,x\n2,人民公园\n", "gb18030")
        assert self.whole(tmp_path, "id,name\n2,人民公园\n", "gb18030", encoding="gb18030").values("name") == [
            "人民公园"
        ]

    def test_utf16_is_known_by_its_mark(self, tmp_path: Path) -> None:
        with pytest.raises(SourceEncoding, match=r'Add encoding = "utf-16"'):
            self.whole(tmp_path, "id,name\n1,é\n", "utf-16")
        assert self.whole(tmp_path, "id,name\n1,é\n", "utf-16", encoding="utf-16").values("name") == ["é"]

    def test_a_filter_compares_numbers_as_numbers(self, tmp_path: Path) -> None:
        assert self.whole(tmp_path, "n,k\n9,a\n10,b\n", where="n > 9 AND k = 'b'").rows == [3]
        with pytest.raises(RecipeError, match=r"where = 'm > 1' is not a filter that can be run"):
            self.whole(tmp_path, "n\n1\n", where="m > 1")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreadable, match=r"t.csv: no header can be read"):
            self.whole(tmp_path, "")

    def test_a_header_alone_is_a_table_of_no_rows(self, tmp_path: Path) -> None:
        assert self.whole(tmp_path, "a,b\n").rows == []

    def test_real_tables(self) -> None:
        counties = read(realdata("us_broadband_use") / "broadband_data_2019November.csv")
        autauga = counties.columns[counties.columns["COUNTY NAME"] == "Autauga County"].iloc[0]
        assert list(autauga)[-2:] == ["0.81", "0.28"]
        assert len(counties.rows) == 3143
        assert counties.rows[-1] == 3144


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(cells, cells, cells), max_size=9), marked=st.booleans())
def test_what_the_standard_writes_is_read_back(tmp_path: Path, table: list[tuple[str, ...]], marked: bool) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("a", "b", "c"), *table])
    path = tmp_path / "t.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig" if marked else "utf-8"))
    wanted = [[cell.strip() or None for cell in row] for row in table if any(cell.strip() for cell in row)]
    whole = read(path)
    found = [[whole.values(name)[at] for name in whole.columns] for at in range(len(whole.rows))]
    assert found == wanted


@given(st.lists(st.one_of(st.none(), st.sampled_from(["a", " a ", "a_2", "b", ""])), max_size=12))
def test_headings_are_distinct_and_none_is_lost(names: list[str | None]) -> None:
    made = headings(names, [])
    assert len(set(made)) == len(made) == len(names)
    assert all(made)


class TestSpreadsheets:
    def book(self, folder: Path, **sheets: list[list[Any]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(folder / "b.xlsx")
        return folder / "b.xlsx"

    def test_numbers_and_dates_stay_what_they_are(self, tmp_path: Path) -> None:
        day = datetime.datetime(2024, 5, 1)
        path = self.book(tmp_path, s=[["id", "day", "lon", "lat"], [7, day, 114.25, 38.5], ["x", None, 114, 38]])
        whole = read(path, x="lon", y="lat")
        assert whole.values("id") == [7, "x"]
        assert whole.values("day") == [day, None]
        assert [shape.wkt for shape in whole.geometry] == ["POINT (114.25 38.5)", "POINT (114 38)"]

    def test_blank_rows_are_passed_over_and_rows_keep_their_numbers(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, s=[[], ["Title"], ["a"], [None], [" "], [1]])
        whole = read(path)
        assert list(whole.columns) == ["Title"]
        assert whole.rows == [3, 6]

    def test_sheets_are_sublayers(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, people=[["n"], [1]], homes=[["n"], [2], [3]])
        assert read(path, sublayer="homes").values("n") == [2, 3]
        with pytest.raises(RecipeError, match=r"holds 2 sheets \(people, homes\); name one as sublayer"):
            read(path)
        with pytest.raises(UnknownName, match=r"no sheet 'home'. Did you mean 'homes'"):
            read(path, sublayer="home")

    @pytest.mark.usefixtures("small_chunks")
    def test_wkt_text_coordinates_and_chunks(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, s=[["g"], *[[f"POINT ({n} 1)"] for n in range(7)], ["POINT"]])
        whole = read(path, wkt="g")
        assert whole.types == ["Point"] * 7 + [None]
        assert whole.broken == {9: "'POINT' is not WKT"}
        assert whole.chunks == 3

    def test_a_column_of_the_place_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownName, match=r"no column 'long'. Did you mean 'lon'"):
            read(self.book(tmp_path, s=[["lon", "lat"], [1, 2]]), x="long", y="lat")

    def test_errors_of_formulas_are_told(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, s=[["n"], ["#REF!"], ["#DIV/0!"]])
        assert read(path).notes == ["2 cells hold an error of a formula, such as #REF!; they were read as text"]

    @pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
    def test_what_is_no_workbook_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "b.xlsx").write_bytes(content)
        with pytest.raises(SourceUnreadable, match=r"b.xlsx: not a whole XLSX workbook"):
            read(tmp_path / "b.xlsx")

    def test_half_a_workbook_is_refused(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, s=[["n"], *[[n] for n in range(500)]])
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(SourceUnreadable, match=r"b.xlsx: not a whole XLSX workbook"):
            read(path)
