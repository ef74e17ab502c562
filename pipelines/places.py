"""Tables of any format: their headings made distinct, and their places from coordinates or WKT in columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipelines.recipe import Source
from twin.errors import SourceUnreadable, UnknownName

SHOWN = 60
"""Letters of a broken WKT that are shown."""


def headings(names: Iterable[Any], notes: list[str]) -> list[str]:
    """Names of columns without blanks around them, each once: the second ``a`` is called ``a_2``, and that is noted."""
    seen: Counter[str] = Counter()
    plain = ["" if name is None else str(name).strip() for name in names]
    taken, made = set(plain), []
    for at, name in enumerate(plain, 1):
        called = name or f"column_{at}"
        while seen[called]:
            seen[called] += 1
            called = next(n for n in (f"{called}_{k}" for k in range(2, len(plain) + 2)) if n not in taken)
        seen[called] += 1
        taken.add(called)
        if called != name:
            notes.append(
                f"{f'a second column {name!r}' if name else f'column {at}, without a name,'} is called {called!r}"
            )
        made.append(called)
    return made


def check_place(path: Path, source: Source, columns: Sequence[str]) -> None:
    """Whether the columns that the recipe names for the place are there.

    Raises:
        SourceUnreadable: the table has no column at all.
        UnknownName: one of ``x``, ``y``, ``wkt`` is not there; the nearest is named.
    """
    if not columns:
        raise SourceUnreadable(f"{path}: no header can be read: the table is empty")
    for wanted in (source.x, source.y, source.wkt):
        if wanted and wanted not in columns:
            raise UnknownName("column", wanted, columns, str(path))


def places(frame: pd.DataFrame, source: Source) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Geometries of a table's rows, and why some could not be made, by position.

    Blank coordinates or WKT give None and no reason. A decimal comma is read; NaN and infinite numbers are refused.
    """
    if source.wkt:
        return _from_wkt(frame[source.wkt])
    if source.x:
        return _from_coordinates(frame[source.x], frame[source.y])
    return np.full(len(frame), None, dtype=object), {}


def _from_wkt(column: pd.Series[Any]) -> tuple[NDArray[np.object_], dict[int, str]]:
    given = _given(column)
    texts = np.full(len(column), None, dtype=object)
    texts[given] = [str(text) for text in column[given]]
    geometry = shapely.from_wkt(texts, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(geometry) & given)
    return geometry, {int(i): f"'{texts[i][:SHOWN]}' is not WKT" for i in lost}


def _from_coordinates(x: pd.Series[Any], y: pd.Series[Any]) -> tuple[NDArray[np.object_], dict[int, str]]:
    east, north = _numbers(x), _numbers(y)
    known = np.isfinite(east) & np.isfinite(north)
    geometry = np.full(len(x), None, dtype=object)
    geometry[known] = shapely.points(east[known], north[known])
    given = _given(x) | _given(y)
    return geometry, {
        int(i): f"'{_shown(x.iloc[i])}', '{_shown(y.iloc[i])}' are not coordinates"
        for i in np.flatnonzero(given & ~known)
    }


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan)
    text = column.astype("str").str.strip().str.replace(r"^([+-]?\d*),(\d+)$", r"\1.\2", regex=True)
    return pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _given(column: pd.Series[Any]) -> NDArray[np.bool_]:
    """Which rows say something, if only NaN as a number."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.ones(len(column), dtype=bool) if column.dtype.kind == "f" else column.notna().to_numpy(dtype=bool)
    return (column.notna() & (column.astype("str").str.strip() != "")).to_numpy(dtype=bool)


def _shown(value: Any) -> str:
    return "" if pd.isna(value) else str(value).strip()
