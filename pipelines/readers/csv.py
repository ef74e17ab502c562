"""Tables as text: CSV and TSV, with coordinates in two columns or WKT in one."""

from __future__ import annotations

import csv as text_tables
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipelines.encoding import suggestion
from pipelines.readers.reader import CHUNK_ROWS, Chunk, Contents, Reader
from pipelines.recipe import Source
from twin.errors import SourceEncoding, SourceUnreadable, UnknownName

HEADER_LINES = 1
SNIFFED_BYTES = 65_536


def open_csv(path: Path, source: Source) -> Contents:
    """Open a table; its header names the columns.

    Raises:
        SourceEncoding: its text is not in the recipe's encoding (UTF-8 where it names none).
        SourceUnreadable: it is empty or its header cannot be read.
        UnknownName: the columns of ``x``, ``y`` or ``wkt`` are not in it.
    """
    encoding = source.encoding or "utf-8-sig"
    separator = _separator(path, encoding)
    try:
        header = pd.read_csv(path, sep=separator, encoding=encoding, nrows=0, dtype=str)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path, encoding, error) from None
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise SourceUnreadable(f"{path}: no header can be read: {error}") from error
    columns = tuple(str(name).strip() for name in header.columns)
    for wanted in (source.x, source.y, source.wkt):
        if wanted and wanted not in columns:
            raise UnknownName("column", wanted, columns, str(path))
    return Contents(
        crs=None,
        columns=columns,
        count=-1,
        chunks=functools.partial(_chunks, path, source, encoding, separator),
    )


def _separator(path: Path, encoding: str) -> str:
    with path.open("rb") as handle:
        sample = handle.read(SNIFFED_BYTES)
    first = sample.split(b"\n", 1)[0].decode(encoding, errors="replace")
    try:
        return text_tables.Sniffer().sniff(first, delimiters=",;\t|").delimiter
    except text_tables.Error:
        return ","


def _wrong_encoding(path: Path, encoding: str, error: UnicodeDecodeError) -> SourceEncoding:
    raw = path.read_bytes()
    lines = raw.split(b"\n")
    at = next((n for n, line in enumerate(lines, 1) if not _decodes(line, encoding)), 0)
    return SourceEncoding(f"{path}: line {at} is not {encoding} ({error.reason}). {suggestion(list(lines))}")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(path: Path, source: Source, encoding: str, separator: str) -> Iterator[Chunk]:
    try:
        with pd.read_csv(
            path, sep=separator, encoding=encoding, dtype=str, chunksize=CHUNK_ROWS, skip_blank_lines=True
        ) as reader:
            for frame in reader:
                frame.columns = [str(name).strip() for name in frame.columns]
                rows = np.asarray(frame.index, dtype=np.int64) + HEADER_LINES + 1
                frame = frame.reset_index(drop=True)
                geometry, broken = _geometry(frame, source)
                yield Chunk(rows, frame, geometry, broken)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path, encoding, error) from None
    except pd.errors.ParserError as error:
        raise SourceUnreadable(f"{path}: not a table: {str(error).strip()}") from error


def _geometry(frame: pd.DataFrame, source: Source) -> tuple[NDArray[np.object_], dict[int, str]]:
    if source.wkt:
        return _from_wkt(frame[source.wkt])
    if source.x:
        return _from_coordinates(frame[source.x], frame[source.y])
    return np.full(len(frame), None, dtype=object), {}


def _from_wkt(column: pd.Series[str]) -> tuple[NDArray[np.object_], dict[int, str]]:
    texts = column.to_numpy(dtype=object, na_value=None)
    geometry = shapely.from_wkt(texts, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(geometry) & column.notna().to_numpy())
    return geometry, {int(i): f"'{str(texts[i])[:60]}' is not WKT" for i in lost}


def _from_coordinates(x: pd.Series[str], y: pd.Series[str]) -> tuple[NDArray[np.object_], dict[int, str]]:
    numbers = [pd.to_numeric(each.str.strip(), errors="coerce").to_numpy(dtype=float) for each in (x, y)]
    known = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
    geometry = np.full(len(x), None, dtype=object)
    geometry[known] = shapely.points(numbers[0][known], numbers[1][known])
    given = (x.notna() & y.notna()).to_numpy()
    return geometry, {
        int(i): f"'{x.iloc[i]}', '{y.iloc[i]}' are not coordinates" for i in np.flatnonzero(given & ~known)
    }


csv = Reader(
    id="csv",
    title="Tables as text (CSV, TSV)",
    suffixes=(".csv", ".tsv", ".txt"),
    open=open_csv,
    doc="One header line; `x` and `y`, or `wkt`, name the columns that hold the place. Rows are numbered as lines.",
)
