"""Streets that end."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch
from twin.messiness.metric import Parts, metric
from twin.spatial.graph import Graph
from twin.spatial.nearby import places_in


@metric(
    title="Dead ends",
    title_zh="断头路",
    unit="share",
    counted="junctions and ends",
    networks=("ways",),
    fewest=20,
)
def dead_ends(batch: Batch) -> Parts:
    """Share of dead ends among the junctions and ends of streets in the zone.

    Formula: nodes with one neighbour / nodes with other than two neighbours, of the graph of ways of service classes
    (any width, joined where they cross). A zone needs 20 of them, else it is not measured. Where the data end, streets
    seem to end.

    Direction: more is messier. Planned 0.05–0.15; informal 0.25–0.50. Planned suburbs of closes have many too: so its
    weight is small.

    Source: Barrington-Leigh and Millard-Ball 2020, PNAS 117:1941.
    """
    graph: Graph = batch.networks["ways"].graph
    node = graph.around(batch.zones.geometry)
    degree = graph.starts[node + 1] - graph.starts[node]
    node, degree = node[degree != 2], degree[degree != 2]
    place, zone = places_in(graph.xy[node], batch.zones.geometry)
    return Parts(zone, node[place], (degree[place, None] == 1).astype(np.float64))
