"""The true cause of every recorded shortfall, by the definition, from the true counterfactuals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tests.planted.mechanism import Outcome
from twin.batch import FloatArray, IntArray

TARGETS = {"broadband_gigabit": 0.90, "sewer_connection": 0.90, "green_access": 0.80}
CAUSES = ("messy", "technology", "data", "other")
FEWEST_PREMISES = 25


def cause_of(y0: FloatArray, tidy: FloatArray, supplied: FloatArray, both: FloatArray, target: float) -> FloatArray:
    """The cause by the gap and by what would close it."""
    gap, messy, supply, all_of_it = target - y0, tidy - y0, supplied - y0, both - y0
    chosen = np.where((messy >= supply) & (messy >= all_of_it / 4), "messy", "technology")
    return np.where(y0 >= target, "data", np.where(all_of_it < gap / 2, "other", chosen))


def truth_of(
    codes: FloatArray,
    zone: IntArray,
    premises: FloatArray,
    outcomes: Mapping[str, Outcome],
    recorded: Mapping[str, FloatArray],
) -> pd.DataFrame:
    """One row for each zone and goal with a recorded shortfall and enough premises."""
    total = np.bincount(zone, premises, minlength=len(codes))
    tables = []
    for goal, target in TARGETS.items():
        worlds = outcomes[goal]
        shares = {
            name: np.bincount(zone, premises * covered, minlength=len(codes)) / np.maximum(total, 1)
            for name, covered in (
                ("real_y0", worlds.real),
                ("tidy", worlds.tidy),
                ("supplied", worlds.supplied),
                ("both", worlds.both),
            )
        }
        cause = cause_of(shares["real_y0"], shares["tidy"], shares["supplied"], shares["both"], target)
        table = pd.DataFrame({"zone": codes, "goal": goal, "cause": cause, **shares, "target": target})
        tables.append(table[(recorded[goal] < target) & (total >= FEWEST_PREMISES)])
    return pd.concat(tables, ignore_index=True)
