"""Green access on geometry that can be walked by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from shapely import LineString, Point, box
from small_city import INDICES, batch_of, values_of

from twin.batch import Features
from twin.errors import UnknownName

ZONE = [box(0, -500, 2000, 500)]
STREET = Features.of([LineString([(0, 0), (2000, 0)])], road_class=["residential"])


def house(x: float, y: float = 10) -> object:
    return box(x - 5, y - 5, x + 5, y + 5)


def green(*shapes: object, access: object = "public", **columns: object) -> Features:
    given = {"kind": ["park"] * len(shapes), "access": [access] * len(shapes), **columns}
    return Features.of(shapes, **given)


def share(layers: dict[str, Features], **params: float) -> float:
    return float(values_of("green_access", ZONE, layers, **params).value[0])


def test_the_walk_is_hop_plus_network_and_its_end_is_included() -> None:
    # The park's only node in reach of 22 m is (0, 0); the house hops 10 m and walks 290 m: just 300.
    park = green(box(-30, -10, -20, 10))
    layers = {"building": Features.of([house(290)]), "street": STREET, "green_area": park}
    assert share({**layers, "building": Features.of([house(275)])}) == 1
    at_300 = Features.of([LineString([(0, 0), (290, 0), (2000, 0)])], road_class=["residential"])
    assert share({**layers, "street": at_300}) == 1
    assert share({**layers, "street": at_300, "building": Features.of([house(290, 10.001)])}) == 0


def test_a_sum_of_many_lengths_does_not_miss_the_limit_by_rounding() -> None:
    # 600 pieces of half a metre each, few of which have a length that a float holds exactly.
    zigzag = LineString([(1000 + 3 * i / 10, 0.4 * (i % 2)) for i in range(601)])
    layers = {
        "building": Features.of([box(1179, -1, 1181, 1)]),
        "street": Features.of([zigzag], road_class=["path"]),
        "green_area": green(box(900, -1, 1000, 0)),
    }
    assert batch_of("green_access", ZONE, layers, entrance_m=0).per_node["green_access"][0].max() > 300
    assert share(layers, entrance_m=0) == 1
    assert share(layers, entrance_m=0, walk_m=299.999) == 0


def test_nodes_stand_25_m_apart_so_the_hop_ends_at_a_node() -> None:
    park = green(box(-30, -10, -20, 10))
    layers = {"building": Features.of([house(287.5, 0)]), "street": STREET, "green_area": park}
    # Nearest nodes at 275 and 300 are both 12.5 m away: 287.5 or 312.5 m, never the straight 287.5 alone.
    assert share(layers, walk_m=275) == 0
    assert share(layers, walk_m=312.5) == 1


def test_an_entrance_is_a_node_within_22_m_or_the_node_nearest_to_the_centroid() -> None:
    layers = {"building": Features.of([house(50, 0)]), "street": STREET}
    near = green(box(40, 22, 60, 100))
    assert share({**layers, "green_area": near}, walk_m=0) == 1
    # 23 m away: no node is near, so it is entered at the node nearest to its centroid, (300, 0).
    far = green(box(0, 23, 600, 100))
    assert share({**layers, "green_area": far}, walk_m=249) == 0
    assert share({**layers, "green_area": far}, walk_m=250) == 1
    assert share({**layers, "green_area": far}, walk_m=0, entrance_m=23) == 1


def test_only_public_green_counts_and_unknown_access_is_said() -> None:
    layers = {"building": Features.of([house(50), house(1500)]), "street": STREET}
    for access in ("private", "restricted"):
        found = values_of("green_access", ZONE, {**layers, "green_area": green(house(50), access=access)})
        assert (found.value[0], found.parts["unknown_access"][0], found.parts["high"][0]) == (0, 0, 0)
    found = values_of("green_access", ZONE, {**layers, "green_area": green(house(50), access=None)})
    assert (found.value[0], found.parts["unknown_access"][0]) == (0, 1)
    assert (found.parts["low"][0], found.parts["high"][0]) == (0, 0.5)
    both = Features.of([house(50), house(50)], kind=["park"] * 2, access=["public", None])
    assert values_of("green_access", ZONE, {**layers, "green_area": both}).parts["unknown_access"][0] == 0
    assert "Green areas whose access is not known are not counted as public" in found.notes


def test_kinds_and_sizes_count_only_where_asked_for() -> None:
    layers = {"building": Features.of([house(50)]), "street": STREET, "green_area": green(house(50))}
    assert share(layers) == 1
    assert share(layers, kinds=["forest"]) == 0  # type: ignore[arg-type]
    assert share(layers, kinds=["forest", "park"]) == 1  # type: ignore[arg-type]
    assert share(layers, min_area_m2=100) == 1
    assert share(layers, min_area_m2=100.1) == 0


def test_premises_weigh_and_quality_is_the_share_that_stands_on_fresh_records() -> None:
    homes = Features.of([house(50), house(1000), house(1900)], dwellings=[5, 3, 2])
    dates = np.array(["2024-01-01", "2018-01-01", "NaT"], dtype="datetime64[D]")
    parks = Features.of(
        [house(50, 20), house(1000, 20), house(1900, 20)],
        kind=["park"] * 3,
        access=["public", "public", None],
        updated_on=dates,
    )
    found = values_of("green_access", ZONE, {"building": homes, "street": STREET, "green_area": parks})
    assert (found.value[0], found.numerator[0], found.denominator[0], found.n[0]) == (0.8, 8, 10, 10)
    assert found.quality[0] == 0.5  # 5 on a fresh park; 3 on a stale one; 2 would be answered by an unknown one
    assert found.notes == ("Green areas whose access is not known are not counted as public",)


def test_a_city_without_dwellings_counts_buildings_and_says_so() -> None:
    layers = {"building": Features.of([house(50)]), "street": STREET, "green_area": green(house(50))}
    assert values_of("green_access", ZONE, layers).notes == ("Dwellings unknown: each building counts as one",)


def test_green_on_an_island_of_streets_is_not_reached() -> None:
    island = LineString([(0, 40), (200, 40)])
    streets = Features.of([LineString([(0, 0), (2000, 0)]), island], road_class=["residential"] * 2)
    layers = {"building": Features.of([house(1000)]), "street": streets, "green_area": green(box(0, 60, 9, 69))}
    # The park is entered at the node of the main network that is nearest to its centroid.
    assert share(layers, walk_m=900) == 0
    assert share(layers, walk_m=1010) == 1


def test_no_data_is_a_sentence() -> None:
    layers = {"building": Features.of([house(-900)]), "street": STREET, "green_area": green(house(50))}
    assert values_of("green_access", ZONE, layers).reason.tolist() == ["No building lies in this zone"]
    shop = {**layers, "building": Features.of([house(50), house(-900)], dwellings=[None, 4], use=["shop", None])}
    assert values_of("green_access", ZONE, shop).reason.tolist() == ["No building of this zone has premises"]
    motorway = Features.of([LineString([(0, 0), (9, 0)])], road_class=["motorway"])
    found = values_of("green_access", ZONE, {**layers, "building": Features.of([house(5)]), "street": motorway})
    assert found.reason.tolist() == ["No street of the city can be walked on"]


def test_a_parameter_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'walk_m'"):
        INDICES["green_access"].checked_params({"walk": 400})
    assert INDICES["green_access"].checked_params({"walk_m": 400})["entrance_m"] == 22


def test_the_share_equals_a_walk_by_networkx_and_brute_force() -> None:
    rng = np.random.default_rng(3)
    lines = [LineString(rng.uniform(0, 2000, (4, 2)) - [0, 1000]) for _ in range(12)]
    parks = [Point(x, y - 500).buffer(60) for x, y in rng.uniform(0, 1000, (6, 2))]
    homes = [house(x, y - 500) for x, y in rng.uniform(0, 1000, (150, 2))]
    layers = {
        "building": Features.of(homes),
        "street": Features.of(lines, road_class=["residential"] * 12),
        "green_area": green(*parks),
    }
    batch = batch_of("green_access", ZONE, layers)
    graph = batch.networks["streets"]
    walk, lengths = nx.Graph(), graph.lengths()
    for node in range(len(graph)):
        for at in range(graph.starts[node], graph.starts[node + 1]):
            walk.add_edge(node, int(graph.neighbours[at]), length=lengths[at])
    doors = {node for node in range(len(graph)) if any(p.distance(Point(graph.xy[node])) <= 22 for p in parks)}
    doors |= {int(np.argmin(np.hypot(*(graph.xy - p.centroid.coords[0]).T))) for p in parks}
    metres = nx.multi_source_dijkstra_path_length(walk, doors, weight="length")
    reached = 0
    for home in homes:
        hops = np.hypot(*(graph.xy - home.centroid.coords[0]).T)
        reached += hops.min() + metres.get(int(np.argmin(hops)), np.inf) <= 300
    assert 0 < reached < 150
    assert INDICES["green_access"].compute(batch).numerator[0] == reached
    per_node = batch.per_node["green_access"][0]
    assert max(abs(per_node[node] - length) for node, length in metres.items()) < 1e-9
