"""Personal data is refused at the door: columns about persons are never stored, whatever format they come in.

A column is refused as a whole if its name says that it holds names, numbers or addresses of persons, or if a fifth of
its values look like identity numbers, telephone numbers or e-mail addresses. Names of a layer's own fields are no
suspicion. In free tags (OpenStreetMap's) only the offending key is dropped.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.schema import Layer
from pipelines.readers.reader import Chunk
from pipelines.recipe import Source
from twin.errors import RecipeError

THRESHOLD = 0.2
"""Share of a column's values that look personal, from which the column is refused."""

SAMPLE = 1000
"""Values that are looked at first: where fewer than a tenth of them look personal, a fifth of all cannot."""

LEAST_TELLING_NUMBER = 1e6
"""Numbers below this are too short for a telephone."""

WORDS: dict[str, dict[str, list[str]]] = tomllib.loads(
    files("pipelines").joinpath("personal_words.toml").read_text(encoding="utf-8")
)
"""What a column's name can say: by what it holds, ``words`` (in English and pinyin) and ``signs`` (in Chinese)."""

MOBILE = re.compile(r"^(?:(?:\+|00)?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}$")
LANDLINE = re.compile(r"^(?:(?:\+|00)86[\s-]?)?(?:\(0\d{2,3}\)|0\d{2,3}[\s-])\s?[2-9]\d{2,3}[\s-]?\d{4}$")
ABROAD = re.compile(r"^(?:\+|00)[1-9]\d{0,2}[\s.-]?(?:\(\d{1,4}\)[\s.-]?)?\d{2,4}(?:[\s.-]?\d{2,4}){1,4}$")
AMERICAN = re.compile(r"^(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}$")
EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]+\.[A-Za-z]{2,24}$")
IDENTITY = re.compile(r"^[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$")
FORMER_IDENTITY = re.compile(r"^[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$")
SOCIAL = re.compile(r"^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$")

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK_DIGITS = "10X98765432"
"""Check digit of an identity number by GB 11643-1999: weighted sum of the first 17 digits, modulo 11."""


@dataclass(frozen=True)
class Refused:
    """A column that is not stored, and what it holds or says to hold."""

    column: str
    holds: str
    by: str

    def __str__(self) -> str:
        """The sentence for whoever loads."""
        why = "its name says so" if self.by == "name" else "its values look so"
        return f"column '{self.column}' was refused: {self.holds} ({why}). Nothing of it is stored"


def said_by_name(column: str) -> str | None:
    """What a column's name says it holds of persons; None where it says nothing of the kind."""
    parts = [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", column)]
    said = {"".join(parts), *parts, *map("".join, itertools.pairwise(parts))}
    for holds, known in WORDS.items():
        if said.intersection(known["words"]) or any(sign in column for sign in known["signs"]):
            return holds
    return None


def looks_personal(value: str) -> str | None:
    """What one value looks like, None where it looks like nothing of a person."""
    text = value.strip()
    if EMAIL.match(text):
        return "e-mail addresses"
    if _is_identity(text):
        return "identity numbers"
    if any(pattern.match(text) for pattern in (MOBILE, LANDLINE, ABROAD, AMERICAN)):
        return "telephone numbers"
    return None


def _is_identity(text: str) -> bool:
    if SOCIAL.match(text):
        return True
    if FORMER_IDENTITY.match(text):
        return True
    if not IDENTITY.match(text):
        return False
    total = int(WEIGHTS @ np.array([int(digit) for digit in text[:17]]))
    return CHECK_DIGITS[total % 11] == text[17].upper()


def said_by_values(column: pd.Series[Any]) -> str | None:
    """What a fifth or more of a column's values look like, None where fewer do."""
    present = column[column.notna()]
    kind = present.dtype
    if present.empty or pd.api.types.is_bool_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind):
        return None
    if pd.api.types.is_numeric_dtype(kind) and float(present.max()) < LEAST_TELLING_NUMBER:
        return None
    if len(present) > SAMPLE and _looks(_as_texts(_some(present)), SAMPLE, THRESHOLD / 2) is None:
        return None
    return _looks(_as_texts(present), len(present), THRESHOLD)


