"""Text of files that lie about their encoding, or say nothing of it: noticed, and asked about.

Two ways of being wrong are told apart. Bytes that are not UTF-8 cannot be read at all. Text that some program took for
Latin-1 reads, but as nonsense (``ÂÞºþÇø`` for 罗湖区): it is known by the common Chinese characters that the same bytes
make, side by side. A European word makes one at most, and a rare one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twin.errors import SourceEncoding

CANDIDATES = ("gb18030", "big5", "cp1252")
"""Encodings that are offered for text that is not what it was said to be; of two that fit as well, the first."""

CHINESE = 0.6
"""Share of common characters side by side from which text is taken for Chinese."""

SAMPLE = 1_000
"""Distinct texts of a column and chunk that are looked at."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_SIDE_BY_SIDE = re.compile(r"[^\x00-\x7f]{2,}")


def decoded(batch: pa.RecordBatch, rows: NDArray[np.int64], path: Path, said: str) -> pd.DataFrame:
    """The batch's attributes as a frame; column names are the batch's.

    Args:
        batch: columns with distinct names.
        rows: by which people find them.
        path: named in errors.
        said: the recipe's encoding; where given nothing is asked, and text that was taken for Latin-1 is read in it.

    Raises:
        SourceEncoding: a text is not in the encoding that the file or the recipe says, or reads as nonsense; names row,
            column, and the encoding that fits.
    """
    for at, name in enumerate(batch.schema.names):
        column = batch.column(at)
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            raise _refusal(column.cast(pa.binary()), name, rows, path, said) from None
        nonsense = _nonsense(column)
        if nonsense and not said:
            raise _question(column, nonsense, name, rows, path)
        if nonsense and all(_fits(text, said) for text in nonsense.values()):
            batch = batch.set_column(at, name, _reread(column, said))
    frame: pd.DataFrame = batch.to_pandas(date_as_object=False)
    return frame


def _refusal(column: pa.Array, name: str, rows: NDArray[np.int64], path: Path, said: str) -> SourceEncoding:
    texts: list[Any] = column.to_pylist()
    for row, text in zip(rows, texts, strict=True):
        if text is not None and not _fits(text, "utf-8"):
            claim = f"not {said}" if said else "in an encoding that the file does not name"
            return SourceEncoding(f"{path}: row {row}, column '{name}': the text is {claim}. {suggestion(texts)}")
    return SourceEncoding(f"{path}: column '{name}': {suggestion(texts)}")


def _question(
    column: pa.Array, nonsense: dict[str, bytes], name: str, rows: NDArray[np.int64], path: Path
) -> SourceEncoding:
    first, raw = next(iter(nonsense.items()))
    row = rows[pc.index(column, pa.scalar(first, column.type)).as_py()]
    fitting = _best(nonsense.values())
    return SourceEncoding(
        f"{path}: row {row}, column '{name}': '{first}' looks like text in another encoding. Add encoding = "
        f'"{fitting}" to the source if it should read \'{raw.decode(fitting)}\', or encoding = "utf-8" if it is right.'
    )


def _nonsense(column: pa.Array) -> dict[str, bytes]:
    """Texts of a column that were taken for Latin-1, with their bytes; empty where the column is what it seems."""
    if pc.all(pc.string_is_ascii(column)).as_py() is not False:
        return {}
    foreign = column.filter(pc.invert(pc.fill_null(pc.string_is_ascii(column), True)))
    if pc.any(pc.match_substring_regex(foreign, r"[\x{2e80}-\x{10ffff}]")).as_py():
        return {}
    texts = pc.unique(foreign).slice(0, SAMPLE).to_pylist()
    raw = {text: _bytes_of(text) for text in texts}
    found = {text: each for text, each in raw.items() if each is not None}
    return found if len(found) == len(texts) and _best(found.values()) != CANDIDATES[-1] else {}


def _bytes_of(text: str) -> bytes | None:
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    return None


def _reread(column: pa.Array, said: str) -> pa.Array:
    return pa.array([_again(text, said) for text in column.to_pylist()], type=column.type)


def _again(text: str | None, said: str) -> str | None:
    raw = None if text is None else _bytes_of(text)
    return raw.decode(said) if raw is not None and _fits(raw, said) else text


def suggestion(texts: Sequence[bytes | None]) -> str:
    """What to write into the recipe, with a sample of how the text reads then."""
    present = [text for text in texts if text and not text.isascii()]
    if present and present[0].startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return 'Add encoding = "utf-16" to the source.'
    name = _best(present, alone=True)
    sample = next((text for text in present if _fits(text, name)), None)
    if sample is None or not all(_fits(text, name) for text in present):
        return 'Name its encoding in the recipe, such as encoding = "gb18030".'
    return f"Add encoding = \"{name}\" to the source if it should read '{sample.decode(name).strip()}'."


def _best(texts: Iterable[bytes], *, alone: bool = False) -> str:
    """The candidate that fits best: Chinese where the bytes make common characters, else the last.

    ``alone`` counts characters that stand alone too: for bytes of which it is known that they are not UTF-8.
    """
    raw = list(texts)
    score = {name: _commonness(raw, name, alone) for name in CANDIDATES[:-1] if all(_fits(text, name) for text in raw)}
    best = max(score, key=lambda name: score[name], default=CANDIDATES[-1])
    return best if score.get(best, 0.0) >= CHINESE else CANDIDATES[-1]


def _commonness(texts: list[bytes], encoding: str, alone: bool) -> float:
    """Share of the characters beyond ASCII that are in common use and (unless ``alone``) stand side by side."""
    read = [text.decode(encoding) for text in texts]
    beyond = sum(not each.isascii() for text in read for each in text)
    wanted = _BEYOND_ASCII if alone else _SIDE_BY_SIDE
    together = [each for text in read for run in wanted.findall(text) for each in run]
    return sum(_is_common(each, encoding) for each in together) / max(beyond, 1)


def _is_common(character: str, encoding: str) -> bool:
    raw = character.encode(encoding)
    if len(raw) != 2:
        return False
    if encoding == "big5":
        return 0xA1 <= raw[0] <= 0xC6  # marks, then the 5,401 characters in frequent use
    return raw[1] >= 0xA1 and (0xB0 <= raw[0] <= 0xF7 or raw[0] in (0xA1, 0xA3))  # the 6,763 of GB 2312, and marks


def _fits(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
