"""Sewer networks made by hand, and drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from shapely import LineString, Point

from twin.batch import CityFacts, Features
from twin.networks.sewer import Sewer, sewer

PLACES = "abcdefgh"
KINDS = ("manhole", "manhole", "manhole", "junction", "outfall", "treatment_plant")


def place(name: str) -> tuple[float, float]:
    """Where a node of one letter stands: 100 m apart, on a bend, so that no two pipes are one."""
    number = ord(name[0]) - ord("a")
    return 100.0 * number, float(number * number)


def pipes_of(pipes: Mapping[str, str], **columns: Sequence[Any]) -> Features:
    """Pipes from words such as ``{"p1": "ab"}``: from node a to node b."""
    lines = [LineString([place(way[0]), place(way[1])]) for way in pipes.values()]
    ends = {"from_node": [way[0] for way in pipes.values()], "to_node": [way[1] for way in pipes.values()]}
    return Features.of(lines, pipe_id=list(pipes), **ends, **columns)


def nodes_of(kinds: Mapping[str, str], **columns: Sequence[Any]) -> Features:
    """Nodes by letter, with their kinds."""
    return Features.of(
        [Point(place(name)) for name in kinds], node_id=list(kinds), kind=list(kinds.values()), **columns
    )


def net(pipes: Features, nodes: Features, connections: Features | None = None) -> Sewer:
    """The network of some layers."""
    layers = {"sewer_pipe": pipes, "sewer_node": nodes}
    if connections is not None:
        layers["sewer_connection"] = connections
    built = sewer.build(layers, CityFacts.of(layers, "2025-06-30"))
    assert isinstance(built, Sewer)
    return built


def by_key(network: Sewer, values: Any) -> dict[str, Any]:
    """Numbers of pipes, by key."""
    return dict(zip(network.pipes.words("pipe_id").tolist(), np.asarray(values).tolist(), strict=True))


@st.composite
def networks(draw: st.DrawFn, *, circles: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Pipes between eight places, and nodes at some of these: with circles and loops, or downhill only."""
    letters = st.sampled_from(PLACES)
    ways = st.tuples(letters, letters)
    if not circles:
        ways = ways.filter(lambda way: way[0] < way[1])
    drawn = draw(st.lists(ways, min_size=1, max_size=14))
    pipes = {f"p{number:02d}": "".join(way) for number, way in enumerate(drawn)}
    known = draw(st.lists(letters, unique=True, min_size=3))
    return pipes, {name: draw(st.sampled_from(KINDS)) for name in known}
