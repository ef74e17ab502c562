"""How large the blocks of a zone are: what a measure of form must not merely repeat."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.batch import Batch
from twin.networks.ways import Ways
from twin.spatial.membership import building_points, buildings_in_zones

Numbers = NDArray[np.float64]


def block_size(batch: Batch) -> Numbers:
    """Mean over a zone's buildings of the count of buildings in their block, NaN where none stands in a block.

    A block is a face of the map of usable streets; what lies open to the outside is in no block.
    """
    ways: Ways = batch.networks["ways"]
    blocks = shapely.get_parts(shapely.polygonize([shapely.union_all(ways.lines[ways.usable])]))
    points = building_points(batch)
    building, block = shapely.STRtree(blocks).query(points, predicate="within")
    held = np.full(len(points), np.nan)
    held[building] = np.bincount(block, minlength=len(blocks))[block]
    house, zone = buildings_in_zones(batch)
    known = np.isfinite(held[house])
    house, zone = house[known], zone[known]
    count = np.bincount(zone, minlength=len(batch.zones))
    total = np.bincount(zone, held[house], minlength=len(batch.zones))
    mean = np.full(len(batch.zones), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
