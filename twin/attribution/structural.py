"""The structural method: access and supply of each premise are measured, their effect is assumed."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from twin.attribution.method import Case, Names, Verdicts
from twin.batch import FloatArray
from twin.spatial.sums import sum_by

FEWEST_FRESH = 5
MARGIN = 0.005
DOUBT = 0.2
LEAST_VARIANCE = 0.01
"""Of one premise's coverage, where all or none that were looked at are covered."""

LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.3, 0.95


def structural(case: Case) -> Verdicts:
    """Causes by the structural counterfactual.

    Over the zone's premises with a fresh record, u = those not covered: Y0 = share covered (premises without a fresh
    record are taken to be like the others), M = Σ u·tidy, S = Σ u·supply, B = Σ u·both, each by fresh premises.
    With G = target - Y0: ``data`` if Y0 reaches the target or fewer than 5 premises have a fresh record; else
    ``other`` if B < G / 2; else ``messy`` if M ≥ S and M ≥ B / 4; else ``technology``.

    Confidence lies between 0.3 and 0.95, unless the model fixes it; a fixed one is 0.2 lower as far as the tidy lift
    rests on what is not known, such as green whose access nobody recorded. Of ``messy`` and ``technology``: 0.5 + 0.5
    |M - S| / (M + S + max(B - M - S, 0)). How far M and S are apart says nothing of the other two causes. Of ``data``:
    the probability that Y0 reaches the target, were the premises without a fresh record drawn like the others (normal;
    0.5 where there are too few). Of ``other``: 0.5 + 0.25 (1 - 2 B / G), measured on cities whose causes are known.
    """
    zones = len(case.value)
    rows, lifts = case.rows, case.lifts
    fresh = sum_by(rows.zone, rows.fresh, zones)
    uncovered = rows.fresh - rows.covered

    def share(amount: FloatArray) -> FloatArray:
        """Σ amounts of a zone's rows by its fresh premises, NaN where there are none."""
        total = sum_by(rows.zone, amount, zones)
        found = np.full(zones, np.nan)
        np.divide(total, fresh, out=found, where=fresh > 0)
        return found

    y0 = share(rows.covered)
    messy, technology, both = (share(uncovered * lift) for lift in (lifts.tidy, lifts.supply, lifts.both))
    premises = sum_by(rows.zone, rows.premises, zones)
    gap = case.target - y0
    cause = _cause(gap, messy, technology, both, fresh)
    apart = _confidence(messy, technology, both)
    sure = np.select(
        [cause == "data", cause == "other"],
        [_records_reach(y0, gap, fresh, premises), np.clip(0.75 - 0.5 * _ratio(both, gap), 0.5, 0.75)],
        apart,
    )
    if case.confidence is not None:
        doubtful = share(uncovered * lifts.tidy * (0.0 if lifts.doubt is None else lifts.doubt))
        sure = case.confidence - DOUBT * np.where(cause == "messy", _ratio(np.nan_to_num(doubtful), messy), 0.0)
    return Verdicts(
        cause=cause,
        confidence=sure,
        y0=y0,
        tidy=y0 + messy,
        supplied=y0 + technology,
        both=y0 + both,
        fresh=fresh,
        premises=premises,
    )


def _cause(gap: FloatArray, messy: FloatArray, technology: FloatArray, both: FloatArray, fresh: FloatArray) -> Names:
    in_records = (fresh < FEWEST_FRESH) | ~(gap > 0)
    return np.select(
        [in_records, both < gap / 2, (messy >= technology) & (messy >= both / 4)],
        ["data", "other", "messy"],
        "technology",
    ).astype(object)


def _confidence(messy: FloatArray, technology: FloatArray, both: FloatArray) -> FloatArray:
    effects = messy + technology + np.maximum(both - messy - technology, 0)
    return np.clip(0.5 + 0.5 * _ratio(np.abs(messy - technology), effects), LEAST_CONFIDENCE, MOST_CONFIDENCE)


def _records_reach(y0: FloatArray, gap: FloatArray, fresh: FloatArray, premises: FloatArray) -> FloatArray:
    """Probability that real coverage reaches the target less half a point, given the premises that were looked at.

    A target of everyone could never be reached with certainty by those that were looked at.
    """
    missing = 1 - _ratio(fresh, premises)
    spread = np.sqrt(np.maximum(y0 * (1 - y0), LEAST_VARIANCE) * _ratio(missing, fresh))
    sure = np.clip(ndtr(_ratio(MARGIN - gap, spread)), LEAST_CONFIDENCE, MOST_CONFIDENCE)
    return np.where(fresh < FEWEST_FRESH, 0.5, sure)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``, 0 where the whole is not over 0."""
    found = np.zeros(len(whole))
    np.divide(part, whole, out=found, where=whole > 0)
    return found
