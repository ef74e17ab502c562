"""Premises within a walk of places: what is reached, and what lies near in a straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.attribution.premise import Lifts, PremiseRows
from twin.batch import BoolArray, FloatArray, Geometries, IntArray

STRAIGHT = 0.633
"""What a walk of ordinary streets reaches in a straight line, by its length (measured on street grids)."""


@dataclass(frozen=True)
class Places:
    """Places of a kind as shapes with ids: which are known to be open to everyone, and of which it is not known."""

    ids: IntArray
    shapes: Geometries
    public: BoolArray
    unknown: BoolArray

    def near(self, footprints: Geometries, straight_m: float) -> tuple[FloatArray, FloatArray, IntArray]:
        """Of each footprint: straight metres by ``straight_m`` to what may be open, to any, and the id of the first.

        What is known to be open comes before what is nearer and not known. inf and -1 where nothing is within
        ``straight_m``.
        """
        known, public = _nearest(footprints, self.shapes[self.public], straight_m)
        maybe, unknown = _nearest(footprints, self.shapes[self.unknown], straight_m)
        any_reach, _ = _nearest(footprints, self.shapes, straight_m)
        ids = np.where(
            public >= 0, np.append(self.ids[self.public], -1)[public], np.append(self.ids[self.unknown], -1)[unknown]
        )
        return np.where(public >= 0, known, maybe), any_reach, ids

    def known(self, rows: PremiseRows) -> FloatArray:
        """1 where the place that is near is known to be open, else 0."""
        return np.isin(rows.node, self.ids[self.public]).astype(np.float64)


def known_open(rows: PremiseRows, prepared: Places, **_: object) -> FloatArray:
    """What stands for capacity here: 1 where the near place is known to be open, 0 where that is not known."""
    return prepared.known(rows)


def walking_lifts(rows: PremiseRows, capacity: FloatArray) -> Lifts:
    """Near but not reached is a matter of streets; nothing of the kind near is one of supply; closed is neither."""
    near, none_near = rows.reach <= 1, ~(rows.closed <= 1)
    tidy, supply, closed = near.astype(float), none_near.astype(float), (~near & ~none_near).astype(float)
    return Lifts(tidy, supply, tidy + supply, {"way": tidy, "gate": closed, "place": supply}, doubt=1 - capacity)


def _nearest(footprints: Geometries, shapes: Geometries, limit: float) -> tuple[FloatArray, IntArray]:
    reach = np.full(len(footprints), np.inf)
    place = np.full(len(footprints), -1, dtype=np.int64)
    if len(shapes) and len(footprints):
        tree = shapely.STRtree(shapes)
        (row, found), metres = tree.query_nearest(
            footprints, max_distance=limit, return_distance=True, all_matches=True
        )
        order = np.lexsort((found, row))[::-1]
        reach[row[order]], place[row[order]] = metres[order] / limit, found[order]
    return reach, place
