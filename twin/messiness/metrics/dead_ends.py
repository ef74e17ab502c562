"""Streets that end."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch
from twin.messiness.metric import Parts, metric
from twin.spatial.graph import Graph
from twin.spatial.membership import held_by


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
    degree = np.diff(graph.starts)
    low_x, low_y, high_x, high_y = shapely.total_bounds(batch.zones.geometry)
    x, y = graph.xy.T
    near = (x >= low_x) & (x <= high_x) & (y >= low_y) & (y <= high_y)
    node = np.flatnonzero(near & (degree != 2))
    held, zone = held_by(np.asarray(shapely.points(graph.xy[node])), batch.zones.geometry)
    return Parts(zone, node[held], (degree[node[held], None] == 1).astype(np.float64))
