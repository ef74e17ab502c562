"""The buildings of a zone by what stands between them and the goal."""

from __future__ import annotations

import numpy as np

from dashboards.causes import walked_to
from dashboards.evidence.supply import Asked, Feature
from twin.attribution.premise import PremiseModel
from twin.database.connect import Connection, Row
from twin.database.evidence import lanes_in_zone, shapes_of
from twin.index import BoolArray

LANE_UNDER_M = 3.5
PATHS = ("path", "footway", "steps", "cycleway", "bridleway", "track", "alley")
"""Classes that no service vehicle can use; where their width is not known the map draws them as lanes too."""


def building_roles(premises: Row, walked: bool, cause: str) -> list[str]:
    """Of each building the cause that it is evidence of, ``open`` where of none.

    Supply that is brought: ``messy`` where access is hindered, else ``technology`` where no supply is in reach; under
    the cause ``data`` first of all ``data`` where no premise has a fresh record. Supply that people walk to: of the
    buildings that are not covered, ``messy`` where it is near, ``other`` where only closed supply is, ``technology``
    where none is.
    """
    reach, closed = np.asarray(premises["reach"]), np.asarray(premises["closed"])
    fresh, covered = np.asarray(premises["fresh"]), np.asarray(premises["covered"])
    if walked:
        uncovered = covered < fresh
        return _chosen([(~uncovered, "open"), (reach <= 1, "messy"), (closed <= 1, "other")], "technology", len(reach))
    unrecorded = (fresh == 0) & (cause == "data")
    hindered = np.asarray(premises["hindered"]) > 0
    return _chosen([(unrecorded, "data"), (hindered, "messy"), (reach > 1, "technology")], "open", len(reach))


def _chosen(rules: list[tuple[BoolArray, str]], otherwise: str, count: int) -> list[str]:
    if not count:
        return []
    return [str(name) for name in np.select([where for where, _ in rules], [name for _, name in rules], otherwise)]


def building_features(connection: Connection, asked: Asked, model: PremiseModel) -> list[Feature]:
    """Buildings of the zone, and lanes where supply must be brought along them."""
    walked = walked_to(model)
    roles = building_roles(asked.premises, walked, asked.flag["cause"])
    ids = [int(each) for each in asked.premises["building"]]
    shapes = shapes_of(connection, "building", ids)
    found = [Feature(f"building-{role}", shapes[at]) for at, role in zip(ids, roles, strict=True) if at in shapes]
    lanes = [] if walked else lanes_in_zone(connection, asked.zone, LANE_UNDER_M, PATHS)
    return [*found, *(Feature("lane", shape) for shape in lanes)]
