"""Whether the footprints of a zone are complete enough to speak of its form: missing ones look tidy."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, BoolArray
from twin.spatial.crossing import footprint_tree
from twin.spatial.membership import held_by
from twin.spatial.nearest import near

POINT_LAYERS = ("broadband_coverage", "sewer_connection")
"""Layers whose points stand where premises are."""
NEAR_M = 40.0
FEWEST_POINTS = 30
LEAST_SHARE = 0.8


def footprints_incomplete(batch: Batch) -> BoolArray:
    """Zones whose records of premises say that footprints are missing.

    Of the distinct points with premises (of broadband coverage and sewer connections; areas do not count) in the zone,
    less than 80 % lie within 40 m of a footprint. Fewer than 30 distinct points, equal to the millimetre, cannot tell.
    """
    places = [np.empty((0, 2)), *(_places(batch, layer) for layer in POINT_LAYERS)]
    points = np.asarray(shapely.points(np.unique(np.round(np.concatenate(places), 3), axis=0)))
    beside = near(footprint_tree(batch), points, NEAR_M)
    point, zone = held_by(points, batch.zones.geometry)
    total = np.bincount(zone, minlength=len(batch.zones))
    found = np.bincount(zone[beside[point]], minlength=len(batch.zones))
    return np.asarray((total >= FEWEST_POINTS) & (found < LEAST_SHARE * total))


def _places(batch: Batch, layer: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rows = batch.layer(layer)
    counted = (shapely.get_type_id(rows.geometry) == shapely.GeometryType.POINT) & (rows.numbers("premises") > 0)
    return shapely.get_coordinates(rows.geometry[counted])
