"""Spreadsheets (XLSX): one sheet is one table, with coordinates in two columns or WKT in one."""

from __future__ import annotations

import datetime
import functools
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pandas as pd

from pipelines.places import check_place, headings, places
from pipelines.readers._where import filtered
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader, again
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceUnreadable, UnknownName

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

BROKEN = (zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError, EOFError)
"""What openpyxl says of a file that is not a workbook."""

Row = tuple[int, tuple[Any, ...]]
"""Number of a row of the sheet, and its values."""


def open_xlsx(path: Path, source: Source) -> Contents:
    """Open one sheet; its first row that is not blank names the columns. Rows are numbered as the sheet does.

    Raises:
        SourceUnreadable: it is not a workbook, or the sheet is empty.
        RecipeError: it holds several sheets and the recipe names none, or ``where`` is not a filter that can be run.
        UnknownName: the recipe's sheet, or a column of ``x``, ``y``, ``wkt``, is not in it.
    """
    notes: list[str] = []
    with _workbook(path) as book:
        sheet = _sheet(path, book.book, source)
        _, header = next(_rows(path, book.book, sheet), (0, ()))
    while header and _blank(header[-1]):
        header = header[:-1]
    columns = headings(header, notes)
    check_place(path, source, columns)
    chunks = again(notes, functools.partial(_chunks, path, source, sheet, columns, notes))
    return filtered(Contents(None, tuple(columns), -1, chunks, notes), path, source.where)


def sheets_of(path: Path) -> list[str]:
    """Names of a workbook's sheets.

    Raises:
        SourceUnreadable: it is not a workbook.
    """
    with _workbook(path) as book:
        return list(book.book.sheetnames)


class _workbook:  # noqa: N801
    """A workbook opened for streaming, closed at the end."""

    def __init__(self, path: Path) -> None:
        import openpyxl  # as late as this: every load meets the readers, few a workbook
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and validations, which are not read
                self.book: Workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except (InvalidFileException, *BROKEN) as error:
            raise SourceUnreadable(f"{path}: not a whole XLSX workbook: {error}") from error

    def __enter__(self) -> _workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _sheet(path: Path, book: Workbook, source: Source) -> str:
    names = list(book.sheetnames)
    if source.sublayer:
        if source.sublayer not in names:
            raise UnknownName("sheet", source.sublayer, names, str(path))
        return source.sublayer
    if len(names) > 1:
        raise RecipeError(f"{path}: holds {len(names)} sheets ({', '.join(names)}); name one as sublayer")
    return str(names[0])


def _rows(path: Path, book: Workbook, sheet: str) -> Iterator[Row]:
    """Rows that are not blank."""
    table = book[sheet]
    table.reset_dimensions()  # some programs write a wrong size, which would cut rows off
    try:
        for number, values in enumerate(table.iter_rows(values_only=True), 1):
            if not all(_blank(value) for value in values):
                yield number, values
    except BROKEN as error:
        raise SourceUnreadable(f"{path}: sheet '{sheet}': broken off while reading: {error}") from error


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _chunks(path: Path, source: Source, sheet: str, columns: list[str], notes: list[str]) -> Iterator[Chunk]:
    formulas = 0
    with _workbook(path) as book:
        rows = itertools.islice(_rows(path, book.book, sheet), 1, None)
        while some := list(itertools.islice(rows, CHUNK_ROWS)):
            width = len(columns)
            table = [(values + (None,) * width)[:width] for _, values in some]
            frame = pd.DataFrame(
                {name: _column(each) for name, each in zip(columns, zip(*table, strict=True), strict=True)}
            )
            formulas += sum(isinstance(value, str) and value.startswith("#") for row in table for value in row)
            geometry, broken = places(frame, source)
            yield Chunk(np.array([number for number, _ in some], dtype=np.int64), frame, geometry, broken)
    if formulas:
        notes.append(f"{formulas} cells hold an error of a formula, such as #REF!; they were read as text")


def _column(values: tuple[Any, ...]) -> pd.Series[Any]:
    """One type where all values have one; else as they are. Text loses the blanks around it."""
    plain = [(value.strip() or None) if isinstance(value, str) else value for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if kinds <= {int, float} and kinds:
        return pd.Series([np.nan if value is None else value for value in plain], dtype=float)
    if kinds == {datetime.datetime}:
        return pd.Series(pd.to_datetime(pd.Series(plain, dtype=object)))
    if kinds == {str}:
        return pd.Series(plain, dtype="str")
    return pd.Series(plain, dtype=object)


xlsx = Reader(
    id="xlsx",
    title="Spreadsheets (XLSX)",
    suffixes=(".xlsx", ".xlsm"),
    open=open_xlsx,
    doc=(
        "`sublayer` names the sheet where there are several; its first row that is not blank names the columns; `x` "
        "and `y`, or `wkt`, name those that hold the place. Numbers stay numbers and dates dates; of a formula "
        "the value that was last computed is read."
    ),
    tables=sheets_of,
)
