"""What the zones of a planted city are like: distance, disorder, income, hidden levels, records.

Disorder goes with distance, poverty, thin supply and old records, so that nothing but the contrast between
premises tells its effect from theirs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.planted.parameters import Parameters
from twin.batch import FloatArray

UTILITIES = ("broadband_gigabit", "sewer_connection")


def smooth(xy: FloatArray, length_m: float, random: np.random.Generator) -> FloatArray:
    """A smooth field at points (n, 2), mean 0 and standard deviation 1; ``length_m`` is its half wave."""
    waves = random.normal(size=(24, 2)) / length_m * 2.2
    phase = random.uniform(0, 2 * np.pi, 24)
    return scaled(np.cos(xy @ waves.T + phase).sum(axis=1))


def scaled(values: FloatArray) -> FloatArray:
    """Less the mean, by the standard deviation."""
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9))


def ranked(values: FloatArray) -> FloatArray:
    """Ranks, 0…1."""
    return np.asarray(np.argsort(np.argsort(values)) / max(len(values) - 1, 1))


def traits_of(xy: FloatArray, p: Parameters, random: np.random.Generator) -> pd.DataFrame:
    """One row a zone, from the zones' centres (n, 2)."""
    count = len(xy)
    middle = xy.mean(axis=0) + random.normal(0, 0.08, 2) * np.ptp(xy, axis=0)
    far = ranked(np.hypot(*(xy - middle).T))
    patch, noise = smooth(xy, 900, random), random.normal(size=(6, count))
    disorder = ranked(0.75 * scaled(far) + 1.1 * patch + 0.35 * noise[0])
    wealth = -0.75 * scaled(disorder) - 0.2 * scaled(far) + 0.5 * smooth(xy, 800, random) + 0.4 * noise[1]
    frame = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "far": far, "disorder": disorder, "wealth": ranked(wealth)})
    frame["income_index"] = np.round(np.clip(1 + 0.28 * scaled(wealth), 0.35, 2.2), 2)
    depth = np.clip((disorder - (1 - p.informal)) / p.informal, 0, 1)
    share = np.clip(0.42 + 0.58 * depth + 0.2 * noise[2], 0.15, 1.0)
    frame["informal"] = np.where(depth > 0, share, 0.0)
    frame["retrofitted"] = (frame["informal"] > 0) & (random.random(count) < p.retrofitted)
    # Estates built far out in one go, in order and with nothing laid: supply lacks where form is tidy.
    frame["estate"] = (frame["informal"] == 0) & (far > 0.45) & (random.random(count) < 0.26)
    frame["green"] = random.random(count) < p.parks * (1.15 - 0.35 * disorder)
    frame["skipped_parks"] = random.random(count) < p.skipped_parks
    for utility in UTILITIES:
        _hidden(frame, utility, p, random)
    return frame


def _hidden(frame: pd.DataFrame, utility: str, p: Parameters, random: np.random.Generator) -> None:
    """The level that nobody sees, how much bad access hurts, and the state of the records."""
    count = len(frame)
    operator = (0.972 + 0.016 * np.sign(smooth(frame[["x", "y"]].to_numpy(), 1500, random))) * np.ones(count)
    level = operator - 0.03 * (1 - frame["wealth"]) + random.normal(0, 0.008, count)
    held = random.random(count) < p.obstacle * (0.8 + 0.4 * frame["disorder"])
    frame[f"{utility}_level"] = np.where(held, random.uniform(0.30, 0.72, count), np.clip(level, 0.9, 1.0))
    frame[f"{utility}_held"] = held
    frame[f"{utility}_effect"] = np.exp(random.normal(0, 0.34, count))
    poor = random.random(count) < p.poor_records * (0.35 + 1.3 * frame["disorder"])
    gap = np.where(
        poor, random.uniform(0.25, 0.75, count), random.beta(1.2, 22, count) * (0.6 + 0.8 * frame["disorder"])
    )
    frame[f"{utility}_gap"] = np.clip(gap, 0, 0.95)
