"""How well a table fits a layer: by its geometry, by the words of its name, by its columns and what they hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from layers.schema import Field, Geometry, Kind, Layer
from pipelines.columns import typed
from pipelines.guess.sample import Sample
from pipelines.privacy import refused_by_name

EXACT, ALIAS, CONTENT = 1.5, 1.0, 1.5
IN_TABLE_NAME, IN_FILE_NAME, IN_TAGS, IN_FOLDER_NAME = 4.0, 3.0, 3.0, 1.0
TILED = 2.5
MISSING_REQUIRED = -1.5
SHARE_OF_CHOICES = 0.6
SHARE_OF_KEYS = 0.95
"""A column is a key if so many of its values are there and differ: broken rows are what quarantine is for."""

SURE = 3.0
A_YEAR = 1000
"""A whole number that must be at least so large is a year."""


@dataclass(frozen=True)
class Match:
    """A table seen as a layer: which column feeds which field, how values are renamed, and how well all that fits.

    ``constants`` are required fields that the table's own name answers; ``unknown`` are, by field, values that are
    none of its choices; ``missing`` are required fields that nothing feeds.
    """

    layer: Layer
    score: float
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str | int] = field(default_factory=dict)
    unknown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the layer is more than a possibility, and nothing that it needs is missing."""
        return self.score >= SURE and not self.missing


def match(sample: Sample, layer: Layer) -> Match | None:
    """A table seen as a layer; None where its geometry does not go with it."""
    if not _geometry_fits(sample, layer):
        return None
    score = _name_score(sample, layer) + TILED * (layer.tiles and sample.is_tiled)
    columns = sample.columns.drop(columns=list(personal(sample, layer)))
    taken: dict[str, str] = {}
    values: dict[str, Mapping[str, str]] = {}
    unknown: dict[str, Sequence[str]] = {}
    for name, each in _by_weight(layer):
        found, points = _column_for(name, each, columns, set(taken.values()), name == layer.key)
        if found:
            taken[name] = found
            score += points
            renamed, unknown[name] = _renamed(each, columns[found])
            values |= {name: renamed} if renamed else {}
    needed = [name for name, each in layer.fields.items() if each.required and name != layer.key]
    lacking = [name for name in needed if name not in taken]
    constants = {name: said for name in lacking if (said := _said_by_name(layer.fields[name], sample))}
    missing = tuple(name for name in lacking if name not in constants)
    score += MISSING_REQUIRED * len(missing)
    return Match(layer, score, taken, values, constants, {k: v for k, v in unknown.items() if v}, missing)


def personal(sample: Sample, layer: Layer) -> set[str]:
    """Columns that will not be stored, because their names or values are about persons."""
    return sample.personal | {each.column for each in refused_by_name(layer, map(str, sample.columns.columns))}


def _geometry_fits(sample: Sample, layer: Layer) -> bool:
    wanted = {name.removeprefix("Multi") for name in layer.geometry.accepted}
    if layer.geometry is Geometry.NONE or not sample.kinds:
        return layer.geometry is Geometry.NONE and not sample.kinds
    return bool(sample.kinds & wanted)


def _name_score(sample: Sample, layer: Layer) -> float:
    """Points of the best name, its table's or its file's or its tags', and of what stands around it."""
    file = sample.path.name.split(".")[0]
    own, around = (sample.sublayer, file) if sample.sublayer else (file, sample.path.parent.name)
    points = IN_TABLE_NAME if sample.sublayer else IN_FILE_NAME
    best = max(
        points * (_names(own, layer) or _names(sample.title, layer)), IN_TAGS * bool(sample.tags & set(layer.aliases))
    )
    return best + IN_FOLDER_NAME * _names(around, layer)


def _names(text: str, layer: Layer) -> bool:
    words = _words(text)
    return bool(words & set(layer.aliases)) or any(each in text for each in layer.aliases if not each.isascii())


def _words(text: str) -> set[str]:
    words = re.findall(r"[a-z]+", text.lower())
    singular = (word.removesuffix("s") for word in words)
    return {*words, *singular, *map("_".join, itertools.pairwise(words))}


def _by_weight(layer: Layer) -> list[tuple[str, Field]]:
    # Required fields choose first, so that an optional one does not take their column.
    return sorted(layer.fields.items(), key=lambda item: (not item[1].required, item[0] == layer.key))


def _column_for(name: str, each: Field, columns: pd.DataFrame, taken: set[str], is_key: bool) -> tuple[str, float]:
    free = {_plain(column): column for column in map(str, columns.columns) if column not in taken}
    for alias in (name, *each.aliases):
        column = free.get(_plain(alias))
        if column is None or not _holds(each, columns[column], is_key):
            continue
        points = EXACT if alias == name else ALIAS
        return column, points + (CONTENT if each.choices and _choices(each, columns[column]) else 0.0)
    if each.choices and each.required:
        for column in free.values():
            if _choices(each, columns[column]):
                return column, CONTENT
    return "", 0.0


def _plain(name: str) -> str:
    return re.sub(r"[\s\-./]+", "_", name.strip().lower())


def _holds(each: Field, values: pd.Series[Any], is_key: bool) -> bool:
    present = values.dropna()
    if present.empty:
        return not each.required
    if present.map(lambda value: isinstance(value, dict | list)).any():
        return False
    if is_key:
        return bool(present.nunique() >= SHARE_OF_KEYS * len(values))
    if each.choices and each.kind is Kind.TEXT:
        return _choices(each, values)
    _, wrong = typed(each, present.reset_index(drop=True))
    return bool(wrong.mean() < 1 - SHARE_OF_CHOICES)


def _choices(each: Field, values: pd.Series[Any]) -> bool:
    present = values.dropna().astype("str").str.strip()
    counts = present.value_counts()
    known = sum(int(count) for value, count in counts.items() if _choice(each, str(value)) is not None)
    return known > 0 and known >= SHARE_OF_CHOICES * len(present)


def _choice(each: Field, value: str) -> str | None:
    """The choice that a value means; None where it means none. Capital letters do not matter."""
    if value in each.choices:
        return value
    lower = {choice.lower(): choice for choice in each.choices} | {k.lower(): v for k, v in each.values.items()}
    return each.values.get(value, lower.get(value.lower()))


def _renamed(each: Field, values: pd.Series[Any]) -> tuple[dict[str, str], list[str]]:
    """What values have to be called, and those that nobody knows."""
    if not each.choices:
        return {}, []
    present = sorted(values.dropna().astype("str").str.strip().unique())
    meant = {value: _choice(each, value) for value in present if value}
    renamed = {value: choice for value, choice in meant.items() if choice is not None and choice != value}
    return renamed, [value for value, choice in meant.items() if choice is None]


def _said_by_name(each: Field, sample: Sample) -> str | int | None:
    """What the name of a table says of a field: ``manholes`` are all of kind manhole, ``use_2019`` is of that year."""
    name = sample.sublayer or sample.path.name.split(".")[0]
    if each.kind is Kind.INTEGER and each.minimum is not None and each.maximum is not None and each.minimum >= A_YEAR:
        years = [int(found) for found in re.findall(r"(?<!\d)\d{4}(?!\d)", name)]
        return next((year for year in years if each.minimum <= year <= each.maximum), None)
    words = _words(name)
    said = [_choice(each, form) for word in words for form in (word, word.removesuffix("s"))] if each.choices else []
    said += [choice for value, choice in each.values.items() if not value.isascii() and value in name]
    return next((choice for choice in said if choice is not None), None)
