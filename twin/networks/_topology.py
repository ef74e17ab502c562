"""How pipes hang together: where each trace ends, which pipes run in a circle."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from twin.batch import BoolArray, FloatArray, IntArray

PLANT, OUTFALL, NOWHERE, CYCLE = range(4)
ENDS = np.array(["plant", "outfall", "nowhere", "cycle"], dtype=object)


@dataclass(frozen=True)
class Ways:
    """Pipes as edges: ``tail`` and ``head`` (P,) are vertices 0…count-1.

    The first vertices are the nodes by position; then come names that pipes give but no node has; then one more for
    each plant, from which the pipes start that leave it.
    """

    tail: IntArray
    head: IntArray
    count: int

    @classmethod
    def of(cls, start: IntArray, end: IntArray, names: NDArray[np.object_], plant: BoolArray) -> Ways:
        """From node positions (P,), -1 where there is no such node, and the names given (P, 2)."""
        nodes, pipes = len(plant), len(start)
        given = np.column_stack([start, end])
        lost = given < 0
        code = pd.factorize(names[lost])[0].astype(np.int64)
        nameless = code < 0
        code[nameless] = code.max(initial=-1) + 1 + np.arange(nameless.sum())
        given[lost] = nodes + code
        count = int(given.max(initial=nodes - 1)) + 1
        leaves_plant = np.zeros(pipes, dtype=bool)
        leaves_plant[start >= 0] = plant[start[start >= 0]]
        tail = given[:, 0].copy()
        tail[leaves_plant] += count
        plants = int(leaves_plant.any()) * nodes
        return cls(tail, given[:, 1], count + plants)

    @functools.cached_property
    def parts(self) -> IntArray:
        """A number for each vertex, the same for those that lie in one circle.

        A vertex upstream of another has a higher number, unless both are in one circle: strong components are found
        from the lowest up.
        """
        _, label = connected_components(self._matrix(self.tail, self.head), connection="strong")
        return np.asarray(label, dtype=np.int64)

    def steps_to(self, vertices: IntArray) -> FloatArray:
        """Least number of pipes from each vertex down to one of some; inf where there is no way."""
        if len(vertices) == 0:
            return np.full(self.count, np.inf)
        upstream = self._matrix(self.head, self.tail)
        return np.asarray(dijkstra(upstream, indices=vertices, unweighted=True, min_only=True))

    def _matrix(self, row: IntArray, column: IntArray) -> csr_array[Any, Any]:
        return csr_array((np.ones(len(row)), (row, column)), shape=(self.count, self.count))


@dataclass(frozen=True)
class Traces:
    """Where the water of each pipe goes: ``after`` (P,) the next pipe of its trace, -1 where that ends.

    ``kind`` (P,) is one of PLANT, OUTFALL, NOWHERE, CYCLE; ``last`` (P,) the vertex where the trace ends, -1 if it
    never does.
    """

    after: IntArray
    kind: IntArray
    last: IntArray

    @classmethod
    def of(cls, ways: Ways, plants: IntArray, outfalls: IntArray) -> Traces:
        """One way down for each pipe, to a plant if there is one, else to an outfall, else to where pipes stop.

        Where a node has several outgoing pipes that lead to the same kind of end, the one with the fewest pipes to
        go is taken, and of equals the one with the lowest position.
        """
        stops = np.setdiff1d(np.arange(ways.count), ways.tail)
        steps = np.stack([ways.steps_to(each) for each in (plants, outfalls, stops)])
        kind = np.where(np.isfinite(steps).any(axis=0), np.isfinite(steps).argmax(axis=0), CYCLE)
        to_go = np.append(steps, np.zeros((1, ways.count)), axis=0)[kind, np.arange(ways.count)]
        chosen = _first_of_each(ways, kind, to_go)
        ends_here = (to_go == 0) & (kind != CYCLE)
        after = np.where(ends_here[ways.head], -1, chosen[ways.head])
        last = ways.head[followed(after)[-1]]
        return cls(after, kind[ways.head], np.where(kind[ways.head] == CYCLE, -1, last))


def _first_of_each(ways: Ways, kind: IntArray, to_go: FloatArray) -> IntArray:
    """The pipe that is taken from each vertex, -1 where none leaves it."""
    order = np.lexsort((np.arange(len(ways.tail)), to_go[ways.head], kind[ways.head], ways.tail))
    vertex, first = np.unique(ways.tail[order], return_index=True)
    chosen = np.full(ways.count, -1, dtype=np.int64)
    chosen[vertex] = order[first]
    return chosen


def followed(after: IntArray) -> list[IntArray]:
    """Pipes reached from each pipe after 1, 2, 4 … steps along its trace, until all traces have ended.

    A trace that has ended stays at its last pipe; one that never ends is followed once around.
    """
    jumps = [np.where(after < 0, np.arange(len(after)), after)]
    while 1 << len(jumps) < 2 * len(after):
        doubled = jumps[-1][jumps[-1]]
        if np.array_equal(doubled, jumps[-1]):
            break
        jumps.append(doubled)
    return jumps
