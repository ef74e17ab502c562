"""Premises made by hand: each keyword a column, everything else as in an ordinary, well-served place."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.attribution.method import Case
from twin.attribution.premise import PremiseRows, hindered_by, ordinary_lifts

ORDINARY: dict[str, Any] = {
    "zone": 0,
    "premises": 1.0,
    "fresh": 1.0,
    "covered": 0.0,
    "depth": 0,
    "usable_m": 5.0,
    "width_m": 6.0,
    "reach": 0.3,
    "network": 0.3,
    "closed": 0.3,
    "node": 1,
}


def rows_of(count: int, **columns: Any) -> PremiseRows:
    """``count`` rows; a scalar holds for all."""
    given = {name: np.broadcast_to(np.asarray(columns.get(name, value)), count) for name, value in ORDINARY.items()}
    whole = ("zone", "depth", "node")
    arrays = {name: each.astype(np.int64 if name in whole else np.float64) for name, each in given.items()}
    seen = (arrays[name] for name in ("depth", "usable_m", "width_m", "reach", "network"))
    return PremiseRows(building=np.arange(count), hindered=hindered_by(*seen), **arrays)


def case_of(rows: PremiseRows, *, target: float = 0.9, capacity: Any = 1.0, **columns: Any) -> Case:
    """A case of as many zones as the rows name; the value of each is its covered share of all premises."""
    zones = int(rows.zone.max()) + 1
    premises = np.bincount(rows.zone, rows.premises, zones)
    value = columns.get("value", np.bincount(rows.zone, rows.covered, zones) / np.maximum(premises, 1))
    value = np.asarray(value, dtype=float)
    room = np.broadcast_to(np.asarray(capacity, dtype=float), len(rows))
    targets = np.full(zones, target)
    return Case(rows, ordinary_lifts(rows, room), value, targets, np.maximum(targets - value, 0), columns.get("fixed"))