def _some(present: pd.Series[Any]) -> pd.Series[Any]:
    # Anywhere in the column, so that no order of rows can hide what a fifth of them hold.
    chosen = np.random.default_rng(len(present)).choice(len(present), SAMPLE, replace=False)
    return present.iloc[np.sort(chosen)]


def _looks(texts: pd.Series[Any], of: int, threshold: float) -> str | None:
    texts = texts[texts.str.len().between(7, 100) & texts.str.contains(r"\d{3}|@", regex=True)]
    # What begins with a letter can be an address of e-mail, and nothing else.
    texts = texts[texts.str.contains("@", regex=False) | ~texts.str.match(r"[A-Za-z]")]
    if len(texts) < threshold * of:
        return None
    found: dict[str, int] = {}
    for text, count in texts.value_counts().items():
        holds = looks_personal(str(text))
        if holds:
            found[holds] = found.get(holds, 0) + int(count)
    if sum(found.values()) < threshold * of:
        return None
    return max(found, key=lambda holds: found[holds])


def _as_texts(present: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_float_dtype(present.dtype):
        numbers = present.to_numpy(dtype=float)
        return pd.Series([f"{number:.0f}" for number in numbers if number.is_integer()], dtype="str")
    return present.astype("str")


def refused_by_name(layer: Layer, columns: Iterable[str]) -> list[Refused]:
    """Columns whose names give them away; those named like a field of the layer are no suspicion."""
    fields = {name.lower() for name in layer.fields}
    found = []
    for column in columns:
        holds = None if column.lower() in fields else said_by_name(column)
        if holds:
            found.append(Refused(column, holds, "name"))
    return found


def refused_by_values(source: Source, chunk: Chunk) -> list[Refused]:
    """Columns of a chunk whose values give them away; columns of coordinates are no suspicion."""
    places = {source.x, source.y, source.wkt}
    found = []
    for column in chunk.columns.columns:
        values = chunk.columns[column]
        holds = None if column in places or _holds_tags(values) else said_by_values(values)
        if holds:
            found.append(Refused(str(column), holds, "values"))
    return found


class PersonalValues(Exception):
    """Columns of a chunk turned out to be about persons: the source is read again without them."""

    def __init__(self, refused: list[Refused]) -> None:
        """Name the columns."""
        super().__init__("; ".join(map(str, refused)))
        self.refused = refused


def refuse_mapped(refused: Refused, mapping: Mapping[str, str], path: Path) -> None:
    """See that a refused column feeds no field of the layer.

    Raises:
        RecipeError: it does; what it is about would be stored.
    """
    for field, column in mapping.items():
        if column == refused.column:
            raise RecipeError(
                f"{path}: column '{column}' feeds the field '{field}', but holds {refused.holds}; personal data is not "
                "stored: map another column, or leave the field out"
            )


def without(chunk: Chunk, refused: Iterable[Refused]) -> Chunk:
    """The chunk without refused columns, and its free tags without keys about persons."""
    names = {each.column for each in refused}
    columns = chunk.columns.drop(columns=[name for name in chunk.columns.columns if name in names])
    for name in columns.columns:
        if _holds_tags(columns[name]):
            columns = columns.assign(**{name: _without_keys(columns[name])})
    return replace(chunk, columns=columns)


def _holds_tags(values: pd.Series[Any]) -> bool:
    return values.dtype == object and any(isinstance(each, dict) for each in values)


def _without_keys(tags: pd.Series[Any]) -> pd.Series[Any]:
    keys = {key for each in tags if isinstance(each, dict) for key in each}
    bad = {key for key in keys if said_by_name(key.replace(":", "_"))}
    for key in keys - bad:
        values = pd.Series([each[key] for each in tags if isinstance(each, dict) and key in each], dtype="str")
        if said_by_values(values):
            bad.add(key)
    if not bad:
        return tags
    kept = [{k: v for k, v in each.items() if k not in bad} if isinstance(each, dict) else each for each in tags]
    return pd.Series(kept, index=tags.index, dtype=object)
