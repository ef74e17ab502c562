"""How well a table fits a layer: by its geometry, by the words of its name, by its columns and what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from layers.schema import Field, Geometry, Kind, Layer
from pipelines.columns import typed
from pipelines.guess.sample import Sample

EXACT, ALIAS, CONTENT = 1.5, 1.0, 1.5
IN_TABLE_NAME, IN_FILE_NAME, IN_FOLDER_NAME = 4.0, 3.0, 1.0
MISSING_REQUIRED = -2.0
SHARE_OF_CHOICES = 0.6
SURE = 3.0


@dataclass(frozen=True)
class Match:
    """A table seen as a layer: which column feeds which field, how values are renamed, and how well all that fits."""

    layer: Layer
    score: float
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the layer is more than a possibility, and nothing that it needs is missing."""
        return self.score >= SURE and not self.missing


def match(sample: Sample, layer: Layer) -> Match | None:
    """A table seen as a layer; None where its geometry does not go with it."""
    if not _geometry_fits(sample, layer):
        return None
    score = _name_score(sample, layer)
    taken: dict[str, str] = {}
    values: dict[str, Mapping[str, str]] = {}
    for name, each in _by_weight(layer):
        found, points = _column_for(name, each, sample.columns, set(taken.values()), name == layer.key)
        if found:
            taken[name] = found
            score += points
            renamed = _renamed(each, sample.columns[found])
            if renamed:
                values[name] = renamed
    needed = [name for name, each in layer.fields.items() if each.required and name != layer.key]
    missing = tuple(name for name in needed if name not in taken)
    return Match(layer, score + MISSING_REQUIRED * len(missing), taken, values, missing)


def _geometry_fits(sample: Sample, layer: Layer) -> bool:
    wanted = {name.removeprefix("Multi") for name in layer.geometry.accepted}
    if layer.geometry is Geometry.NONE or not sample.kinds:
        return layer.geometry is Geometry.NONE and not sample.kinds
    return bool(sample.kinds & wanted)


def _name_score(sample: Sample, layer: Layer) -> float:
    score = 0.0
    for text, points in (
        (sample.sublayer, IN_TABLE_NAME),
        (sample.path.name.split(".")[0], IN_FILE_NAME),
        (sample.path.parent.name, IN_FOLDER_NAME),
    ):
        words = set(re.findall(r"[a-z]+", text.lower()))
        if words & set(layer.aliases) or any(a in text for a in layer.aliases if not a.isascii()):
            score = max(score, points) if points > IN_FOLDER_NAME else score + points
    return score


def _by_weight(layer: Layer) -> list[tuple[str, Field]]:
    # Required fields choose first, so that an optional one does not take their column.
    return sorted(layer.fields.items(), key=lambda item: (not item[1].required, item[0] == layer.key))


def _column_for(name: str, each: Field, columns: pd.DataFrame, taken: set[str], is_key: bool) -> tuple[str, float]:
    free = {column.strip().lower(): column for column in map(str, columns.columns) if column not in taken}
    for alias in (name, *each.aliases):
        column = free.get(alias.lower())
        if column is None or not _holds(each, columns[column], is_key):
            continue
        points = EXACT if alias == name else ALIAS
        return column, points + (CONTENT if each.choices and _choices(each, columns[column]) else 0.0)
    if each.choices and each.required:
        for column in free.values():
            if _choices(each, columns[column]):
                return column, CONTENT
    return "", 0.0


def _holds(each: Field, values: pd.Series[Any], is_key: bool) -> bool:
    present = values.dropna()
    if present.empty:
        return not each.required
    if is_key:
        return bool(present.is_unique and len(present) == len(values))
    if each.choices and each.kind is Kind.TEXT:
        return _choices(each, values)
    _, wrong = typed(each, present.reset_index(drop=True))
    return bool(wrong.mean() < 1 - SHARE_OF_CHOICES)


def _choices(each: Field, values: pd.Series[Any]) -> bool:
    present = values.dropna().astype("str").str.strip()
    known = {*each.choices, *each.values}
    return len(present) > 0 and bool(present.isin(known).mean() >= SHARE_OF_CHOICES)


def _renamed(each: Field, values: pd.Series[Any]) -> dict[str, str]:
    if not each.values:
        return {}
    present = values.dropna().astype("str").str.strip().unique()
    return {
        value: each.values[value] for value in sorted(present) if value in each.values and value not in each.choices
    }
