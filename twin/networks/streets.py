"""The streets that people walk on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.batch import CityFacts, Features
from twin.networks.network import network
from twin.spatial.graph import GRAPH, Graph
from twin.spatial.noding import noded
from twin.spatial.sight import Sight
from twin.spatial.steps import nodes_from, stepped

NOT_WALKED = ("motorway", "motorway_link", "construction", "proposed")
STEP_M = 25.0


@network(layers=("street",))
def streets(layers: Mapping[str, Features], city: CityFacts) -> Graph:  # noqa: ARG001 - walked whatever the profile
    """Streets that people can walk on: rows of any class and direction but motorway, motorway_link,
    construction and proposed.

    Lines are noded on a grid of 1 mm: they join where they cross or touch. Ways on different
    values of OSM's ``layer`` (bridges, tunnels) do not join where they cross; they join where both have a
    vertex at the same place. A node stands at each vertex, and on longer stretches at equal steps of at most
    25 m. Of edges between the same nodes one is kept, and only the largest connected component: what
    is not connected to it cannot be walked to. Rows without a class are walked.
    """
    features = layers.get("street", Features.of([]))
    walked = ~np.isin(features.words("road_class").astype(str), NOT_WALKED)
    graph = noded(features, walked)
    return stepped(graph.largest_component(nodes_from(graph, STEP_M)), STEP_M)


@streets.seen
def _seen(graph: Graph) -> list[Sight]:
    """Nodes: what is walked along edges is in the numbers of the nodes."""
    return [Sight.of_points(GRAPH, graph.xy)]
