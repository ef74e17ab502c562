"""Messiness of zones: the weighted mean of metrics between fixed bounds, with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch, FloatArray, IntArray
from twin.discover import discover
from twin.messiness.bounds import bounds
from twin.messiness.completeness import LEAST_SHARE, NEAR_M, POINT_LAYERS, footprints_incomplete
from twin.messiness.interval import Summed, interval, weighted_mean
from twin.messiness.metric import Metric, Parts
from twin.spatial.membership import buildings_in_zones

FEWEST_BUILDINGS = 30
CONFIDENT_FROM = 100
"""Buildings from which on messiness is no longer of low confidence."""
FEW = f"Fewer than {FEWEST_BUILDINGS} buildings"
INCOMPLETE = (
    f"Footprints are incomplete: less than {LEAST_SHARE:.0%} of the places with premises have one within {NEAR_M:g} m"
)
NO_STREETS = "No street of the city is known, or none that a vehicle can use"
METRICS = "twin.messiness.metrics"


@dataclass(frozen=True)
class Messiness:
    """Messiness of each zone of a batch, arrays of one length.

    ``value`` 0 tidy … 1 messy, NaN where not measured: then ``reason`` is a sentence (else ""). ``low`` and ``high``
    are the ends of its 95 % interval, ``n`` the zone's buildings. ``metrics`` holds the raw value of each metric by id,
    in its own unit, NaN where not measured, and ``counts`` the units behind it.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    reason: NDArray[np.object_]
    metrics: Mapping[str, FloatArray]
    counts: Mapping[str, IntArray]


def messiness(batch: Batch) -> Messiness:
    """Messiness of the batch's zones.

    value = Σ w·r / Σ w over the metrics that are measured, r = clip((v - lo) / (hi - lo), 0, 1), with bounds and
    weights of ``data/messiness.toml``. Not measured under 30 buildings, and where footprints are incomplete
    (``completeness.py``); a metric by itself is not measured with fewer units than it needs.
    """
    zones = len(batch.zones)
    n = np.bincount(buildings_in_zones(batch)[1], minlength=zones).astype(np.int64)
    incomplete = footprints_incomplete(batch)
    scales = bounds()
    raw: dict[str, FloatArray] = {}
    counts: dict[str, IntArray] = {}
    summed: list[Summed] = []
    for name, metric in discover(METRICS, Metric).items():
        parts = metric.parts(batch)
        raw[name], counts[name] = _values(metric, parts, zones)
        if "building" in metric.layers:
            raw[name][incomplete] = np.nan
        if name in scales and scales[name].weight > 0:
            summed.append(Summed(metric, scales[name], parts, np.isfinite(raw[name])))
    r = [each.counts_as(raw[each.metric.id]) for each in summed]
    value = weighted_mean(r, [each.bounds.weight for each in summed], (zones,))
    reason = np.select([n < FEWEST_BUILDINGS, incomplete, np.isnan(value)], [FEW, INCOMPLETE, NO_STREETS], "")
    value[reason != ""] = np.nan
    low, high = interval(batch.zones.words("code"), value, summed)
    return Messiness(value, low, high, n, reason.astype(object), raw, counts)


def _values(metric: Metric, parts: Parts, zones: int) -> tuple[FloatArray, IntArray]:
    sums, count = parts.sums(zones)
    enough = np.flatnonzero(count >= metric.fewest)
    value = np.full(zones, np.nan)
    if len(enough):
        value[enough] = metric.value_of(sums[enough], count[enough].astype(np.float64))
    return value, count


def messiness_needs() -> tuple[dict[str, float], tuple[str, ...]]:
    """What messiness reads: metres around a batch's zones by layer, and the names of networks.

    Layers of points that tell whether footprints are complete are read where present.
    """
    reach = {**dict.fromkeys(POINT_LAYERS, 0.0), "building": NEAR_M}
    metrics = discover(METRICS, Metric).values()
    for each in metrics:
        for layer, metres in each.layers.items():
            reach[layer] = max(reach.get(layer, 0.0), metres)
    return reach, tuple(sorted({name for each in metrics for name in each.networks}))
