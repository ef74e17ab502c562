"""Two obvious methods that the attribution must beat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from twin.batch import BoolArray, FloatArray, Geometries

DRAWS = 999
FALSE_DISCOVERIES = 0.05


def above_median(messiness: pd.Series[float], recorded: pd.DataFrame) -> pd.DataFrame:
    """Flags: a shortfall where messiness (by zone code) is above the city's median is messy, else technology.

    ``recorded`` holds zone, goal and shortfall of all zones. Confidence grows from 0.5 to 1 with the distance
    of the zone's rank from the middle.
    """
    rank = messiness.rank(pct=True)
    rows = recorded[recorded["shortfall"] > 0]
    here = rows["zone"].map(rank).to_numpy(np.float64)
    above = rows["zone"].map(messiness > messiness.median()).to_numpy(bool)
    return _flags(rows, above, 0.5 + np.abs(here - 0.5))


def bivariate_lisa(
    messiness: pd.Series[float], recorded: pd.DataFrame, zones: Geometries, random: np.random.Generator
) -> pd.DataFrame:
    """Flags: messy where high messiness lies among high shortfalls by bivariate local Moran, else technology.

    I_i = z(messiness)_i · Σ_j w_ij z(shortfall)_j, Queen weights, row-standardised; 999 conditional permutations;
    Benjamini–Hochberg at 5 % over the zones of a goal (Anselin 1995; Anselin, Syabri & Smirnov 2002). ``zones``
    are the polygons in the order of ``messiness``. Confidence is 1 − p of a messy zone, else a half.
    """
    weights = queen(zones)
    tables = []
    for _, rows in recorded.groupby("goal", sort=True):
        shortfall = rows.set_index("zone")["shortfall"].reindex(messiness.index).to_numpy(np.float64)
        form, lag, p = _local_moran(np.asarray(messiness, dtype=np.float64), shortfall, weights, random)
        high = (form > 0) & (lag > 0) & discoveries(p)
        verdict = pd.DataFrame({"high": high, "p": p}, index=messiness.index)
        short = rows[rows["shortfall"] > 0]
        here = verdict.loc[short["zone"]]
        tables.append(_flags(short, here["high"].to_numpy(bool), np.where(here["high"], 1 - here["p"], 0.5)))
    return pd.concat(tables, ignore_index=True)


def queen(zones: Geometries) -> list[np.ndarray]:
    """Neighbours of each zone: those that share a point of the border."""
    one, other = shapely.STRtree(zones).query(zones, predicate="dwithin", distance=0.01)
    return [np.sort(other[(one == n) & (other != n)]) for n in range(len(zones))]


def discoveries(p: FloatArray, rate: float = FALSE_DISCOVERIES) -> BoolArray:
    """Benjamini–Hochberg: which of many p-values stand at a rate of false discoveries."""
    order = np.argsort(p)
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / len(p))
    found = np.zeros(len(p), dtype=bool)
    if len(passed):
        found[order[: passed[-1] + 1]] = True
    return found


def _local_moran(
    form: FloatArray, shortfall: FloatArray, weights: list[np.ndarray], random: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Standardised form, spatial lag of the shortfall, and pseudo p (one-sided, folded) of each zone."""
    x, y = _standard(form), _standard(shortfall)
    lag = np.array([y[near].mean() if len(near) else 0.0 for near in weights])
    p = np.ones(len(x))
    for zone, near in enumerate(weights):
        if len(near) == 0:
            continue
        others = np.delete(y, zone)
        drawn = others[random.integers(len(others), size=(DRAWS, len(near)))].mean(axis=1)
        larger = int((x[zone] * drawn >= x[zone] * lag[zone]).sum())
        p[zone] = (min(larger, DRAWS - larger) + 1) / (DRAWS + 1)
    return x, lag, p


def _standard(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-12))


def _flags(rows: pd.DataFrame, messy: BoolArray, confidence: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "zone": rows["zone"].to_numpy(),
            "goal": rows["goal"].to_numpy(),
            "cause": np.where(messy, "messy", "technology"),
            "confidence": np.clip(confidence, 0, 1),
        }
    )
