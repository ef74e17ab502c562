"""Premises within a walk of places: what is reached, and what lies near in a straight line."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.attribution.premise import Lifts, PremiseRows
from twin.batch import BoolArray, FloatArray, Geometries, IntArray
from twin.spatial.nearest import NEAR, Nearest
from twin.spatial.sight import Sight

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
        chosen = (self.public, self.unknown, None)
        (public, known), (unknown, maybe), (_, any_m) = (
            self._nearest.of(footprints, straight_m, each) for each in chosen
        )
        ids = np.append(self.ids, -1)
        is_known = known <= straight_m
        node = np.where(is_known, public, np.where(maybe <= straight_m, unknown, -1))
        reach = np.where(is_known, known, maybe) / straight_m
        return reach, any_m / straight_m, ids[node]

    @functools.cached_property
    def _nearest(self) -> Nearest:
        return Nearest(self.shapes)

    def known(self, node: IntArray) -> FloatArray:
        """1 where a place, by id, is known to be open, else 0."""
        return np.isin(node, self.ids[self.public]).astype(np.float64)


def seen_places(prepared: Places, networks: Mapping[str, Any]) -> list[Sight]:  # noqa: ARG001 - one form for all
    """Places, and whether they are open."""
    return [Sight.of_shapes(NEAR, prepared.shapes, prepared.ids, prepared.public, prepared.unknown)]


def known_open(node: IntArray, prepared: Places, **_: object) -> FloatArray:
    """What stands for capacity here: 1 where the near place is known to be open, 0 where that is not known."""
    return prepared.known(node)


def walking_lifts(rows: PremiseRows, capacity: FloatArray) -> Lifts:
    """Near but not reached is a matter of streets; nothing of the kind near is one of supply; closed is neither."""
    near, none_near = rows.reach <= 1, ~(rows.closed <= 1)
    tidy, supply, closed = near.astype(float), none_near.astype(float), (~near & ~none_near).astype(float)
    return Lifts(tidy, supply, tidy + supply, {"way": tidy, "gate": closed, "place": supply}, doubt=1 - capacity)
