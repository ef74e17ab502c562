"""Values of any file as what PostgreSQL's JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def as_json(value: Any) -> Any:
    """A value as text, number, truth, list, mapping or None.

    NaN and infinity, which JSON does not have, become None; the zero character, which PostgreSQL does not have, is left
    out of texts; what is of another kind becomes its text.
    """
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    if isinstance(value, Mapping):
        return {str(name): as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [as_json(each) for each in value]
    return None if pd.isna(value) else str(value)
