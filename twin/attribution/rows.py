"""Premise rows of a batch, put together from what is known of its buildings."""

from __future__ import annotations

import numpy as np

from twin.attribution.premise import PremiseRows, hindered_by
from twin.batch import Batch, FloatArray, IntArray
from twin.spatial.premises import premises_of, zone_premises
from twin.spatial.street_access import street_access


def building_premises(batch: Batch) -> FloatArray:
    """Premises of each building of the batch."""
    return premises_of(batch.layer("building"), batch.city.dwellings_known).astype(np.float64)


def zone_of_building(batch: Batch) -> IntArray:
    """Position of a zone that holds each building, -1 where none does."""
    homes = zone_premises(batch)
    found = np.full(len(batch.layer("building")), -1, dtype=np.int64)
    found[homes.building[::-1]] = homes.zone[::-1]
    return found


def premise_rows(
    batch: Batch,
    *,
    fresh: FloatArray,
    covered: FloatArray,
    reach: FloatArray,
    node: IntArray,
    network: FloatArray | None = None,
    closed: FloatArray | None = None,
) -> PremiseRows:
    """Rows of all pairs of zone and building with premises, by both; each array is one entry a building of the batch.

    So that sums of rows are the same to the last digit, however zones are cut into batches.
    """
    homes = zone_premises(batch)
    order = np.lexsort((homes.building, homes.zone))
    lived_in = order[homes.premises[order] > 0]
    building = homes.building[lived_in]
    access = street_access(batch)
    by_network = reach if network is None else network
    hindered = hindered_by(access.depth, access.usable_m, access.width_m, reach, by_network)
    return PremiseRows(
        zone=homes.zone[lived_in],
        building=batch.layer("building").ids[building],
        premises=homes.premises[lived_in].astype(np.float64),
        fresh=fresh[building],
        covered=covered[building],
        depth=access.depth[building],
        usable_m=access.usable_m[building],
        width_m=access.width_m[building],
        reach=reach[building],
        network=by_network[building],
        closed=(reach if closed is None else closed)[building],
        node=node[building],
        hindered=hindered[building],
    )
