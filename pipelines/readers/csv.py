"""Tables as text: CSV and TSV, with coordinates in two columns or WKT in one."""

from __future__ import annotations

import csv as text_tables
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.encoding import suggestion
from pipelines.places import check_place, headings, places
from pipelines.readers._text_rows import strict_rows, text_rows
from pipelines.readers._where import filtered
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader
from pipelines.recipe import Source
from twin.errors import SourceEncoding

SNIFFED_BYTES = 65_536


@dataclass(frozen=True)
class _Text:
    """A table as text, and how it is to be read."""

    path: Path
    source: Source
    encoding: str
    separator: str
    notes: list[str] = field(default_factory=list)


def open_csv(path: Path, source: Source) -> Contents:
    """Open a table; its header names the columns.

    Raises:
        SourceEncoding: its text is not in the recipe's encoding (UTF-8 where it names none).
        SourceUnreadable: it is empty or its header cannot be read.
        UnknownName: the columns of ``x``, ``y`` or ``wkt`` are not in it.
        RecipeError: ``where`` is not a filter that can be run.
    """
    encoding = source.encoding or "utf-8-sig"
    text = _Text(path, source, encoding, _separator(path, encoding))
    try:
        _, header = next(strict_rows(path, encoding, text.separator), (0, []))
    except UnicodeDecodeError as error:
        raise _wrong_encoding(text, error) from None
    while header and not header[-1].strip():
        header.pop()
    columns = headings(header, text.notes)
    check_place(path, source, columns)
    chunks = functools.partial(_chunks, text, columns)
    return filtered(Contents(None, tuple(columns), -1, chunks, text.notes), path, source.where)


def _separator(path: Path, encoding: str) -> str:
    with path.open("rb") as handle:
        sample = handle.read(SNIFFED_BYTES)
    first = sample.split(b"\n", 1)[0].decode(encoding, errors="replace")
    try:
        return text_tables.Sniffer().sniff(first, delimiters=",;\t|").delimiter
    except text_tables.Error:
        return ","


def _wrong_encoding(text: _Text, error: UnicodeDecodeError) -> SourceEncoding:
    lines = text.path.read_bytes().split(b"\n")
    at = next((n for n, line in enumerate(lines, 1) if not _decodes(line, text.encoding)), 0)
    name = text.source.encoding or "utf-8"
    return SourceEncoding(f"{text.path}: line {at} is not {name} ({error.reason}). {suggestion(list(lines))}")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(text: _Text, columns: list[str]) -> Iterator[Chunk]:
    try:
        for lines, frame, longer in text_rows(text.path, text.encoding, text.separator, columns, CHUNK_ROWS):
            geometry, broken = places(frame, text.source)
            told = {at: _too_long(found, len(columns)) for at, found in longer.items()}
            yield Chunk(lines, frame, geometry, broken | told)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(text, error) from None


def _too_long(found: int, width: int) -> str:
    return f"the line has {found} values, the header names {width}; put values with a separator in them into quotes"


csv = Reader(
    id="csv",
    title="Tables as text (CSV, TSV)",
    suffixes=(".csv", ".tsv", ".txt"),
    open=open_csv,
    doc=(
        "One header line; `x` and `y`, or `wkt`, name the columns that hold the place. Rows are numbered by the line "
        "on which they begin; separator (comma, semicolon, tab, bar) and decimal comma are noticed."
    ),
)
