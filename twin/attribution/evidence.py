"""The numbers behind each zone's verdict, counted from its premises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.attribution.method import Case, Verdicts
from twin.batch import BoolArray, FloatArray, IntArray
from twin.spatial.sums import sum_by


def numbers_of(case: Case, verdicts: Verdicts, capacity: FloatArray) -> Mapping[str, FloatArray]:
    """Counts of premises and shares, by name, each (zones,).

    ``in_reach``, ``missing``: share of premises. ``low``, ``high``: coverage if none, or all, of the premises without
    a fresh record were covered. ``open_…``, ``hindered_…``: fresh and covered premises in reach, facing a usable street
    or not. ``near_uncovered``, ``closed_near``, ``none_near``: uncovered premises by what supply lies near.
    ``capacity``: mean capacity of supply over premises in reach.
    """
    rows, zones = case.rows, len(case.value)

    def count(amount: FloatArray, chosen: BoolArray | None = None) -> FloatArray:
        """Σ amounts of a zone's rows, of the chosen ones."""
        return sum_by(rows.zone, amount if chosen is None else np.where(chosen, amount, 0.0), zones)

    in_reach, hindered = rows.reach <= 1, rows.hindered > 0
    closed, uncovered = rows.closed <= 1, rows.fresh - rows.covered
    premises, covered, fresh = count(rows.premises), count(rows.covered), count(rows.fresh)
    return {
        "premises": premises,
        "fresh": fresh,
        "missing": _share(premises - fresh, premises),
        "low": _share(covered, premises),
        "high": _share(covered + premises - fresh, premises),
        "in_reach": _share(count(rows.premises, in_reach), premises),
        "open_fresh": count(rows.fresh, in_reach & ~hindered),
        "open_covered": count(rows.covered, in_reach & ~hindered),
        "hindered_fresh": count(rows.fresh, in_reach & hindered),
        "hindered_covered": count(rows.covered, in_reach & hindered),
        "near_uncovered": count(uncovered, in_reach),
        "closed_near": count(uncovered, closed & ~in_reach),
        "none_near": count(uncovered, ~closed),
        "capacity": _share(count(rows.premises * capacity, in_reach), count(rows.premises, in_reach)),
        "y0": verdicts.y0,
        "tidy": verdicts.tidy,
        "supplied": verdicts.supplied,
        "both": verdicts.both,
    }


def fixes_of(case: Case, verdicts: Verdicts) -> Mapping[str, FloatArray]:
    """By name of a change, what it alone would add to coverage, (zones,); 0 where premises have no fresh record."""
    uncovered = case.rows.fresh - case.rows.covered
    zones = len(case.value)
    return {
        name: np.nan_to_num(_share(sum_by(case.rows.zone, uncovered * lift, zones), verdicts.fresh))
        for name, lift in case.lifts.fixes.items()
    }


def main_nodes(case: Case, keys: Mapping[int, str]) -> IntArray:
    """The supply that most premises of each zone are in reach of: its id, -1 where none is.

    Of equals the first by key; ``keys`` by id.
    """
    rows = case.rows
    chosen = (rows.node >= 0) & (rows.reach <= 1)
    found = np.full(len(case.value), -1, dtype=np.int64)
    if not chosen.any():
        return found
    zone, node = rows.zone[chosen], rows.node[chosen]
    pairs, which = np.unique(np.stack([zone, node]), axis=1, return_inverse=True)
    weight = np.bincount(which.ravel(), rows.premises[chosen])
    ids, place = np.unique(pairs[1], return_inverse=True)
    by_key = np.argsort(np.argsort([keys.get(int(each), "") for each in ids], kind="stable"))
    order = np.lexsort((-by_key[place], weight, pairs[0]))
    found[pairs[0][order]] = pairs[1][order]
    return found


def node_capacity(case: Case, capacity: FloatArray, nodes: IntArray) -> FloatArray:
    """Capacity of each zone's main node, NaN where it has none."""
    rows = case.rows
    its = (rows.node == nodes[rows.zone]) & (rows.node >= 0)
    found = np.full(len(nodes), np.nan)
    found[rows.zone[its]] = capacity[its]
    return found


def plain(numbers: Mapping[str, FloatArray], zone: int) -> dict[str, Any]:
    """The numbers of one zone, None where one is missing."""
    return {name: float(each[zone]) if np.isfinite(each[zone]) else None for name, each in numbers.items()}


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    found = np.full(len(whole), np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found
