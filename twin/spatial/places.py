"""Records of one place replace each other; all others are parts that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from twin.batch import BoolArray, Features, Geometries, IntArray
from twin.spatial.freshness import record_dates

DRIFT_M = 100.0
"""Records of one place may lie this far apart: as far outside a zone a newer record is looked for."""


@dataclass(frozen=True)
class Replaced:
    """Pairs (row, zone) in which a row does not stand, because another of its place does."""

    keys: IntArray
    zones: int

    def stands(self, row: IntArray, zone: IntArray) -> BoolArray:
        """Whether rows count in zones."""
        return ~np.isin(row * self.zones + zone, self.keys)


def replaced(rows: Features, zones: Geometries, *, date: str, speed: str) -> Replaced:
    """Which rows do not count in which zones.

    Of rows with the same ``place_id`` the newest of each operator stands, and of these the fastest. A row
    without a date is the oldest; what is then still equal is decided by speed or date, premises, and place
    (farther east, then north). The rows looked at for a zone are those within ``DRIFT_M`` of it, whichever
    else is in the batch.
    """
    place = rows.words("place_id")
    has_place = np.array([each is not None for each in place], dtype=bool)
    shared = np.flatnonzero(has_place & pd.Series(place).duplicated(keep=False).to_numpy())
    if not len(shared):
        return Replaced(np.empty(0, dtype=np.int64), len(zones))
    tree = shapely.STRtree(rows.geometry[shared])
    zone, near = tree.query(zones, predicate="dwithin", distance=DRIFT_M)
    row = shared[near]
    east, north = shapely.bounds(rows.geometry)[:, :2].T
    pairs = pd.DataFrame(
        {
            "row": row,
            "zone": zone,
            "place": place[row].astype(str),
            "operator": [each or "" for each in rows.words("operator")[row]],
            "date": record_dates(rows, date)[row],
            "speed": rows.numbers(speed)[row],
            "premises": rows.numbers("premises")[row],
            "east": east[row],
            "north": north[row],
        }
    )
    newest = _last_of(pairs, ["date", "speed"], ["zone", "place", "operator"])
    fastest = _last_of(newest, ["speed", "date"], ["zone", "place"])
    beaten = pairs.drop(index=fastest.index)
    return Replaced((beaten["row"] * len(zones) + beaten["zone"]).to_numpy(np.int64), len(zones))


def _last_of(pairs: pd.DataFrame, order: list[str], group: list[str]) -> pd.DataFrame:
    ordered = pairs.sort_values([*order, "premises", "east", "north"], na_position="first")
    return ordered.drop_duplicates(group, keep="last")
