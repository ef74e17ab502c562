"""Rows of a table as text: by a fast parser where every quote stands as the standard says, else by a strict one.

The fast parser joins lines silently where a quote is broken, so it only sees files whose quotes were checked.
"""

from __future__ import annotations

import csv as text_tables
import itertools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twin.errors import SourceUnreadable

LONGEST_VALUE = 1 << 27
"""Letters of one value: a polygon of some million vertices as WKT. What is longer is a quote that was never closed."""

BLOCK = 1 << 26
QUOTE = ord('"')

Rows = tuple[NDArray[np.int64], pd.DataFrame, dict[int, int]]
"""The lines on which rows begin; their values as text, blanks as missing; by position, how many values are too many."""


def text_rows(path: Path, encoding: str, separator: str, columns: list[str], size: int) -> Iterator[Rows]:
    """All rows that are not blank, ``size`` at a time.

    Raises:
        SourceUnreadable: a quote is broken; with the line.
        UnicodeDecodeError: the text is not in that encoding.
    """
    done = 0
    if quotes_are_regular(path, separator):
        try:
            for rows in _fast(path, encoding, separator, columns, size):
                done += len(rows[0])
                yield rows
        except (pd.errors.ParserError, pd.errors.ParserWarning):
            pass  # a line of too many values: the strict parser tells which, from here on
        else:
            return
    remaining = itertools.islice(strict_rows(path, encoding, separator), 1 + done, None)
    while some := list(itertools.islice(remaining, size)):
        yield _framed(some, columns)


def quotes_are_regular(path: Path, separator: str) -> bool:
    """Whether each quote opens at the start of a value and closes at its end (or stands twice within)."""
    inside, before = False, ord("\n")
    outer = np.array([ord(separator), ord("\n"), ord("\r"), QUOTE, 0xBF], dtype=np.uint8)  # 0xBF ends a byte order mark
    with path.open("rb") as handle:
        block = handle.read(BLOCK)
        while block:
            after = handle.read(BLOCK)
            raw = np.frombuffer(bytes([before]) + block + (after[:1] or b"\n"), dtype=np.uint8)
            at = np.flatnonzero(raw[1:-1] == QUOTE) + 1
            opening = at[int(inside) :: 2]
            closing = at[1 - int(inside) :: 2]
            if not (np.isin(raw[opening - 1], outer).all() and np.isin(raw[closing + 1], outer).all()):
                return False
            inside ^= bool(len(at) % 2)
            before, block = block[-1], after
    return not inside


def _fast(path: Path, encoding: str, separator: str, columns: list[str], size: int) -> Iterator[Rows]:
    options: dict[str, Any] = {"keep_default_na": False, "skip_blank_lines": False, "index_col": False, "header": None}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        reader = pd.read_csv(
            path, sep=separator, encoding=encoding, dtype="str", chunksize=size, names=columns, **options
        )
    line = 1
    with reader:
        for frame in reader:
            table, breaks = _tidy(frame), _line_breaks(frame)
            lines = line + np.arange(len(frame)) + np.concatenate([[0], np.cumsum(breaks)[:-1]])
            line += len(frame) + int(breaks.sum())
            kept = np.asarray(table.notna().to_numpy()).any(axis=1).reshape(-1)
            if lines[0] == 1:
                kept[0] = False
            yield lines[kept], table.loc[kept].reset_index(drop=True), {}


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts without blanks around them; what is blank is missing."""
    made = {}
    for name in frame.columns:
        text = pc.utf8_trim_whitespace(pa.array(frame[name], type=pa.large_string()))
        made[name] = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)
    tidy: pd.DataFrame = pa.table(made).to_pandas()
    return tidy


def _line_breaks(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Line breaks within the values of each row."""
    found = np.zeros(len(frame), dtype=np.int64)
    for name in frame.columns:
        text = pa.array(frame[name], type=pa.large_string())
        counts = pc.fill_null(pc.count_substring(text, "\n"), 0)
        if pc.any(pc.greater(counts, 0)).as_py():
            found += counts.to_numpy(zero_copy_only=False)
    return found


def strict_rows(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Line and values of every row that is not blank, the header first."""
    text_tables.field_size_limit(LONGEST_VALUE)
    start = 1
    with path.open(encoding=encoding, newline="") as handle:
        reader = text_tables.reader(handle, delimiter=separator, strict=True)
        try:
            for values in reader:
                if any(value.strip() for value in values):
                    yield start, values
                start = reader.line_num + 1
        except text_tables.Error as error:
            raise SourceUnreadable(_broken_quote(path, start, str(error))) from error


def _broken_quote(path: Path, line: int, said: str) -> str:
    mend = 'Close it, or write a quote within a value twice ("").'
    if "unexpected end of data" in said or "field larger" in said:
        return f"{path}: line {line}: a quote is opened that is never closed. {mend}"
    return f"{path}: line {line}: a quote ends in the middle of a value ({said}). {mend}"


def _framed(some: list[tuple[int, list[str]]], columns: list[str]) -> Rows:
    width, table, longer = len(columns), [], {}
    for at, (_, values) in enumerate(some):
        if any(value.strip() for value in values[width:]):
            longer[at] = len(values)
        table.append((values + [""] * (width - len(values)))[:width])
    frame = pd.DataFrame({name: list(each) for name, each in zip(columns, zip(*table, strict=True), strict=True)})
    return np.array([line for line, _ in some], dtype=np.int64), _tidy(frame), longer
