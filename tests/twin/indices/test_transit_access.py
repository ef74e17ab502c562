"""Transit access on geometry that can be walked by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
from shapely import LineString, Point, box
from small_city import batch_of, values_of

from twin.batch import Features
from twin.index import Values

ZONE = box(-100, -500, 2000, 500)
STREET = Features.of([LineString([(0, 0), (2000, 0)])], road_class=["residential"])


def houses(*xs: float) -> Features:
    return Features.of([box(x - 5, 5, x + 5, 15) for x in xs], dwellings=[1] * len(xs))


def stops(*places: tuple[float, float], **columns: object) -> Features:
    return Features.of([Point(xy) for xy in places], stop_id=[str(i) for i in range(len(places))], **columns)


def found(buildings: Features, transit: Features, **params: object) -> Values:
    layers = {"building": buildings, "street": STREET, "transit_stop": transit}
    return values_of("transit_access", [ZONE], layers, **params)


def test_the_walk_is_hop_plus_network_plus_hop_and_its_end_is_included() -> None:
    # The house hops 10 m to the node at 275, walks 275 m, and hops 15 m to the stop: just 300.
    assert found(houses(275), stops((0, 15))).value.tolist() == [1]
    assert found(houses(275), stops((0, 15.001))).value.tolist() == [0]
    assert found(houses(275, 300), stops((0, 5)), walk_m=315).value.tolist() == [1]


def test_a_stop_far_from_any_street_is_far() -> None:
    assert found(houses(0), stops((0, -289))).value.tolist() == [1]
    assert found(houses(0), stops((0, -291))).value.tolist() == [0]


def test_a_nearer_stop_at_the_same_node_counts_whatever_the_order() -> None:
    for places in (((0, 200), (0, 10)), ((0, 10), (0, 200))):
        assert found(houses(275), stops(*places)).value.tolist() == [1]


def test_a_mode_may_be_walked_to_from_farther() -> None:
    transit = stops((0, 0), (2000, 0), mode=["bus", "rail"])
    homes = houses(600, 1200, 1800)
    assert found(homes, transit).value[0] == 1 / 3
    assert found(homes, transit, walk_by_mode={"rail": 1000}).value[0] == 2 / 3
    assert found(homes, transit, walk_m=620, walk_by_mode={"rail": 1000}).value[0] == 1
    assert found(homes, transit, walk_by_mode={"rail": 100}).value[0] == 0


def test_every_stop_counts_unless_a_longest_headway_is_asked_for() -> None:
    transit = stops((0, 0), (1000, 0), (2000, 0), headway_min=[10, 60, None])
    homes = houses(100, 1100, 1900)
    assert found(homes, transit).value.tolist() == [1]
    often = found(homes, transit, max_headway_min=10)
    assert (often.value[0], often.parts["unknown_service"][0], often.parts["high"][0]) == (1 / 3, 1, 2 / 3)
    assert often.notes == ("Stops whose headway is not known are not counted, since a longest headway is asked for",)


def test_quality_tells_whether_answers_stand_on_known_facts() -> None:
    day = np.array(["2024-01-01", "2010-01-01"], dtype="datetime64[D]")
    transit = stops((0, 0), (1000, 0), observed_on=day)
    assert found(houses(100, 1000, 1900, 1950), transit).quality.tolist() == [0.75]
    unknown = stops((0, 0), headway_min=[None], observed_on=day[:1])
    assert found(houses(100, 1900), unknown, max_headway_min=10).quality.tolist() == [0.5]


def test_streets_that_cannot_be_walked_lead_to_no_stop() -> None:
    motorway = Features.of([LineString([(0, 0), (2000, 0)])], road_class=["motorway"])
    layers = {"building": houses(100), "street": motorway, "transit_stop": stops((100, 0))}
    values = values_of("transit_access", [ZONE], layers)
    assert values.reason.tolist() == ["No street of the city can be walked on"]


def test_the_share_equals_a_walk_by_networkx_and_brute_force() -> None:
    random = np.random.default_rng(9)
    lanes = [LineString([(x, 0), (x, 1500)]) for x in range(0, 1501, 150)]
    lanes += [LineString([(0, y), (1500, y)]) for y in range(0, 1501, 150) if y % 450]
    corners = random.uniform(0, 1490, (300, 2))
    layers = {
        "building": Features.of([box(x, y, x + 8, y + 8) for x, y in corners], dwellings=[1] * 300),
        "street": Features.of(lanes, road_class=["local"] * len(lanes)),
        "transit_stop": stops(*random.uniform(0, 1500, (9, 2)).tolist(), mode=["bus", "rail", None] * 3),
    }
    zone = [box(-50, -50, 1550, 1550)]
    params = {"walk_m": 300.0, "walk_by_mode": {"rail": 500.0}}
    batch = batch_of("transit_access", zone, layers, **params)
    graph = batch.networks["streets"]
    walk = nx.Graph()
    matrix = graph.matrix.tocoo()
    walk.add_weighted_edges_from(zip(*matrix.coords, matrix.data, strict=True))
    covered = np.zeros(300, dtype=bool)
    centres = corners + 4
    home, hop = graph.nearest_node(centres)
    for place, mode in zip(layers["transit_stop"].geometry, ["bus", "rail", None] * 3, strict=True):
        metres = np.hypot(*(graph.xy - (place.x, place.y)).T)
        node = int(metres.argmin())
        lengths = nx.single_source_dijkstra_path_length(walk, node)
        total = hop + [lengths.get(int(each), np.inf) for each in home] + metres[node]
        covered |= total <= (500 if mode == "rail" else 300)
    assert 0.1 < covered.mean() < 0.9
    assert values_of("transit_access", zone, layers, **params).value[0] == covered.mean()
