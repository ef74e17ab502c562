"""Networks of 100,000 nodes or pipes against networkx: milliseconds, and how many times faster, results equal.

Run: python -m benchmarks.networks [--nodes 100000] [--repeats 3]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.machine import described, table
from twin.batch import CityFacts, Features
from twin.networks.sewer import Sewer, sewer
from twin.spatial.graph import Graph

STEP_M, TRUNK, SOURCES = 25.0, 629, 0.02

Floats = NDArray[np.float64]


def streets_in_a_grid(nodes: int) -> Graph:
    """A square grid of streets with edges of some 25 to 50 m."""
    side = int(np.ceil(np.sqrt(nodes)))
    number = np.arange(side * side).reshape(side, side)
    one = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    other = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    apart = 1.5 * STEP_M
    corners = apart * np.column_stack([number.ravel() % side, number.ravel() // side])
    xy = corners + np.random.default_rng(3).uniform(-apart / 6, apart / 6, corners.shape)
    return Graph.of(xy, one, other)


def district(pipes: int) -> tuple[Features, Features]:
    """Pipes and nodes of a tree with a long trunk that ends at a plant; node i drains through pipe i."""
    random = np.random.default_rng(4)
    below = np.minimum(np.arange(pipes) + random.integers(1, max(pipes // 3, 2), pipes), pipes)
    trunk = np.arange(max(pipes - TRUNK, 0), pipes)
    below[trunk] = trunk + 1
    x = STEP_M * np.arange(pipes + 1.0)
    lines = shapely.linestrings(
        np.stack([np.column_stack([x[:-1], x[:-1] * 0]), np.column_stack([x[below], x[:-1]])], 1)
    )
    names = np.array([f"n{each:07d}" for each in range(pipes + 1)], dtype=object)
    kind = np.append(np.full(pipes, "manhole", dtype=object), "treatment_plant")
    keys = [f"p{each:07d}" for each in range(pipes)]
    made = Features.of(
        np.asarray(lines), pipe_id=keys, from_node=names[:-1], to_node=names[below], kind=["sanitary"] * pipes
    )
    return made, Features.of(np.asarray(shapely.points(x, x * 0)), node_id=names, kind=kind)


def distances_by_networkx(graph: nx.Graph[int], sources: NDArray[np.int64], nodes: int) -> Floats:
    """Metres to the nearest source."""
    found = nx.multi_source_dijkstra_path_length(graph, set(sources.tolist()), weight="m")
    return np.array([found.get(node, np.inf) for node in range(nodes)])


def accumulated_by_networkx(graph: nx.DiGraph[int], own: Floats) -> Floats:
    """Flow in the pipe that leaves each node, in topological order."""
    flow = dict(enumerate(own.tolist()))
    for node in nx.topological_sort(graph):
        for below in graph.successors(node):
            flow[below] = flow.get(below, 0.0) + flow[node]
    return np.array([flow[node] for node in range(len(own))])


def shortest(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Milliseconds of the fastest of some runs, and what came out."""
    took = []
    for _ in range(repeats):
        started = time.perf_counter()
        found = work()
        took.append(1000 * (time.perf_counter() - started))
    return min(took), found


def streets_row(nodes: int, repeats: int) -> tuple[str, ...]:
    """Distance from every node to the nearest of 2 % of the nodes."""
    graph = streets_in_a_grid(nodes)
    sources = np.random.default_rng(5).choice(len(graph), int(SOURCES * len(graph)), replace=False)
    other: nx.Graph[int] = nx.Graph()
    matrix = graph.matrix.tocoo()
    other.add_weighted_edges_from(zip(*matrix.coords, matrix.data, strict=True), weight="m")
    ours, found = shortest(lambda: graph.distance_from(sources), repeats)
    theirs, expected = shortest(lambda: distances_by_networkx(other, sources, len(graph)), 1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    return "distance to the nearest source", f"{len(graph):,} nodes", *_figures(ours, theirs)


def sewer_rows(pipes: int, repeats: int) -> list[tuple[str, ...]]:
    """Preparation of a sewer network, flow in every pipe, least share downstream."""
    lines, nodes = district(pipes)
    layers = {"sewer_pipe": lines, "sewer_node": nodes}
    facts = CityFacts.of(layers, "2025-01-01")
    built, net = shortest(lambda: sewer.build(layers, facts), 1)
    assert isinstance(net, Sewer) and net.reaches_plant.all()
    own = np.random.default_rng(6).uniform(0, 10, pipes)
    other: nx.DiGraph[int] = nx.DiGraph()
    other.add_edges_from(zip(net.start.tolist(), net.end.tolist(), strict=True))
    accumulate, flow = shortest(lambda: net.accumulate(own), repeats)
    theirs, expected = shortest(lambda: accumulated_by_networkx(other, own), 1)
    np.testing.assert_allclose(flow, expected, rtol=1e-9)
    least, _ = shortest(lambda: net.downstream_least(own), repeats)
    size = f"{pipes:,} pipes, trunk of {TRUNK}"
    return [
        ("sewers: flow in every pipe", size, *_figures(accumulate, theirs)),
        ("sewers: least share downstream", size, f"{least:.1f}", "", ""),
        ("sewers: prepared once a run", size, f"{built:.0f}", "", ""),
    ]


def _figures(ours: float, theirs: float) -> tuple[str, str, str]:
    return f"{ours:.1f}", f"{theirs:.0f}", f"{theirs / ours:.0f}"


def main() -> None:
    """Measure streets, then sewers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    rows = [streets_row(options.nodes, options.repeats), *sewer_rows(options.nodes, options.repeats)]
    print(described(), table(("what", "size", "ms", "networkx ms", "times"), rows), sep="\n\n")


if __name__ == "__main__":
    main()
