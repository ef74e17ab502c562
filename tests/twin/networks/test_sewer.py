"""The sewer network: where water ends, what flows, what a pipe can carry, which pipe is near."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from shapely import Point
from small_sewer import by_key, net, nodes_of, pipes_of

from twin.batch import CityFacts, Features
from twin.discover import discover
from twin.networks.network import Network
from twin.networks.sewer import Sewer, sewer

MANHOLES = dict.fromkeys("abcdefgh", "manhole")


def outlets(network: Sewer) -> dict[str, str | None]:
    keys = [*network.nodes.words("node_id").tolist(), None]
    return by_key(network, np.array(keys, dtype=object)[network.outlet])


def test_the_network_is_found_by_its_file_name() -> None:
    assert discover("twin.networks", Network)["sewer"] is sewer
    assert sewer.layers == ("sewer_pipe", "sewer_node", "sewer_connection")


def test_a_trace_ends_in_a_plant_an_outfall_nowhere_or_never() -> None:
    pipes = pipes_of({"1": "ab", "2": "bc", "3": "de", "4": "fg", "5": "hh"})
    found = net(pipes, nodes_of({**MANHOLES, "c": "treatment_plant", "e": "outfall"}))
    assert by_key(found, found.ends) == {"1": "plant", "2": "plant", "3": "outfall", "4": "nowhere", "5": "cycle"}
    assert outlets(found) == {"1": "c", "2": "c", "3": "e", "4": "g", "5": None}
    assert by_key(found, found.reaches_plant) == {"1": True, "2": True, "3": False, "4": False, "5": False}
    assert by_key(found, found.plant == found.outlet)["1"] and found.plant.tolist()[2:] == [-1, -1, -1]


def test_a_node_that_is_not_there_joins_pipes_but_is_no_outlet() -> None:
    found = net(pipes_of({"1": "ab", "2": "bc", "3": "ax"}), nodes_of({"a": "manhole", "c": "treatment_plant"}))
    assert by_key(found, found.ends) == {"1": "plant", "2": "plant", "3": "nowhere"}
    assert (by_key(found, found.end), by_key(found, found.start)) == (
        {"1": -1, "2": 1, "3": -1},
        {"1": 0, "2": -1, "3": 0},
    )
    assert outlets(found)["3"] is None


@pytest.mark.parametrize("kind", ["storm", "reclaimed"])
def test_rain_and_reclaimed_water_have_pipes_of_their_own(kind: str) -> None:
    pipes = pipes_of({"1": "ab", "2": "bc", "3": "bd"}, kind=["sanitary", kind, None])
    found = net(pipes, nodes_of({**MANHOLES, "c": "treatment_plant"}))
    assert by_key(found, found.ends) == {"1": "nowhere", "3": "nowhere"}


def test_where_ways_part_a_plant_is_preferred_then_an_outfall_then_the_shorter_way_then_the_lower_key() -> None:
    ways = {"1": "ab", "2": "bc", "3": "bd", "4": "de", "5": "ef", "6": "ea"}
    outfall = net(pipes_of(ways), nodes_of({**MANHOLES, "c": "outfall"}))
    assert outlets(outfall) == dict.fromkeys("12346", "c") | {"5": "f"}
    plant = net(pipes_of(ways), nodes_of({**MANHOLES, "c": "outfall", "f": "treatment_plant"}))
    assert outlets(plant) == dict.fromkeys("13456", "f") | {"2": "c"}
    both = net(pipes_of({"1": "ab", "3": "bc", "2": "bd"}), nodes_of({**MANHOLES, "c": "outfall", "d": "outfall"}))
    assert outlets(both)["1"] == "d"


def test_a_plant_ends_a_trace_and_what_leaves_it_is_treated() -> None:
    pipes = pipes_of({"1": "ab", "2": "bc", "3": "cd"})
    found = net(pipes, nodes_of({**MANHOLES, "b": "treatment_plant", "d": "outfall"}))
    assert outlets(found) == {"1": "b", "2": "d", "3": "d"}
    assert by_key(found, found.accumulate(np.array([5.0, 1.0, 1.0]))) == {"1": 5, "2": 1, "3": 2}


def test_water_that_a_plant_gives_back_upstream_makes_no_circle() -> None:
    found = net(pipes_of({"1": "ab", "2": "ba"}), nodes_of({"a": "manhole", "b": "treatment_plant"}))
    assert (found.cycles, by_key(found, found.accumulate(np.ones(2)))) == ((), {"1": 2, "2": 1})


def test_an_overflow_on_the_way_to_a_plant_is_passed_and_any_other_ends_the_trace() -> None:
    pipes = pipes_of({"1": "ab", "2": "bc"})
    assert outlets(net(pipes, nodes_of({**MANHOLES, "b": "outfall", "c": "treatment_plant"})))["1"] == "c"
    assert outlets(net(pipes, nodes_of({**MANHOLES, "b": "outfall"})))["1"] == "b"


def test_circles_are_named_and_a_way_out_of_one_is_found() -> None:
    ways = {"9": "ab", "2": "bc", "3": "ca", "4": "cd", "5": "ee", "6": "fg", "7": "gf"}
    found = net(pipes_of(ways), nodes_of({**MANHOLES, "d": "treatment_plant"}))
    assert found.cycles == (("2", "3", "9"), ("5",), ("6", "7"))
    ends = by_key(found, found.ends)
    assert ends == {**dict.fromkeys("9234", "plant"), **dict.fromkeys("567", "cycle")}
    # All that enters the circle flows through each of its pipes, and out by the pipe that leaves it.
    assert by_key(found, found.accumulate(np.ones(7))) == {"2": 3, "3": 3, "9": 3, "4": 4, "5": 1, "6": 2, "7": 2}


def test_what_arrives_where_pipes_part_is_shared_equally() -> None:
    ways = {"1": "ab", "2": "bc", "3": "bd", "4": "ce", "5": "de", "6": "ef"}
    found = net(pipes_of(ways), nodes_of(MANHOLES))
    assert by_key(found, found.accumulate(np.array([8.0, 1, 0, 0, 0, 0]))) == dict(
        zip("123456", [8, 5, 4, 5, 4, 9], strict=True)
    )


def test_the_least_share_is_that_of_the_whole_way_down() -> None:
    found = net(pipes_of({"1": "ab", "2": "bc", "3": "cd", "4": "eb"}), nodes_of(MANHOLES))
    share = found.downstream_least(np.array([0.9, 0.4, 0.7, 0.2]))
    assert by_key(found, share) == {"1": 0.4, "2": 0.4, "3": 0.7, "4": 0.2}
    assert found.downstream_least(np.full(4, np.nan)).tolist() == [1, 1, 1, 1]


def test_full_flow_is_that_of_the_tables_of_manning() -> None:
    # A pipe of 300 mm with n = 0.013 at 1 %: 96.7 l/s full; at n = 0.010 by 1.3 more; at 4 % twice as much.
    slope, roughness = [0.01, 0.01, 0.04, None], [None, 0.010, 0.013, None]
    pipes = pipes_of(
        {"1": "ab", "2": "bc", "3": "cd", "4": "de"}, diameter_mm=[300] * 4, slope=slope, roughness_n=roughness
    )
    flow = net(pipes, nodes_of(MANHOLES)).full_flow_m3s()
    assert flow[:3] == pytest.approx([0.0967, 0.1257, 0.1934], abs=5e-5)
    assert np.isnan(flow[3])


def test_a_slope_that_is_missing_is_that_of_the_inverts() -> None:
    nodes = nodes_of(MANHOLES, invert_m=[12.0, 11.0, 11.0, None, 0, 0, 0, 0])
    pipes = pipes_of({"1": "ab", "2": "bc", "3": "cd"}, diameter_mm=[300] * 3)
    found = net(pipes, nodes)
    given = net(pipes_of({"1": "ab"}, diameter_mm=[300], slope=[1 / found.length_m[0]]), nodes)
    assert found.full_flow_m3s()[0] == pytest.approx(given.full_flow_m3s()[0])
    assert np.isnan(found.full_flow_m3s()[1:]).all()


@pytest.mark.parametrize(
    "what", [{"slope": [-0.01]}, {"slope": [0.0]}, {"kind": ["force_main"]}, {"diameter_mm": [None]}, {"slope": [None]}]
)
def test_what_manning_cannot_tell_is_not_known(what: dict[str, list[object]]) -> None:
    columns = {"diameter_mm": [300.0], "slope": [0.01], **what}
    assert np.isnan(net(pipes_of({"1": "ab"}, **columns), nodes_of(MANHOLES)).full_flow_m3s()[0])


def houses(*places: tuple[float, float], premises: int = 10, connected: bool = True) -> Features:
    count = len(places)
    return Features.of([Point(xy) for xy in places], premises=[premises] * count, connected=[connected] * count)


def test_people_enter_at_the_nearest_pipe_within_100_m_connected_or_not() -> None:
    pipes, nodes = pipes_of({"1": "ab", "2": "bc"}), nodes_of(MANHOLES)
    on_first = net(pipes, nodes, houses((50, 0), (50, 90), connected=False))
    assert on_first.people() == pytest.approx([2 * 26, 0])
    assert net(pipes, nodes, houses((50, 101.5))).people().tolist() == [0, 0]
    at_the_joint = net(pipes, nodes, houses((100, 1)))
    assert at_the_joint.people() == pytest.approx([26, 0])
    assert net(pipes, nodes).people().tolist() == [0, 0]


def test_spare_is_the_narrowest_pipe_below_and_the_room_of_the_plant() -> None:
    # 300 mm at 1 % carries 96.7 l/s; 200 mm 32.8 l/s. 10 000 people at 200 l/d and factor 2.5 need 57.9 l/s.
    pipes = pipes_of({"1": "ab", "2": "bc", "3": "cd", "4": "ef"}, diameter_mm=[300, 200, 300, None], slope=[0.01] * 4)
    nodes = nodes_of({**MANHOLES, "d": "treatment_plant"}, capacity_m3d=[None] * 3 + [1600] + [None] * 4)
    people = np.array([10_000.0, 0, 0, 9])
    found = net(pipes, nodes)
    assert found.spare(people=people) == pytest.approx([0.5669, 0.5669, 0.8, 1], abs=1e-3)  # 2000 m³ a day reach it
    assert found.spare(100, 2.5, people) == pytest.approx([1, 1, 1, 1])
    loaded = nodes_of({**MANHOLES, "d": "treatment_plant"}, capacity_m3d=[1600] * 8, load_m3d=[3200] * 8)
    assert net(pipes, loaded).spare(people=people) == pytest.approx([0.5, 0.5, 0.5, 1])
    assert net(pipes, loaded).spare() == pytest.approx([0.5, 0.5, 0.5, 1])


def test_of_what_is_not_known_there_is_enough() -> None:
    found = net(pipes_of({"1": "ab"}), nodes_of({"a": "manhole", "b": "treatment_plant"}))
    assert found.spare(people=np.array([1e6])).tolist() == [1]
    full = net(pipes_of({"1": "ab"}), nodes_of({"a": "manhole", "b": "treatment_plant"}, capacity_m3d=[None, 0]))
    assert (full.spare(people=np.array([1.0])).tolist(), full.spare().tolist()) == ([0], [1])


def test_the_nearest_pipe_is_found_to_the_reach_and_ties_go_to_the_lower_key() -> None:
    found = net(pipes_of({"b": "bc", "a": "ab"}), nodes_of(MANHOLES))
    places = np.array([Point(100, 1), Point(100, -30), Point(0, -30), Point(0, -30.001), None, Point()], dtype=object)
    position, metres = found.nearest(places, 30)
    assert position.tolist() == [0, -1, 0, -1, -1, -1]
    assert metres == pytest.approx([0, np.inf, 30, np.inf, np.inf, np.inf])
    other, far = found.nearest(places, 31.5, np.array([False, True]))
    assert (other.tolist(), far[1]) == ([1, 1, -1, -1, -1, -1], pytest.approx(31))
    assert found.nearest(places, 30, np.array([False, False]))[0].tolist() == [-1] * 6
    assert found.nearest(places, np.inf)[0].tolist() == [0, 0, 0, 0, -1, -1]


@pytest.mark.parametrize("layers", [{}, {"sewer_pipe": pipes_of({})}, {"sewer_node": nodes_of(MANHOLES)}])
def test_a_city_without_pipes_has_an_empty_network(layers: dict[str, Features]) -> None:
    found = sewer.build(layers, CityFacts.of(layers, "2025-06-30"))
    assert (len(found), found.cycles) == (0, ())
    assert [len(each) for each in (found.accumulate(np.zeros(0)), found.people(), found.spare())] == [0, 0, 0]
    assert found.nearest(np.array([Point(0, 0)], dtype=object), 30)[0].tolist() == [-1]


def test_a_network_travels_to_workers_after_use() -> None:
    found = net(pipes_of({"1": "ab", "2": "bc"}, diameter_mm=[300] * 2), nodes_of(MANHOLES), houses((50, 0)))
    used = found.spare(), found.nearest(np.array([Point(0, 0)], dtype=object), 30)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.spare(), used[0])
    assert again.nearest(np.array([Point(0, 0)], dtype=object), 30)[0].tolist() == used[1][0].tolist()
