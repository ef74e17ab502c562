"""How right attributions are, against the planted truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.planted.labels import CAUSES

BINS = 10
SURE = 0.8
KEYS = ["zone", "goal"]


@dataclass(frozen=True)
class Scored:
    """``macro_f1`` over the four causes; ``precision``, ``recall`` and ``f1`` by cause (NaN where the cause neither
    is nor is called); ``innocent_messy`` = share called messy of what is not; ``ece`` in ten bins, ``brier`` of
    the top label; ``right_when_sure`` = share right at confidence ≥ 0.8 (NaN where none is); ``n`` labels,
    ``missing`` of them without a flag, which count as wrong."""

    macro_f1: float
    precision: pd.Series[float]
    recall: pd.Series[float]
    f1: pd.Series[float]
    innocent_messy: float
    ece: float
    brier: float
    right_when_sure: float
    n: int
    missing: int


def scores(flags: pd.DataFrame, truth: pd.DataFrame) -> Scored:
    """Score flags (zone, goal, cause, confidence) against truth (zone, goal, cause, …), all goals pooled.

    Flags of a zone and goal that the truth does not label are left out.

    Raises:
        ValueError: two flags of one zone and goal.
    """
    if flags.duplicated(KEYS).any():
        raise ValueError("A zone and goal has two flags: there must be one.")
    both = truth[[*KEYS, "cause"]].merge(
        flags[[*KEYS, "cause", "confidence"]], on=KEYS, how="left", suffixes=("", "_said")
    )
    true, said = both["cause"].to_numpy(str), both["cause_said"].fillna("").to_numpy(str)
    flagged = said != ""
    right, sure = (true == said)[flagged], both["confidence"].to_numpy(np.float64)[flagged]
    hits = pd.Series({cause: int(((true == cause) & (said == cause)).sum()) for cause in CAUSES})
    called = pd.Series({cause: int((said == cause).sum()) for cause in CAUSES})
    real = pd.Series({cause: int((true == cause).sum()) for cause in CAUSES})
    f1 = 2 * hits / (called + real).where(called + real > 0)
    return Scored(
        macro_f1=float(f1.mean()),
        precision=hits / called.where(called > 0),
        recall=hits / real.where(real > 0),
        f1=f1,
        innocent_messy=float((said[true != "messy"] == "messy").mean()),
        ece=calibration_error(sure, right),
        brier=float(((sure - right) ** 2).mean()),
        right_when_sure=float(right[sure >= SURE].mean()) if (sure >= SURE).any() else float("nan"),
        n=len(both),
        missing=int((~flagged).sum()),
    )


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error: |mean confidence − share right| in ten equal bins, weighted by their counts."""
    at = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = np.bincount(at, confidence, minlength=BINS) - np.bincount(at, right, minlength=BINS)
    return float(np.abs(gap).sum() / max(len(confidence), 1))
