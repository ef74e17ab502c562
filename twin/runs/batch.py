"""Batches of zones: cut along a curve so that neighbours come together, read from the store as arrays."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.schema import Layer
from twin.batch import Batch, CityFacts, Columns, Features, Grid
from twin.database.connect import Connection
from twin.database.features import NOW, zones_with_near
from twin.discover import discover

OVERLAP_M2 = 1.0
"""Zones whose common area is smaller than this are neighbours that were drawn a little carelessly."""


@dataclass(frozen=True)
class Cut:
    """A batch to be read: its number, the ids and codes of its zones."""

    number: int
    ids: tuple[int, ...]
    codes: tuple[str, ...]

    def of(self, wanted: Container[str]) -> Cut:
        """Those of its zones whose code is wanted."""
        kept = [(number, code) for number, code in zip(self.ids, self.codes, strict=True) if code in wanted]
        return Cut(self.number, tuple(number for number, _ in kept), tuple(code for _, code in kept))


def cut(zones: Sequence[tuple[int, str]], size: int) -> list[Cut]:
    """Zones (id, code), in order, cut into batches of ``size``."""
    starts = range(0, len(zones), size)
    parts = [zones[start : start + size] for start in starts]
    return [Cut(n, tuple(i for i, _ in part), tuple(c for _, c in part)) for n, part in enumerate(parts)]


@dataclass(frozen=True)
class Shared:
    """What all batches of a run share: facts, networks, numbers of nodes, rasters, and zones that others overlap.

    ``own`` holds, by zone code, the part of the zone that no earlier zone covers, where that is not all of it.
    ``prepared`` holds, by goal, what its premise model made of the layer of supply, where that has rows. ``schema`` is
    where layers are read from.
    """

    facts: CityFacts
    networks: Mapping[str, Any]
    per_node: Mapping[str, Columns]
    own: Mapping[str, Any]
    rasters: Mapping[str, tuple[Grid, ...]] = field(default_factory=dict)
    prepared: Mapping[str, Any] = field(default_factory=dict)
    schema: str = NOW


def own_parts(zones: Features) -> tuple[dict[str, Any], frozenset[str]]:
    """For each zone that an earlier one (by code) overlaps: what of it no earlier zone covers; and all that overlap.

    So that what lies in several zones is counted once for the city, whatever the order of rows.
    """
    order = np.argsort(zones.words("code").astype(str), kind="stable")
    geometry = zones.geometry[order]
    codes = zones.words("code")[order]
    first, second = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    large = shapely.area(shapely.intersection(geometry[first], geometry[second])) > OVERLAP_M2
    found: dict[str, Any] = {}
    for later in np.unique(second[large]):
        earlier = geometry[first[large & (second == later)]]
        found[str(codes[later])] = shapely.difference(geometry[later], shapely.union_all(earlier))
    return found, frozenset(codes[np.union1d(first[large], second[large])].tolist())


@contextmanager
def arriving_batch(
    connection: Connection, reach_m: Mapping[str, float], part: Cut, shared: Shared
) -> Iterator[tuple[Batch, NDArray[np.int64]]]:
    """A batch as arrays, with features of each layer so far around it; after its zones come the own parts of those
    that are overlapped. Inside the block its layers arrive as they are asked for, and the connection is taken.

    Yields:
        The batch, and the position of each zone's own part among its zones (its own position where it is whole).
    """
    layers = discover("layers", Layer)
    read = [(layers[name], reach) for name, reach in reach_m.items() if shared.facts.rows.get(name)]
    with zones_with_near(connection, layers["zone"], part.ids, read, shared.schema) as features:
        zones, own = _with_own_parts(features.zones, shared.own)
        yield Batch(zones, features, shared.facts, shared.networks, shared.per_node, shared.rasters), own


def read_batch(
    connection: Connection, reach_m: Mapping[str, float], part: Cut, shared: Shared
) -> tuple[Batch, NDArray[np.int64]]:
    """A batch as ``arriving_batch`` gives it, with all of its layers there."""
    with arriving_batch(connection, reach_m, part, shared) as (batch, own):
        return replace(batch, layers=dict(batch.layers)), own


def _with_own_parts(zones: Features, own: Mapping[str, Any]) -> tuple[Features, NDArray[np.int64]]:
    codes = zones.words("code").tolist()
    place = np.arange(len(codes), dtype=np.int64)
    overlapped = [position for position, code in enumerate(codes) if code in own]
    if not overlapped:
        return zones, place
    place[overlapped] = len(codes) + np.arange(len(overlapped))
    parts = np.empty(len(overlapped), dtype=object)
    parts[:] = [own[codes[position]] for position in overlapped]
    return Features.joined([zones, _shared_out(zones.take(np.array(overlapped)), parts)]), place


def _shared_out(zones: Features, parts: NDArray[np.object_]) -> Features:
    """Own parts of zones: people and jobs of a zone by the share of its area, or they would count twice."""
    share = shapely.area(parts) / shapely.area(zones.geometry)
    counted = {name: zones.numbers(name) * share for name in ("population", "jobs")}
    return Features(zones.ids, parts, {**zones.columns, **counted})
