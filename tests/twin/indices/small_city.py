"""Hand-made cities for the tests of indices, and one drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely import LineString, Point, box

from twin.batch import Batch, CityFacts, Features
from twin.discover import discover
from twin.index import Index, Values
from twin.networks.network import Network

INDICES = discover("twin.indices", Index)
NETWORKS = discover("twin.networks", Network)
TODAY = "2025-06-30"


def batch_of(index: str, zones: Sequence[Any] | Features, layers: dict[str, Features], **params: Any) -> Batch:
    """All of a small city as one batch, with the networks that an index needs and its numbers of nodes."""
    rows = zones if isinstance(zones, Features) else Features.of(zones)
    city, each = CityFacts.of(layers, TODAY), INDICES[index]
    networks = {name: NETWORKS[name].build(layers, city) for name in each.networks}
    nodes = {}
    if each.per_node_of is not None:
        whole = {name: layers.get(name, Features.of([])) for name in (*each.layers, *each.optional_layers)}
        nodes[index] = each.per_node_of(whole, networks, city, **params)
    return Batch(rows, layers, city, networks, nodes)


def values_of(index: str, zones: Sequence[Any] | Features, layers: dict[str, Features], **params: Any) -> Values:
    """The values of an index in a small city."""
    return INDICES[index].compute(batch_of(index, zones, layers, **params), **params)


def shuffled(features: Features, seed: int) -> Features:
    """The same rows in another order; ids go with the rows."""
    return features.take(np.random.default_rng(seed).permutation(len(features)))


whole = st.integers(0, 395)
BIG = [box(x, y, x + 200, y + 200) for x in (0, 200) for y in (0, 200)] + [box(150, 150, 300, 250)]
DATES = st.sampled_from([None, "2018-01-01", "2024-05-01"])


def part_of(index: str, batch: Batch, zones: Any) -> Batch:
    """The batch of some of the zones, as a run cuts it: with what comes within the declared reach of their boxes."""
    rows = batch.zones.take(zones)
    layers = {name: each.take(_near(each, rows, INDICES[index].reach_m)) for name, each in batch.layers.items()}
    return replace(batch, zones=rows, layers=layers)


def _near(features: Features, zones: Features, reach_m: float) -> Any:
    one, other = shapely.bounds(features.geometry)[:, None], shapely.bounds(zones.geometry)[None]
    gaps = np.maximum(one[..., :2] - other[..., 2:], other[..., :2] - one[..., 2:])
    return (gaps.max(axis=2) <= reach_m).any(axis=1)


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
    # A road of two carriageways along the border of zones, or two roads, as they are drawn one-way and named.
    border = [LineString([(0, 200), (400, 200)]), LineString([(400, 185), (0, 180)])]
    lines = [*border, *(LineString([lane[:2], lane[2:]]) for lane in lanes)]
    shapes: list[Any] = [Point(x, y) for x, y in surveys]
    shapes += [box(x, y, x + 60, y + 60) for x, y in surveys[:3]]
    stops = draw(st.lists(st.tuples(whole, whole), min_size=1, max_size=4))
    return {
        "building": Features.of(
            homes,
            dwellings=some(st.sampled_from([None, 0, 1, 7]), homes),
            residents=some(st.sampled_from([None, 3.0, 20.0]), homes),
            use=some(st.sampled_from([None, "shop", "house"]), homes),
        ),
        "street": Features.of(
            lines,
            road_class=["residential"] * len(lines),
            oneway=some(st.sampled_from([True, True, False, None]), lines),
            name=some(st.sampled_from([None, "A", "B"]), lines),
        ),
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
        "transit_stop": Features.of(
            [Point(xy) for xy in stops],
            stop_id=[str(number) for number in range(len(stops))],
            mode=some(st.sampled_from(["bus", "rail"]), stops),
            headway_min=some(st.sampled_from([None, 5.0, 60.0]), stops),
            observed_on=np.array(some(DATES, stops), dtype="datetime64[D]"),
        ),
        **draw(sewers()),
    }


@st.composite
def sewers(draw: st.DrawFn) -> dict[str, Features]:
    """Pipes between some places of that city, with or without records of connections."""
    places = draw(st.lists(st.tuples(whole, whole), unique=True, min_size=2, max_size=7))
    at = st.integers(0, len(places) - 1)
    ways = [way for way in draw(st.lists(st.tuples(at, at), max_size=8)) if way[0] != way[1]] or [(0, 1)]
    kinds = st.sampled_from(["manhole", "outfall", "treatment_plant", "treatment_plant"])
    points = draw(st.lists(st.tuples(whole, whole), max_size=10))
    records = [(draw(st.integers(0, 9)), draw(st.booleans()), draw(DATES)) for _ in points]
    premises, connected, dates = zip(*records, strict=True) if records else ((), (), ())
    return {
        "sewer_pipe": Features.of(
            [LineString([places[one], places[other]]) for one, other in ways],
            pipe_id=[f"p{number}" for number in range(len(ways))],
            from_node=[f"n{one}" for one, _ in ways],
            to_node=[f"n{other}" for _, other in ways],
        ),
        "sewer_node": Features.of(
            [Point(xy) for xy in places],
            node_id=[f"n{number}" for number in range(len(places))],
            kind=[draw(kinds) for _ in places],
            capacity_m3d=[draw(st.sampled_from([None, 40.0])) for _ in places],
            load_m3d=[draw(st.sampled_from([None, 20.0, 90.0])) for _ in places],
        ),
        "sewer_connection": Features.of(
            [Point(xy) for xy in points],
            premises=list(premises),
            connected=list(connected),
            recorded_on=np.array(dates, dtype="datetime64[D]"),
        ),
    }
