"""The street network: where ways join, where they do not, and what is walked."""

from __future__ import annotations

import pickle
from pathlib import Path
from random import Random

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from twin.batch import CityFacts, Features
from twin.discover import discover
from twin.networks.network import Network
from twin.networks.streets import streets
from twin.networks.ways import ways
from twin.spatial.graph import Graph

NO_FACTS = CityFacts({}, False, np.datetime64("2025-06-30"))
LAS_PALMAS = Path(__file__).resolve().parents[3] / "../shared/realdata/las_palmas"


def built(*lines: object, road_class: object = "residential", attributes: object = None) -> Graph:
    classes = [road_class] * len(lines) if isinstance(road_class, str) else road_class
    tags = attributes or [None] * len(lines)
    return streets.build({"street": Features.of(lines, road_class=classes, attributes=tags)}, NO_FACTS)


def places(graph: Graph) -> list[tuple[float, float]]:
    return sorted((round(x, 3), round(y, 3)) for x, y in graph.xy)


def metres(graph: Graph, start: tuple[float, float], end: tuple[float, float]) -> float:
    (one, other), hops = graph.nearest_node(np.array([start, end], dtype=np.float64))
    assert hops.max() < 1e-3
    return float(graph.distance_from(np.array([one]))[other])


def test_the_network_is_found_by_its_file_name() -> None:
    found = discover("twin.networks", Network)
    assert found["streets"] is streets
    assert streets.layers == ("street",)


def test_crossing_streets_join_without_a_common_vertex() -> None:
    graph = built(LineString([(0, 0), (20, 0)]), LineString([(10, -10), (10, 10)]))
    assert places(graph) == [(0, 0), (10, -10), (10, 0), (10, 10), (20, 0)]
    assert metres(graph, (0, 0), (10, 10)) == 20


def test_a_street_that_ends_a_hair_short_of_another_joins_it() -> None:
    # No corner of a slanted line is a round number: an end drawn on it lies beside it by rounding.
    slanted = LineString([(500000, 4000000), (500100, 4000077)])
    x, y = slanted.interpolate(1 / 3, normalized=True).coords[0]
    graph = built(slanted, LineString([(x, y + 0.0003), (x, y + 20)]))
    assert metres(graph, (500000, 4000000), (x, y + 20)) == pytest.approx(slanted.length / 3 + 20, abs=0.002)


def test_nodes_stand_at_equal_steps_of_at_most_25_m() -> None:
    graph = built(LineString([(0, 0), (60, 0), (85, 0)]))
    assert places(graph) == [(0, 0), (20, 0), (40, 0), (60, 0), (85, 0)]
    assert len(built(LineString([(0, 0), (50.001, 0)]))) == 4


@pytest.mark.parametrize("never", ["motorway", "motorway_link", "construction", "proposed"])
def test_what_is_not_walked_is_left_out(never: str) -> None:
    graph = built(LineString([(0, 0), (20, 0)]), LineString([(10, -10), (10, 10)]), road_class=["path", never])
    assert places(graph) == [(0, 0), (20, 0)]


def test_steps_trunks_and_ways_without_a_class_are_walked_in_both_directions() -> None:
    lines = [LineString([(i, 0), (i + 10, 0)]) for i in (0, 10, 20)]
    graph = built(*lines, road_class=["steps", "trunk", None])
    assert metres(graph, (30, 0), (0, 0)) == metres(graph, (0, 0), (30, 0)) == 30


def test_a_bridge_does_not_join_what_it_crosses() -> None:
    road, bridge = LineString([(0, 0), (100, 0)]), LineString([(50, -50), (50, 50)])
    detour = LineString([(50, 50), (200, 50), (200, 0), (100, 0)])
    tags = [None, {"layer": "1", "bridge": "yes"}, None]
    graph = built(road, bridge, detour, attributes=tags)
    # Both ways are cut in steps of 25 m, so both have a node at (50, 0): still no way from one to the other.
    assert metres(graph, (0, 0), (50, -50)) == 100 + 100 + 50 + 150 + 100
    assert metres(built(road, bridge, detour), (0, 0), (50, -50)) == 100


def test_a_bridge_joins_the_road_that_it_continues() -> None:
    lines = [LineString([(0, 0), (10, 0)]), LineString([(10, 0), (20, 0)]), LineString([(20, 0), (30, 0)])]
    graph = built(*lines, attributes=[None, {"layer": 1}, {"layer": "0"}])
    assert metres(graph, (0, 0), (30, 0)) == 30


