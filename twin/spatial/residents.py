"""Residents of zones, as registered, or counted from buildings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.batch import Batch, BoolArray, FloatArray, IntArray
from twin.spatial.membership import buildings_in_zones
from twin.spatial.sums import sum_by


@dataclass(frozen=True)
class Residents:
    """Residents of each zone, NaN where not known; ``registered`` where they are the zone's own population.

    ``buildings`` counts the zone's buildings.
    """

    count: FloatArray
    registered: BoolArray
    buildings: IntArray


def residents_of(batch: Batch) -> Residents:
    """The zone's ``population``; where it has none, Σ ``residents`` of those buildings that have them."""
    building, zone = buildings_in_zones(batch)
    living = batch.layer("building").numbers("residents")[building]
    known = np.isfinite(living)
    zones = len(batch.zones)
    counted = sum_by(zone[known], living[known], zones)
    counted[np.bincount(zone[known], minlength=zones) == 0] = np.nan
    population = batch.zones.numbers("population")
    registered = np.isfinite(population)
    return Residents(np.where(registered, population, counted), registered, np.bincount(zone, minlength=zones))
