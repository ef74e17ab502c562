"""Sewage treatment: connected is not treated, and a full plant treats only a part."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from shapely import LineString, Point, box
from shapely.ops import nearest_points
from small_city import values_of

from twin.batch import Features
from twin.index import Values

ZONE = box(-10, -10, 400, 400)
HOMES = Features.of([box(100 * i, 5, 100 * i + 9, 9) for i in range(4)], dwellings=[25] * 4)
PIPES = Features.of(
    [LineString([(100 * i, 0), (100 * i + 50, 0)]) for i in range(4)],
    pipe_id=list("pqrs"),
    from_node=list("abcd"),
    to_node=["plant", "river", "lost", "d"],
)
NODES = Features.of(
    [Point(50, 0), Point(150, 0), Point(350, 0)],
    node_id=["plant", "river", "d"],
    kind=["treatment_plant", "outfall", "manhole"],
)
POINTS = Features.of([Point(100 * i + 5, 6) for i in range(4)], premises=[20] * 4, connected=[True] * 4)


def found(params: dict[str, float] | None = None, **layers: Features) -> Values:
    given = {"building": HOMES, "sewer_pipe": PIPES, "sewer_node": NODES, "sewer_connection": POINTS, **layers}
    return values_of("sewer_treatment", [ZONE], given, **(params or {}))


def plant(capacity: float | None, load: float | None) -> Features:
    return Features.of(
        NODES.geometry,
        node_id=NODES.words("node_id"),
        kind=NODES.words("kind"),
        capacity_m3d=[capacity, None, None],
        load_m3d=[load, None, None],
    )


def test_only_what_drains_to_a_plant_is_treated_and_the_rest_is_told_by_its_end() -> None:
    values = found()
    assert (values.value.tolist(), values.numerator.tolist(), values.n.tolist()) == ([0.2], [20], [100])
    names = ("connected", "to_plant", "to_outfall", "to_nowhere", "no_pipe", "recorded", "unrecorded")
    assert [values.parts[name][0] for name in names] == [80, 20, 20, 40, 0, 80, 20]
    assert (values.parts["low"][0], values.parts["high"][0]) == (0.2, 0.4)


@pytest.mark.parametrize(
    ("capacity", "load", "treated"), [(50, 100, 10), (100, 50, 20), (None, 50, 20), (50, None, 20), (0, 9, 0)]
)
def test_a_plant_treats_what_it_has_room_for(capacity: float | None, load: float | None, treated: float) -> None:
    values = found(sewer_node=plant(capacity, load))
    assert (values.numerator[0], values.parts["to_plant"][0]) == (treated, 20)
    assert bool(values.notes) == (treated < 20)


def test_a_pipe_out_of_reach_is_none_and_the_reach_is_included() -> None:
    assert found({"reach_m": 6}).value.tolist() == [0.2]
    beyond = found({"reach_m": 5.99})
    assert (beyond.value.tolist(), beyond.parts["no_pipe"].tolist()) == ([0], [80])


def test_premises_that_are_not_connected_are_not_treated() -> None:
    points = Features.of(POINTS.geometry, premises=[20] * 4, connected=[False, True, True, True])
    assert (found(sewer_connection=points).value[0], found(sewer_connection=points).parts["connected"][0]) == (0, 60)


def test_without_any_record_buildings_near_a_pipe_are_a_proxy() -> None:
    values = found(sewer_connection=Features.of([]))
    assert (values.value.tolist(), values.parts["to_plant"].tolist()) == ([0.25], [25])
    assert values.notes[0].startswith("Proxy: ")


def test_a_network_without_a_plant_treats_nothing_and_says_so() -> None:
    nodes = NODES.take(np.array([False, True, True]))
    assert found(sewer_node=nodes).value.tolist() == [0]
    assert "No treatment plant" in found(sewer_node=nodes).notes[-1]


def test_without_buildings_there_is_no_share_but_what_is_treated_is_told() -> None:
    values = found(building=Features.of([]))
    assert (values.reason[0], values.numerator[0]) == ("Nothing is loaded in the layer building", 20)


def test_the_value_equals_networkx_and_brute_force() -> None:
    random = np.random.default_rng(8)
    places = random.uniform(0, 400, (40, 2))
    below = [int(random.integers(i + 1, 40)) for i in range(39)]
    kinds = random.choice(["manhole", "manhole", "outfall"], 40).astype(object)
    kinds[[20, 39]] = "treatment_plant"
    lines = [LineString([places[i], places[end]]) for i, end in enumerate(below)]
    pipes = Features.of(
        lines,
        pipe_id=[f"p{i:02d}" for i in range(39)],
        from_node=[f"n{i}" for i in range(39)],
        to_node=[f"n{end}" for end in below],
    )
    nodes = Features.of([Point(xy) for xy in places], node_id=[f"n{i}" for i in range(40)], kind=kinds)
    at = [Point(xy) for xy in random.uniform(0, 390, (200, 2))]
    premises = random.integers(0, 5, 200)
    connected = random.random(200) < 0.7
    points = Features.of(at, premises=premises, connected=connected)
    values = found({"reach_m": 20}, sewer_pipe=pipes, sewer_node=nodes, sewer_connection=points)
    graph = nx.DiGraph(list(enumerate(below)))
    treated = {end for end in range(40) if {20, 39} & (nx.descendants(graph, end) | {end})}
    expected = 0
    for point, count, is_connected in zip(at, premises, connected, strict=True):
        metres = [point.distance(nearest_points(line, point)[0]) for line in lines]
        nearest = int(np.argmin(metres))
        expected += count * bool(is_connected and metres[nearest] <= 20 and below[nearest] in treated)
    assert 0 < expected < premises.sum()
    assert values.numerator[0] == expected
