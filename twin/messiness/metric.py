"""What a metric of messiness is: a pure function of a batch that gives the units behind a number of each zone.

A file in ``twin/messiness/metrics/`` declares one::

    @metric(title="…", title_zh="…", unit="share", counted="buildings", layers={"building": 120.0}, networks=("ways",))
    def narrow_street(batch: Batch) -> Parts:
        \"\"\"Definition, formula, direction, source.\"\"\"
        return of_buildings(batch, street_access(batch).width_m < 3.5)

Its bounds and its weight stand in ``data/messiness.toml``; a metric that is not there is shown and never summed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twin.batch import Batch, FloatArray, IntArray
from twin.discover import discover
from twin.networks.network import Network
from twin.spatial.membership import buildings_in_zones
from twin.spatial.sums import sum_by


@dataclass(frozen=True)
class Parts:
    """The units that a metric is made of: arrays of one length, a row for each unit and zone.

    ``zone`` is the position of the zone, ``unit`` the number of the unit: in metrics that count the same things equal
    numbers are one thing. ``amounts`` (U, K) add up over units; a metric's ``value_of`` makes its value of the sums.
    """

    zone: IntArray
    unit: IntArray
    amounts: FloatArray

    def sums(self, zones: int) -> tuple[FloatArray, IntArray]:
        """Sums of the amounts by zone (Z, K), and counts of units (Z,)."""
        columns = [sum_by(self.zone, column, zones) for column in self.amounts.T]
        return np.stack(columns, axis=1), np.bincount(self.zone, minlength=zones).astype(np.int64)


NO_PARTS = Parts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 1)))


def of_buildings(batch: Batch, amounts: ArrayLike) -> Parts:
    """Parts of the zones' buildings from one row of amounts a building of the batch; rows with NaN do not count."""
    rows = np.asarray(amounts, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    building, zone = buildings_in_zones(batch)
    measured = np.isfinite(rows[building]).all(axis=1)
    return Parts(zone[measured], building[measured], rows[building[measured]])


def mean(sums: FloatArray, count: FloatArray) -> FloatArray:
    """Sum of the amounts by units, NaN without units: the value of most metrics."""
    return np.asarray(np.divide(sums[..., 0], count, out=np.full(np.shape(count), np.nan), where=np.asarray(count) > 0))


@dataclass(frozen=True)
class Metric:
    """A metric as it was declared.

    ``unit`` is ``share`` (0…1) or a unit in words. ``counted`` names the units behind the value, of which a zone needs
    ``fewest``. ``layers`` says how far around a zone each layer is read, in metres. ``value_of(sums, count)`` takes
    sums (…, K) and counts (…,), for many zones or draws at once.
    """

    id: str
    title: str
    title_zh: str
    unit: str
    counted: str
    layers: Mapping[str, float]
    networks: tuple[str, ...]
    fewest: int
    method_version: int
    compute: Callable[[Batch], Parts]
    value_of: Callable[[FloatArray, FloatArray], FloatArray]
    doc: str

    def parts(self, batch: Batch) -> Parts:
        """The units behind the metric; none where a layer that it or its networks read has no rows in the city."""
        networks = discover("twin.networks", Network)
        read = {*self.layers, *(layer for name in self.networks for layer in networks[name].layers)}
        return self.compute(batch) if all(batch.city.rows.get(layer) for layer in read) else NO_PARTS


def metric(
    *,
    title: str,
    title_zh: str,
    unit: str,
    counted: str,
    layers: Mapping[str, float] | None = None,
    networks: tuple[str, ...] = (),
    fewest: int = 30,
    method_version: int = 1,
    value_of: Callable[[FloatArray, FloatArray], FloatArray] = mean,
) -> Callable[[Callable[[Batch], Parts]], Metric]:
    """Declare the decorated function as a metric; its name is the id, its docstring the reference page."""

    def declare(compute: Callable[[Batch], Parts]) -> Metric:
        """The metric that the function computes."""
        return Metric(
            id=compute.__name__,
            title=title,
            title_zh=title_zh,
            unit=unit,
            counted=counted,
            layers=layers or {},
            networks=networks,
            fewest=fewest,
            method_version=method_version,
            compute=compute,
            value_of=value_of,
            doc=inspect.cleandoc(compute.__doc__ or ""),
        )

    return declare
