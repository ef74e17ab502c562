"""Connections of premises to the sewer, by zone: as recorded, or by what pipe is near where nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch, BoolArray, FloatArray, Geometries, IntArray
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.membership import held_by
from twin.spatial.premises import premises_notes, zone_premises
from twin.spatial.sums import sum_by

PROXY = "Proxy: no connection is recorded in the city; premises of buildings near a sewer pipe count as connected"
NO_BUILDINGS = "Nothing is loaded in the layer building"
NOTHING_KNOWN = "Nothing is loaded in the layer sewer_connection or sewer_pipe"


@dataclass(frozen=True)
class Connections:
    """Pairs (C,) of a connection, or a building as its proxy, and a zone that holds it.

    ``premises`` are those that it stands for, ``connected`` whether these are, ``fresh`` whether that is recorded
    lately, ``place`` where it is. ``zones`` counts the zones; ``proxy`` says that there is no record in the city.
    """

    zone: IntArray
    premises: FloatArray
    connected: BoolArray
    fresh: BoolArray
    place: Geometries
    zones: int
    proxy: bool

    def sum(self, amounts: FloatArray | BoolArray) -> FloatArray:
        """Σ premises × amounts (C,) by zone."""
        return sum_by(self.zone, self.premises * amounts, self.zones)

    @property
    def recorded(self) -> FloatArray:
        """Σ premises of all records by zone, connected or not; 0 of a proxy."""
        return self.sum(np.full(len(self.zone), not self.proxy))


def connections_of(batch: Batch, reach_m: float) -> Connections:
    """Records of ``sewer_connection`` in each zone; only where the city has none, its buildings.

    A building is then connected if a pipe that carries sewage comes within ``reach_m`` of its footprint.
    """
    return _recorded(batch) if batch.city.rows.get("sewer_connection") else _near_pipes(batch, reach_m)


def _recorded(batch: Batch) -> Connections:
    rows = batch.layer("sewer_connection")
    point, zone = held_by(rows.geometry, batch.zones.geometry)
    return Connections(
        zone,
        np.nan_to_num(rows.numbers("premises"))[point],
        (rows.words("connected") == True)[point].astype(bool),  # noqa: E712 - elementwise
        is_fresh(record_dates(rows, "recorded_on"), batch.city)[point],
        rows.geometry[point],
        len(batch.zones),
        proxy=False,
    )


def _near_pipes(batch: Batch, reach_m: float) -> Connections:
    network = batch.networks["sewer"]
    homes, buildings = zone_premises(batch), batch.layer("building")
    pipe, _ = network.nearest(buildings.geometry, reach_m)
    return Connections(
        homes.zone,
        homes.premises.astype(np.float64),
        (pipe >= 0)[homes.building],
        np.zeros(len(homes.zone), dtype=bool),
        buildings.geometry[homes.building],
        len(batch.zones),
        proxy=True,
    )


def connection_bounds(batch: Batch, found: Connections, numerator: FloatArray) -> dict[str, FloatArray]:
    """Parts for the card: premises recorded and not, and the value if none or all of the latter were counted."""
    homes = zone_premises(batch)
    unrecorded, total = np.maximum(homes.total - found.recorded, 0), np.maximum(homes.total, 1)
    least = np.zeros(found.zones) if found.proxy else numerator
    return {
        "recorded": found.recorded,
        "unrecorded": unrecorded,
        "low": np.minimum(least / total, 1),
        "high": np.minimum((least + unrecorded) / total, 1),
    }


def connection_reasons(batch: Batch) -> NDArray[np.object_]:
    """Why a zone has no share of connected premises; "" where it has one."""
    rows = batch.city.rows
    if not rows.get("sewer_connection") and not rows.get("sewer_pipe"):
        return np.full(len(batch.zones), NOTHING_KNOWN, dtype=object)
    if not rows.get("building"):
        return np.full(len(batch.zones), NO_BUILDINGS, dtype=object)
    return zone_premises(batch).reason


def connection_notes(batch: Batch, found: Connections) -> tuple[str, ...]:
    """What must be said of connections and of the denominator."""
    return (*premises_notes(batch), *((PROXY,) if found.proxy else ()))
