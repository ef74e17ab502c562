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
    """Places of a kind as shapes with ids: those open to everyone or not known to be closed, and all."""

    ids: IntArray
    shapes: Geometries
    open_or_unknown: BoolArray

    def near(self, footprints: Geometries, straight_m: float) -> tuple[FloatArray, FloatArray, IntArray]:
        """Of each footprint: straight metres by ``straight_m`` to what may be open, to any, and the id of the first.

        inf and -1 where nothing is within ``straight_m``.
        """
        reach, place = _nearest(footprints, self.shapes[self.open_or_unknown], straight_m)
        any_reach, _ = _nearest(footprints, self.shapes, straight_m)
        ids = np.append(self.ids[self.open_or_unknown], -1)
        return reach, any_reach, ids[place]


def walking_lifts(rows: PremiseRows, capacity: FloatArray) -> Lifts:  # noqa: ARG001 - places have no capacity here
    """Near but not reached is a matter of streets; nothing of the kind near is one of supply; closed is neither."""
    near, none_near = rows.reach <= 1, ~(rows.closed <= 1)
    tidy, supply, closed = near.astype(float), none_near.astype(float), (~near & ~none_near).astype(float)
    return Lifts(tidy, supply, tidy + supply, {"way": tidy, "gate": closed, "place": supply})


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
