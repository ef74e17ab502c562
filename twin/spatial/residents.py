"""Residents of zones: as registered, counted from buildings, or summed from a population grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.batch import Batch, BoolArray, FloatArray, Grid, IntArray
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.membership import buildings_in_zones
from twin.spatial.sums import sum_by
from twin.spatial.zonal import zonal

NOBODY_KNOWN = "Neither the population of this zone nor the residents of its buildings are known"

WHOLLY_INSIDE = 0.999
"""Share of a zone that a grid must cover to tell its people; less is a zone on the edge of the grid."""


@dataclass(frozen=True)
class Residents:
    """Residents of each zone, NaN where not known; ``registered`` where they are the zone's own population.

    ``gridded`` where they are summed from a population grid; ``grid_quality`` is then the share of the zone that cells
    with data cover, or 0 where the grid is old. ``buildings`` counts the zone's buildings.
    """

    count: FloatArray
    registered: BoolArray
    gridded: BoolArray
    grid_quality: FloatArray
    buildings: IntArray


def residents_of(batch: Batch) -> Residents:
    """The zone's ``population``; where it has none, Σ ``residents`` of those buildings that have them; else Σ of grid.

    The grid is the raster layer ``population``, each cell by the share of it that lies in the zone.
    """
    return batch.once("residents", lambda: _residents(batch))


def people_quality(batch: Batch) -> FloatArray:
    """How far the residents of each zone stand on fresh records, 0…1.

    1 or 0 as the record of the zone's population is fresh; where residents were counted, the share of the zone's
    buildings with known residents and a fresh record; where cells were summed, ``grid_quality``.
    """
    people, buildings = residents_of(batch), batch.layer("building")
    building, zone = buildings_in_zones(batch)
    known = np.isfinite(buildings.numbers("residents")) & is_fresh(record_dates(buildings), batch.city)
    counted = sum_by(zone, known[building], len(batch.zones)) / np.maximum(people.buildings, 1)
    registered = is_fresh(record_dates(batch.zones), batch.city)
    return np.where(people.registered, registered, np.where(people.gridded, people.grid_quality, counted))


def _residents(batch: Batch) -> Residents:
    building, zone = buildings_in_zones(batch)
    living = batch.layer("building").numbers("residents")[building]
    known = np.isfinite(living)
    zones = len(batch.zones)
    counted = sum_by(zone[known], living[known], zones)
    counted[np.bincount(zone[known], minlength=zones) == 0] = np.nan
    population = batch.zones.numbers("population")
    registered = np.isfinite(population)
    people = np.where(registered, population, counted)
    unknown = np.isnan(people)
    summed, quality = _from_grid(batch, unknown)
    gridded = unknown & np.isfinite(summed)
    people = np.where(gridded, summed, people)
    return Residents(people, registered, gridded, quality, np.bincount(zone, minlength=zones))


def _from_grid(batch: Batch, wanted: BoolArray) -> tuple[FloatArray, FloatArray]:
    people, quality = np.full(len(wanted), np.nan), np.zeros(len(wanted))
    grids = batch.rasters.get("population", ())
    if grids and wanted.any():
        sums = zonal(grids, batch.zones.geometry[wanted])
        told = (sums.inside >= WHOLLY_INSIDE) & (sums.known > 0)
        people[wanted] = np.where(told, sums.total, np.nan)
        quality[wanted] = np.where(told, np.minimum(sums.known, 1.0), 0.0) * _fresh(batch, grids)
    return people, quality


def _fresh(batch: Batch, grids: tuple[Grid, ...]) -> float:
    dates = np.array([grid.observed_on for grid in grids], dtype="datetime64[D]")
    return float(is_fresh(dates, batch.city).all())
