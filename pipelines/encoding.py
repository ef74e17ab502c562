"""Text of files that lie about their encoding, or say nothing of it: noticed, and asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twin.errors import SourceEncoding

CANDIDATES = ("gb18030", "big5", "cp1252")
"""Encodings that are offered, in this order, for text that is not what it was said to be."""


def decoded(batch: pa.RecordBatch, rows: NDArray[np.int64], path: Path, said: str) -> pd.DataFrame:
    """The batch's attributes as a frame.

    Raises:
        SourceEncoding: a text is not in the encoding that the file or the recipe says; names row, column, and the
            encoding that fits.
    """
    for name in batch.schema.names:
        column = batch.column(name)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            try:
                column.validate(full=True)
            except pa.ArrowInvalid:
                raise _refusal(column.cast(pa.binary()), name, rows, path, said) from None
    return batch.to_pandas(date_as_object=False)


def _refusal(column: pa.Array, name: str, rows: NDArray[np.int64], path: Path, said: str) -> SourceEncoding:
    texts: list[Any] = column.to_pylist()
    for row, text in zip(rows, texts, strict=True):
        if text is not None and not _fits(text, "utf-8"):
            claim = f"not {said}" if said else "in an encoding that the file does not name"
            return SourceEncoding(f"{path}: row {row}, column '{name}': the text is {claim}. {suggestion(texts)}")
    return SourceEncoding(f"{path}: column '{name}': {suggestion(texts)}")


def suggestion(texts: list[bytes | None]) -> str:
    """What to write into the recipe, with a sample of how the text reads then."""
    present = [t for t in texts if t]
    for name in CANDIDATES:
        if all(_fits(t, name) for t in present):
            sample = next((t.decode(name) for t in present if not t.isascii()), "")
            return f"Add encoding = \"{name}\" to the source if it should read '{sample}'."
    return 'Name its encoding in the recipe, such as encoding = "gb18030".'


def _fits(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
