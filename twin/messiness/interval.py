"""How sure messiness is: its interval by bootstrap over the buildings and junctions of each zone."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.batch import BoolArray, FloatArray, IntArray
from twin.messiness.bounds import Bounds
from twin.messiness.metric import Metric, Parts

DRAWS = 200
ENDS = (2.5, 97.5)


@dataclass(frozen=True)
class Summed:
    """A metric that is summed: its bounds, its parts, and the zones where it is measured."""

    metric: Metric
    bounds: Bounds
    parts: Parts
    measured: BoolArray

    def counts_as(self, value: FloatArray) -> FloatArray:
        """Values from 0 tidy to 1 messy by the fixed bounds."""
        return np.asarray(np.clip((value - self.bounds.lo) / (self.bounds.hi - self.bounds.lo), 0.0, 1.0))


def weighted_mean(parts: Sequence[FloatArray], weights: Sequence[float], shape: tuple[int, ...]) -> FloatArray:
    """Mean by weight of those that are known, NaN where none is."""
    total, weight = np.zeros(shape), np.zeros(shape)
    for part, each in zip(parts, weights, strict=True):
        known = np.isfinite(part)
        total += np.where(known, part, 0.0) * each
        weight += known * each
    return np.asarray(np.divide(total, weight, out=np.full(shape, np.nan), where=weight > 0))


def interval(codes: NDArray[np.object_], value: FloatArray, summed: Sequence[Summed]) -> tuple[FloatArray, FloatArray]:
    """Low and high end of the 95 % interval of each zone's messiness, NaN where it is not measured.

    200 draws. The units of a zone are drawn again with all that they give to the metrics at once, equal units together
    (multinomial); metrics that count other units are drawn apart. The seed comes from the zone's code: neither the
    order of rows nor the batch makes a difference.
    """
    low, high = np.full(len(value), np.nan), np.full(len(value), np.nan)
    ordered = sorted(summed, key=lambda each: (each.metric.counted, each.metric.id))
    kinds = [_Units.of(list(group)) for _, group in itertools.groupby(ordered, key=lambda each: each.metric.counted)]
    weights = [each.bounds.weight for each in ordered]
    for zone in np.flatnonzero(np.isfinite(value)):
        random = np.random.default_rng(zlib.crc32(str(codes[zone]).encode()))
        drawn = [column for kind in kinds for column in kind.drawn(int(zone), random)]
        ends = np.nanpercentile(weighted_mean(drawn, weights, (DRAWS,)), ENDS)
        low[zone], high[zone] = min(ends[0], value[zone]), max(ends[1], value[zone])
    return low, high


@dataclass(frozen=True)
class _Units:
    """Units of one kind, sorted by zone, with all their amounts: for each metric its columns and whether it counts."""

    metrics: list[Summed]
    starts: IntArray
    amounts: FloatArray

    @classmethod
    def of(cls, metrics: list[Summed]) -> _Units:
        zones = len(metrics[0].measured)
        span = 1 + max((int(each.parts.unit.max(initial=0)) for each in metrics), default=0)
        keys = [each.parts.zone * span + each.parts.unit for each in metrics]
        every = np.unique(np.concatenate(keys))
        columns = []
        for each, key in zip(metrics, keys, strict=True):
            own = np.zeros((len(every), each.parts.amounts.shape[1] + 1))
            own[np.searchsorted(every, key)] = np.column_stack([each.parts.amounts, np.ones(len(key))])
            columns.append(own)
        # Sums of floats differ in the last digits with the order of rows; what is equal must stay equal.
        return cls(metrics, np.searchsorted(every, np.arange(zones + 1) * span), np.round(np.hstack(columns), 9))

    def drawn(self, zone: int, random: np.random.Generator) -> list[FloatArray]:
        """Draws of each metric of the zone, 0…1; NaN where it is not measured."""
        own = self.amounts[self.starts[zone] : self.starts[zone + 1]]
        sums = np.zeros((DRAWS, self.amounts.shape[1]))
        if len(own):
            distinct, times = np.unique(own, axis=0, return_counts=True)
            sums = random.multinomial(len(own), times / len(own), DRAWS) @ distinct
        found, at = [], 0
        for each in self.metrics:
            width = each.parts.amounts.shape[1]
            draws = np.full(DRAWS, np.nan)
            if each.measured[zone]:
                draws = each.counts_as(each.metric.value_of(sums[:, at : at + width], sums[:, at + width]))
            found.append(draws)
            at += width + 1
        return found