@pytest.mark.parametrize("tag", ["ground", "", None, "1;2", 0.5])
def test_a_level_that_is_no_whole_number_is_the_ground(tag: object) -> None:
    lines = LineString([(0, 0), (20, 0)]), LineString([(10, -10), (10, 10)])
    assert len(built(*lines, attributes=[{"layer": tag}, None])) == 5


def test_only_the_largest_component_is_kept() -> None:
    graph = built(LineString([(0, 0), (100, 0)]), LineString([(0, 50), (60, 50)]))
    assert {y for _, y in places(graph)} == {0}


def test_multi_part_and_doubled_lines_are_one_network() -> None:
    parts = MultiLineString([[(0, 0), (10, 0)], [(10, 0), (20, 0)]])
    graph = built(parts, LineString([(0, 0), (20, 0)]), LineString([(20, 0), (0, 0)]))
    assert (len(graph), graph.lengths().sum()) == (3, 2 * 20)


@pytest.mark.parametrize("layers", [{}, {"street": Features.of([])}])
def test_no_streets_give_an_empty_network(layers: dict[str, Features]) -> None:
    assert len(streets.build(layers, NO_FACTS)) == 0
    assert len(built(LineString([(0, 0), (9, 0)]), road_class="motorway")) == 0
    assert len(built(None, LineString())) == 0


lanes = st.lists(st.tuples(*[st.integers(0, 100)] * 4).filter(lambda e: e[:2] != e[2:]), min_size=1, max_size=8)


@settings(deadline=None)
@given(lanes, st.randoms(use_true_random=False))
@example([(47, 100, 75, 2), (72, 31, 52, 21)], Random(0)).via("they cross at half a millimetre")
def test_the_order_and_direction_of_rows_do_not_matter(ends: list[tuple[int, ...]], random: object) -> None:
    lines = [LineString([e[:2], e[2:]]) for e in ends]
    other = [line.reverse() for line in lines]
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = built(*lines), built(*other)
    np.testing.assert_array_equal(one.xy, two.xy)
    np.testing.assert_array_equal(one.neighbours, two.neighbours)


def test_streets_and_ways_take_at_most_100_bytes_a_node_and_travel_to_workers() -> None:
    side, block_m = np.arange(60), 96.0
    x, y = block_m * np.array(np.meshgrid(side, side)).reshape(2, -1)
    begin, end = np.repeat(np.column_stack([x, y]), 2, axis=0), np.tile([[block_m, 0], [0, block_m]], (len(x), 1))
    lines = shapely.linestrings(np.stack([begin, begin + end], axis=1))
    rows = {"street": Features.of(lines, road_class=["residential"] * len(lines))}
    graph, mapped = streets.build(rows, NO_FACTS), ways.build(rows, NO_FACTS)
    assert (len(graph) > 25_000, len(mapped)) == (True, len(lines))
    graph.nearest_node(np.zeros((1, 2)))
    mapped.usable_pieces.closest(shapely.points([[0, 0]]), 9)
    travelling = pickle.dumps((graph, mapped))
    assert len(travelling) <= 100 * (len(graph) + len(mapped.graph))
    again, _ = pickle.loads(travelling)
    assert again.distance_from(np.array([0]))[-1] == graph.distance_from(np.array([0]))[-1]


@pytest.mark.skipif(not LAS_PALMAS.is_dir(), reason="real data of Las Palmas is not beside the project")
def test_the_streets_of_las_palmas() -> None:
    ways = pyogrio.read_dataframe(
        LAS_PALMAS / "las_palmas_20230221.osm.pbf", layer="lines", columns=["highway", "other_tags"]
    )
    ways = ways[ways["highway"].notna()].to_crs(4083)
    assert round(ways.length.sum() / 1000) == 2205
    level = ways["other_tags"].str.extract(r'"layer"=>"([^"]*)"')[0]
    tags = [{"layer": each} if isinstance(each, str) else None for each in level]
    graph = built(*ways.geometry, road_class=ways["highway"].tolist(), attributes=tags)
    walked = ~ways["highway"].isin(["motorway", "motorway_link", "construction", "proposed"])
    share = graph.lengths().sum() / 2 / ways.length[walked].sum()
    assert 0.97 < share < 1  # islands are left out
    assert np.diff(graph.starts).min() >= 1
    assert graph.lengths().max() <= 25 + 1e-9
