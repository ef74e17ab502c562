"""How evenly streets point in all directions."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch, FloatArray
from twin.messiness.metric import Parts, metric
from twin.spatial.graph import Graph
from twin.spatial.nearby import places_in

BINS = 36
GRID, EVEN = np.log(4), np.log(BINS)


def _disorder(sums: FloatArray, count: FloatArray) -> FloatArray:  # noqa: ARG001 - weighted by length, not by number
    """1 - φ from metres by bin."""
    total = sums.sum(axis=-1, keepdims=True)
    share = np.divide(sums, total, out=np.zeros(sums.shape), where=total > 0)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=-1)
    # Fewer directions than the four of a grid are no less orderly than a grid.
    disorder = (np.maximum(entropy - GRID, 0.0) / (EVEN - GRID)) ** 2
    return np.where(total[..., 0] > 0, disorder, np.nan)


@metric(
    title="Orientation disorder of streets",
    title_zh="道路方向无序度",
    unit="0…1",
    counted="stretches of street",
    networks=("ways",),
    fewest=50,
    value_of=_disorder,
)
def orientation_disorder(batch: Batch) -> Parts:
    """How evenly the streets of the zone point in all directions: 0 a grid, 1 every direction alike.

    Formula: 1 - φ with φ = 1 - ((H - ln 4) / (ln 36 - ln 4))², H = -Σ p ln p over 36 bins of 10° centred on north,
    p = metres of straight stretches in both directions by all metres, of the graph of ways of service classes; a
    stretch belongs to the zone of its middle. A zone needs 50 stretches.

    Direction: more is less like a grid. Shown and never summed: it rates an organic old town, fully served, as the
    messiest and informal blocks as tidy.

    Source: Boeing 2019, Applied Network Science 4:67.
    """
    graph: Graph = batch.networks["ways"].graph
    one, other = (graph.xy[ends] for ends in graph.edges_of(graph.around(batch.zones.geometry)))
    metres = np.hypot(*(other - one).T)
    stretch, zone = places_in((one + other) / 2, batch.zones.geometry)
    east, north = (other - one)[stretch].T
    bearing = np.degrees(np.arctan2(east, north)) % 360
    width = 360 / BINS
    into = ((bearing + width / 2) // width).astype(np.int64) % BINS
    amounts = np.zeros((len(stretch), BINS))
    rows = np.arange(len(stretch))
    amounts[rows, into] = amounts[rows, (into + BINS // 2) % BINS] = metres[stretch]
    return Parts(zone, stretch, amounts)
