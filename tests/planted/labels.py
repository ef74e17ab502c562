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
SHARES = ("real_y0", "tidy", "supplied", "both")


def cause_of(y0: FloatArray, tidy: FloatArray, supplied: FloatArray, both: FloatArray, target: float) -> FloatArray:
    """The cause by the gap and by what would close it."""
    gap, messy, supply, all_of_it = target - y0, tidy - y0, supplied - y0, both - y0
    chosen = np.where((messy >= supply) & (messy >= all_of_it / 4), "messy", "technology")
    return np.where(y0 >= target, "data", np.where(all_of_it < gap / 2, "other", chosen))


def worlds_of(codes: FloatArray, zone: IntArray, premises: FloatArray, outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """One row for each zone and goal: premises, and the share of them covered as it is and in the other worlds."""
    total = np.bincount(zone, premises, minlength=len(codes))
    tables = []
    for goal in TARGETS:
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
        tables.append(pd.DataFrame({"zone": codes, "goal": goal, "premises": total, **shares}))
    return pd.concat(tables, ignore_index=True)


def truth_of(worlds: pd.DataFrame, recorded: Mapping[str, FloatArray]) -> pd.DataFrame:
    """One row for each zone and goal with a recorded shortfall and enough premises."""
    tables = []
    for goal, target in TARGETS.items():
        rows = worlds[worlds["goal"] == goal]
        shares = [rows[name].to_numpy(np.float64) for name in SHARES]
        table = rows[["zone", "goal", *SHARES]].assign(cause=cause_of(*shares, target), target=target)
        short = (recorded[goal] < target) & (rows["premises"].to_numpy() >= FEWEST_PREMISES)
        tables.append(table.loc[short, ["zone", "goal", "cause", *SHARES, "target"]])
    return pd.concat(tables, ignore_index=True)
