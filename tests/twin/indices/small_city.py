"""Hand-made cities for the tests of indices, and one drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from shapely import LineString, Point, box

from twin.batch import Batch, CityFacts, Features
from twin.discover import discover
from twin.index import Index, Values
from twin.networks.streets import streets

INDICES = discover("twin.indices", Index)
TODAY = "2025-06-30"


def batch_of(zones: Sequence[Any] | Features, layers: dict[str, Features], **params: Any) -> Batch:
    """All of a small city as one batch, with its network and the numbers of its nodes."""
    rows = zones if isinstance(zones, Features) else Features.of(zones)
    city = CityFacts.of(layers, TODAY)
    networks = {"streets": streets.build(layers, city)}
    metres = INDICES["green_access"].per_node_of
    assert metres is not None
    whole = {name: layers.get(name, Features.of([])) for name in ("street", "green_area")}
    nodes = {"green_access": metres(whole, networks, city, **params)}
    return Batch(rows, layers, city, networks, nodes)


def values_of(index: str, zones: Sequence[Any] | Features, layers: dict[str, Features], **params: Any) -> Values:
    """The values of an index in a small city."""
    nodes = params if index == "green_access" else {}
    return INDICES[index].compute(batch_of(zones, layers, **nodes), **params)


def shuffled(features: Features, seed: int) -> Features:
    """The same rows in another order; ids go with the rows."""
    return features.take(np.random.default_rng(seed).permutation(len(features)))


whole = st.integers(0, 395)
BIG = [box(x, y, x + 200, y + 200) for x in (0, 200) for y in (0, 200)] + [box(150, 150, 300, 250)]
DATES = st.sampled_from([None, "2018-01-01", "2024-05-01"])


def part_of(batch: Batch, zones: Any) -> Batch:
    """The batch of some of the zones, as a run would cut it."""
    return replace(batch, zones=batch.zones.take(zones))


@st.composite
def cities(draw: st.DrawFn) -> dict[str, Features]:
    """Layers of a city of 400 by 400 m, for the five zones ``BIG`` (one overlaps the others)."""

    def some(values: st.SearchStrategy[Any], rows: Sequence[Any]) -> list[Any]:
        return [draw(values) for _ in rows]

    corners = draw(st.lists(st.tuples(whole, whole, st.integers(1, 30)), min_size=1, max_size=12))
    homes = [box(x, y, x + size, y + size) for x, y, size in corners]
    parks = draw(st.lists(st.tuples(whole, whole, st.integers(5, 150)), min_size=1, max_size=5))
    surveys = draw(st.lists(st.tuples(whole, whole), min_size=1, max_size=10))
    lanes = draw(st.lists(st.tuples(whole, whole, whole, whole), min_size=1, max_size=6))
    lanes = [lane for lane in lanes if lane[:2] != lane[2:]] or [(0, 0, 400, 400)]
    lines = [LineString([(0, 200), (400, 200)]), *(LineString([lane[:2], lane[2:]]) for lane in lanes)]
    shapes: list[Any] = [Point(x, y) for x, y in surveys]
    shapes += [box(x, y, x + 60, y + 60) for x, y in surveys[:3]]
    return {
        "building": Features.of(
            homes,
            dwellings=some(st.sampled_from([None, 0, 1, 7]), homes),
            residents=some(st.sampled_from([None, 3.0, 20.0]), homes),
            use=some(st.sampled_from([None, "shop", "house"]), homes),
        ),
        "street": Features.of(lines, road_class=["residential"] * len(lines)),
        "green_area": Features.of(
            [box(x, y, x + size, y + size) for x, y, size in parks],
            kind=some(st.sampled_from(["park", "forest", "farmland"]), parks),
            access=some(st.sampled_from(["public", "private", None]), parks),
            updated_on=np.array(some(DATES, parks), dtype="datetime64[D]"),
        ),
        "water_body": Features.of([box(90, 90, 210, 130)], kind=["lake"]),
        "broadband_coverage": Features.of(
            shapes,
            premises=some(st.integers(0, 9), shapes),
            max_down_mbps=some(st.sampled_from([30.0, 1000.0, 2000.0]), shapes),
            surveyed_on=np.array(some(DATES, shapes), dtype="datetime64[D]"),
            place_id=some(st.sampled_from([None, "p", "q"]), shapes),
            operator=some(st.sampled_from([None, "A", "B"]), shapes),
        ),
    }
