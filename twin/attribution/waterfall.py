"""The way from today's value to the target, in parts that add up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.attribution.method import CAUSES, Case, Names, Verdicts
from twin.batch import FloatArray

WORTH_NAMING = 0.1
"""A second cause is named where it is at least this share of the shortfall."""


def parts_of(case: Case, verdicts: Verdicts) -> Mapping[str, FloatArray]:
    """By cause, what of each zone's shortfall it explains: four arrays (zones,) ≥ 0 that add up to the shortfall.

    ``data`` is what premises without a fresh record would add if they were like the others, Y0 less the value. The
    rest is shared between built form and technology by the exact Shapley split of two players, (M + B - S) / 2 and
    (S + B - M) / 2, scaled down where both together pass the target. ``other`` is what neither explains. With too few
    fresh records all of it is ``data``.
    """
    shortfall = case.shortfall
    unknown = np.isnan(verdicts.y0) | ((verdicts.cause == "data") & (verdicts.y0 < case.target))
    data = np.where(unknown, shortfall, np.clip(np.nan_to_num(verdicts.y0) - case.value, 0.0, shortfall))
    left = shortfall - data
    messy, technology, both = (
        np.where(unknown, 0.0, np.nan_to_num(each - verdicts.y0))
        for each in (verdicts.tidy, verdicts.supplied, verdicts.both)
    )
    scale = np.minimum(np.divide(left, both, out=np.zeros(len(left)), where=both > 0), 1.0)
    form = scale * np.maximum(messy + both - technology, 0) / 2
    supply = scale * np.maximum(technology + both - messy, 0) / 2
    other = np.maximum(left - form - supply, 0.0)
    return dict(zip(CAUSES, (form, supply, data, other), strict=True))


def second_causes(parts: Mapping[str, FloatArray], shortfall: FloatArray, cause: Names) -> Names:
    """The largest part beside the cause's own; "" where it is under a tenth of the shortfall."""
    stacked = np.stack([np.where(cause == name, -1.0, parts[name]) for name in CAUSES])
    largest = stacked.argmax(axis=0)
    enough = stacked.max(axis=0) >= WORTH_NAMING * shortfall
    return np.where(enough, np.array(CAUSES, dtype=object)[largest], "").astype(object)
