"""From a file's columns to a layer's fields: mapping by name, values renamed, constants set, types made."""

from __future__ import annotations

from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.schema import Field, Kind, Layer
from pipelines.recipe import Source
from twin.errors import UnknownName

TRUE = frozenset({"1", "1.0", "true", "t", "yes", "y", "是", "有"})
FALSE = frozenset({"0", "0.0", "false", "f", "no", "n", "否", "无"})
NOTHING = frozenset({"", "null", "none", "nan", "<null>", "n/a", "na", "-"})
"""Texts (lower case) that stand for a missing value, unless they are a choice of the field."""

LARGEST_INTEGER = 2**31 - 1
"""The largest whole number that a column of the store holds."""


def column_of_field(layer: Layer, source: Source, columns: tuple[str, ...], path: Path) -> dict[str, str]:
    """Which of the file's columns feeds which field.

    Raises:
        UnknownName: the recipe names a column that is not in the file; the nearest is given.
    """
    found = {}
    by_name = {name.lower(): name for name in reversed(columns)}
    for name in layer.fields:
        wanted = source.columns.get(name)
        if wanted is not None:
            exact = wanted if wanted in columns else by_name.get(wanted.lower())
            if exact is None:
                raise UnknownName("column", wanted, columns, str(path))
            found[name] = exact
        elif name in by_name:
            found[name] = by_name[name]
    return found


def values_of_field(name: str, column: pd.Series[Any] | None, source: Source) -> pd.Series[Any] | None:
    """A field's raw values: the column, renamed by ``values``; ``set`` where the recipe has it."""
    if name in source.set:
        size = 0 if column is None else len(column)
        return pd.Series([source.set[name]] * size, dtype=object)
    if column is None:
        return None
    renaming = source.values.get(name)
    if renaming is None:
        return column
    return column.map(lambda value: renaming.get(_plain(value), value), na_action="ignore")


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def typed(each: Field, raw: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Values of the field's kind (missing as None/NaN), and which of them could not be made so."""
    maker: Callable[[pd.Series[Any]], pd.Series[Any]] = {
        Kind.TEXT: _text,
        Kind.INTEGER: _number,
        Kind.NUMBER: _number,
        Kind.BOOLEAN: _boolean,
        Kind.DATE: _date,
    }[each.kind]
    present = _present(raw, NOTHING.difference(each.choices))
    made = maker(raw.where(present))
    wrong = present.to_numpy() & made.isna().to_numpy()
    if each.kind is Kind.INTEGER:
        whole = made.isna() | ((made == np.floor(made)) & (made.abs() <= LARGEST_INTEGER))
        wrong |= ~whole.to_numpy()
    return made, wrong


def is_text(raw: pd.Series[Any]) -> bool:
    """Whether the values are texts of pandas' own kind, on which its functions run without Python."""
    return isinstance(raw.dtype, pd.StringDtype)


def _present(raw: pd.Series[Any], nothing: Set[str]) -> pd.Series[bool]:
    present = raw.notna()
    if is_text(raw) or raw.dtype == object:
        text = raw if is_text(raw) else raw.astype("str")
        present &= ~text.str.strip().str.lower().isin(nothing)
    return present


def _text(raw: pd.Series[Any]) -> pd.Series[Any]:
    if not is_text(raw):
        plain = pd.api.types.is_numeric_dtype(raw.dtype) or raw.dtype == object
        raw = (raw.map(_plain, na_action="ignore") if plain else raw.astype("str").where(raw.notna())).astype("str")
    stripped = raw.str.strip()
    # PostgreSQL holds no zero character in a text.
    return stripped.str.replace("\x00", "", regex=False)


def _number(raw: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(raw.dtype) or pd.api.types.is_numeric_dtype(raw.dtype):
        numbers = raw.astype(float)
    else:
        text = raw.astype(str).str.strip().str.replace(",", ".", regex=False).where(raw.notna())
        numbers = pd.to_numeric(text, errors="coerce").astype(float)
    return numbers.where(np.isfinite(numbers))


def _boolean(raw: pd.Series[Any]) -> pd.Series[Any]:
    text = raw.astype(str).str.strip().str.lower()
    made = pd.Series(np.full(len(raw), None, dtype=object), index=raw.index)
    made[text.isin(TRUE) & raw.notna()] = True
    made[text.isin(FALSE) & raw.notna()] = False
    return made


def _date(raw: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        days = raw
    else:
        text = raw.map(_plain, na_action="ignore").astype(object)
        tidy = text.str.replace(r"[/.年月]", "-", regex=True).str.rstrip("日")
        days = pd.to_datetime(tidy, format="ISO8601", errors="coerce")
        compact = pd.to_datetime(
            text.where(text.str.fullmatch(r"\d{8}").fillna(False)), format="%Y%m%d", errors="coerce"
        )
        days = days.fillna(compact)
    made: pd.Series[Any] = days.dt.normalize()
    return made
