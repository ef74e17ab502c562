"""The sewer network on networks drawn at random, against networkx and against PostGIS's recursive SQL."""

from __future__ import annotations

import networkx as nx
import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_sewer import KINDS, by_key, net, networks, nodes_of, pipes_of

from tests.conftest import TEST_SQL
from twin.batch import Features
from twin.database.cluster import Cluster
from twin.networks.sewer import Sewer

Ways = dict[str, str]


def graph_of(pipes: Ways, kinds: Ways) -> nx.MultiDiGraph:
    """Pipes as edges by key; what leaves a plant starts at a node of its own."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(kinds)
    for key, (start, end) in pipes.items():
        graph.add_edge(f"{start}'" if kinds.get(start) == "treatment_plant" else start, end, key)
    return graph


def flow_by_networkx(pipes: Ways, kinds: Ways, amount: dict[str, float]) -> dict[str, float]:
    """In topological order of the circles: shares where pipes part, all that enters through each pipe of a circle."""
    graph = graph_of(pipes, kinds)
    folded = nx.condensation(nx.DiGraph(graph))
    part = folded.graph["mapping"]
    edges = [(key, part[start], part[end]) for start, end, key in graph.edges(keys=True)]
    flow: dict[str, float] = {}
    for each in nx.topological_sort(folded):
        inner = [key for key, start, end in edges if start == end == each]
        leaving = [key for key, start, end in edges if start == each != end]
        total = sum(flow[key] for key, start, end in edges if end == each != start) + sum(amount[k] for k in inner)
        flow |= dict.fromkeys(inner, total) | {key: amount[key] + total / len(leaving) for key in leaving}
    return flow


def ends_by_networkx(pipes: Ways, kinds: Ways) -> dict[str, str]:
    graph = graph_of(pipes, kinds)
    found = {}
    for key, (_, end) in pipes.items():
        below = nx.descendants(graph, end) | {end}
        reached = {kinds.get(node) for node in below}
        stops = any(graph.out_degree(node) == 0 for node in below)
        by_kind = "plant" if "treatment_plant" in reached else "outfall" if "outfall" in reached else None
        found[key] = by_kind or ("nowhere" if stops else "cycle")
    return found


def amounts(pipes: Ways, seed: int) -> dict[str, float]:
    return dict(zip(pipes, np.random.default_rng(seed).uniform(0, 9, len(pipes)).tolist(), strict=True))


def shuffled(rows: Features, seed: int) -> Features:
    return rows.take(np.random.default_rng(seed).permutation(len(rows)))


@given(networks(circles=True), st.integers(0, 99))
def test_ends_circles_and_flow_equal_networkx(drawn: tuple[Ways, Ways], seed: int) -> None:
    pipes, kinds = drawn
    found, graph, amount = net(pipes_of(pipes), nodes_of(kinds)), graph_of(*drawn), amounts(pipes, seed)
    assert by_key(found, found.ends) == ends_by_networkx(*drawn)
    circles = [
        {k for *_, k in graph.subgraph(part).edges(keys=True)} for part in nx.strongly_connected_components(graph)
    ]
    assert {frozenset(each) for each in found.cycles} == {frozenset(each) for each in circles if each}
    assert by_key(found, found.accumulate(np.array(list(amount.values())))) == pytest.approx(
        flow_by_networkx(*drawn, amount), rel=1e-9
    )


@given(networks(circles=True), st.integers(0, 99))
def test_a_trace_is_a_way_in_the_network_and_its_least_share_is_that_of_its_pipes(
    drawn: tuple[Ways, Ways], seed: int
) -> None:
    pipes, kinds = drawn
    found, keys = net(pipes_of(pipes), nodes_of(kinds)), list(pipes)
    share = np.random.default_rng(seed).random(len(pipes))
    least = found.downstream_least(share)
    names = found.nodes.words("node_id")
    for first, key in enumerate(keys):
        way = [first]
        while (below := int(found.after[way[-1]])) >= 0 and below not in way:
            assert pipes[keys[way[-1]]][1] == pipes[keys[below]][0]
            way.append(below)
        assert least[first] == share[way].min()
        last = pipes[keys[way[-1]]][1]
        if found.ends[first] == "cycle":
            assert below in way and found.outlet[first] == -1
        else:
            assert below == -1 and (found.outlet[first] == -1) == (last not in kinds)
            assert found.outlet[first] == -1 or names[found.outlet[first]] == last, key


@given(networks(circles=True), st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(drawn: tuple[Ways, Ways], seed: int) -> None:
    pipes, nodes = pipes_of(drawn[0], diameter_mm=[300] * len(drawn[0])), nodes_of(drawn[1])
    one, other = net(pipes, nodes), net(shuffled(pipes, seed), shuffled(nodes, seed))
    for name in ("start", "end", "outlet", "plant", "after", "ends", "length_m"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.cycles == other.cycles
    people = np.arange(len(one)) * 1e4
    np.testing.assert_array_equal(one.spare(people=people), other.spare(people=people))


def large(seed: int, circles: int = 0) -> tuple[Features, Features, dict[str, tuple[str, str]], dict[str, str]]:
    """A network of 400 nodes that runs downhill, with pipes that part, and some that run back."""
    random = np.random.default_rng(seed)
    ways = {}
    for number in range(460):
        start = int(random.integers(0, 399))
        ways[f"p{number:03d}"] = (f"n{start}", f"n{min(start + int(random.integers(1, 60)), 399)}")
    for number in range(circles):
        end, start = sorted(random.integers(0, 399, 2).tolist())
        ways[f"q{number}"] = (f"n{start}", f"n{end}")
    kinds = {f"n{number}": str(random.choice(KINDS)) for number in range(400) if number % 17}
    line = pipes_of({"x": "ab"}).geometry[0]
    starts, ends = zip(*ways.values(), strict=True)
    pipes = Features.of([line] * len(ways), pipe_id=list(ways), from_node=list(starts), to_node=list(ends))
    nodes = Features.of([None] * len(kinds), node_id=list(kinds), kind=list(kinds.values()))
    return pipes, nodes, ways, kinds


@pytest.mark.parametrize("seed", range(4))
def test_a_large_network_equals_networkx(seed: int) -> None:
    pipes, nodes, ways, kinds = large(seed, circles=seed * 3)
    found, amount = net(pipes, nodes), amounts(ways, seed)  # type: ignore[arg-type]
    assert by_key(found, found.ends) == ends_by_networkx(ways, kinds)  # type: ignore[arg-type]
    expected = flow_by_networkx(ways, kinds, amount)  # type: ignore[arg-type]
    assert by_key(found, found.accumulate(np.array(list(amount.values())))) == pytest.approx(expected, rel=1e-9)


def asked_of_postgis(cluster: Cluster, found: Sewer, amount: np.ndarray, question: str) -> list[tuple[object, ...]]:
    """What recursive SQL says of a network."""
    columns = (found.pipes.words(name).tolist() for name in ("pipe_id", "from_node", "to_node"))
    rows = zip(*columns, amount.tolist(), strict=True)
    ends = zip(found.nodes.words("node_id").tolist(), found.nodes.words("kind").tolist(), strict=True)
    with psycopg.connect(cluster.dsn()) as connection:
        connection.execute("CREATE TEMP TABLE drains (pipe_id text, from_node text, to_node text, amount float8)")
        connection.execute("CREATE TEMP TABLE ends (node_id text, kind text)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO drains VALUES (%s, %s, %s, %s)", list(rows))
            cursor.executemany("INSERT INTO ends VALUES (%s, %s)", list(ends))
        return connection.execute((TEST_SQL / f"{question}.sql").read_text()).fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_flow_equals_recursive_sql(private_cluster: Cluster, seed: int) -> None:
    pipes, nodes, ways, _ = large(seed)
    found = net(pipes, nodes)
    amount = np.array(list(amounts(ways, seed).values()))  # type: ignore[arg-type]
    answer = dict(asked_of_postgis(private_cluster, found, amount, "sewer_flow"))
    assert by_key(found, found.accumulate(amount)) == pytest.approx(answer, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_ends_equal_recursive_sql(private_cluster: Cluster, seed: int) -> None:
    pipes, nodes, _, _ = large(seed, circles=9)
    found = net(pipes, nodes)
    asked = asked_of_postgis(private_cluster, found, np.ones(len(found)), "sewer_reach")
    kinds = {
        str(pipe): "plant" if plant else "outfall" if outfall else "nowhere" if stops else "cycle"
        for pipe, plant, outfall, stops in asked
    }
    assert by_key(found, found.ends) == kinds
    assert len(set(kinds.values())) > 1
