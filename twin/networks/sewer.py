"""The sewers that waste water flows in."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from twin.batch import NOTHING, BoolArray, CityFacts, Features, FloatArray, Geometries, IntArray
from twin.networks._capacity import full_flow_m3s
from twin.networks._flow import Flow
from twin.networks._topology import ENDS, PLANT, Traces, Ways, followed
from twin.networks.network import network
from twin.scoring.people import PEOPLE_PER_DWELLING
from twin.spatial.nearest import NEAR, Nearest
from twin.spatial.sight import Sight

NOT_SEWAGE = ("storm", "reclaimed")
TAKEN_UP_M = 100.0
SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Sewer:
    """Pipes (P) that carry sewage and all nodes, each by key, as arrays of the network's own order.

    ``start`` and ``end`` (P,) are positions in ``nodes``, -1 where the node that is named is not there. ``length_m`` is
    the pipe's length on the map. ``ends`` (P,) says where the trace of a pipe ends: ``plant``, ``outfall``,
    ``nowhere`` (at a node that nothing leaves) or ``cycle`` (it never does); ``outlet`` (P,) is that node, -1 for none.
    ``plant`` (P,) is the outlet where that is a treatment plant, else -1. ``after`` (P,) is the next pipe of the trace,
    -1 where that ends. ``cycles`` holds the keys of the pipes of each circle, by key. ``taken_up`` (P,) are the
    residents whose water enters at each pipe.
    """

    pipes: Features
    nodes: Features
    start: IntArray
    end: IntArray
    length_m: FloatArray
    outlet: IntArray
    ends: NDArray[np.object_]
    plant: IntArray
    after: IntArray
    cycles: tuple[tuple[str, ...], ...]
    taken_up: FloatArray
    flow: Flow = field(repr=False)
    part_of_node: IntArray = field(repr=False)

    def __len__(self) -> int:
        """Count of pipes."""
        return len(self.pipes)

    @functools.cached_property
    def reaches_plant(self) -> BoolArray:
        """Whether any way down from each pipe (P,) leads to a treatment plant."""
        return np.asarray(self.plant >= 0)

    @functools.cached_property
    def _full_flow_m3s(self) -> FloatArray:
        return full_flow_m3s(self.pipes, self.nodes, self.start, self.end, self.length_m)

    def full_flow_m3s(self) -> FloatArray:
        """What each pipe (P,) carries when it is full, in m³/s, by Manning; NaN where not known, and in force mains.

        Q = (1/n) π D²/4 (D/4)^(2/3) S^(1/2): diameter ``diameter_mm``, slope or else fall of the inverts, n 0.013 where
        missing (Manning 1891; Chow, Open-Channel Hydraulics, 1959).
        """
        return self._full_flow_m3s.copy()

    def accumulate(self, amount_at_pipe: FloatArray) -> FloatArray:
        """What flows in each pipe (P,): its own amount and all that comes from upstream.

        Where several pipes leave a node, they share equally what arrives there. Plants and what they give back do not
        hand on. All that enters a circle of pipes flows through each of its pipes, and out by those that leave it.
        """
        return self.flow.in_pipes(np.asarray(amount_at_pipe, dtype=np.float64))

    def arriving(self, amount_at_pipe: FloatArray) -> FloatArray:
        """What arrives at each node (N,), where pipes take up amounts (P,)."""
        return self.flow.into_parts(np.asarray(amount_at_pipe, dtype=np.float64))[self.part_of_node]

    def downstream_least(self, share: FloatArray) -> FloatArray:
        """The least of ``share`` (P,) over each pipe and all below it on its trace; NaN counts as 1."""
        least = np.where(np.isnan(share), 1.0, share)
        for jump in followed(self.after):
            least = np.minimum(least, least[jump])
        return least

    def people(self) -> FloatArray:
        """Residents whose water each pipe (P,) must take up by itself, 0 where the layer of connections is empty.

        Every row of ``sewer_connection``, connected or not, since that is what a standard must carry: its premises ×
        2.6, at its nearest pipe within 100 m.
        """
        return self.taken_up.copy()

    def plant_share(self, load_m3d: FloatArray | None = None) -> FloatArray:
        """min(1, capacity / load) of each node (N,); 1 where either is not known, and where nothing arrives.

        ``load_m3d`` (N,) stands in for nodes without a load of their own.
        """
        capacity, load = self.nodes.numbers("capacity_m3d"), self.nodes.numbers("load_m3d")
        if load_m3d is not None:
            load = np.where(np.isnan(load), load_m3d, load)
        share = np.ones(len(self.nodes))
        np.divide(capacity, load, out=share, where=(load > 0) & np.isfinite(capacity))
        return np.minimum(share, 1.0)

    @functools.cached_property
    def treated_share(self) -> FloatArray:
        """What share of each pipe's (P,) water is treated: that of its plant, 0 where it leads to none."""
        return np.where(self.reaches_plant, np.append(self.plant_share(), 1.0)[self.plant], 0.0)

    def spare(
        self, litres_per_person_day: float = 200, peak_factor: float = 2.5, people: FloatArray | None = None
    ) -> FloatArray:
        """What share of the water that each pipe (P,) should take up can be carried and treated, 0…1.

        The least of min(1, full flow / peak flow) over the pipe and all below it, and of min(1, capacity / load) of the
        plant where its trace ends. Peak flow in m³/s = people upstream × ``litres_per_person_day`` × ``peak_factor`` /
        86 400 000. A plant without a load is loaded by the people who drain to it. 1 where not known.
        """
        residents: FloatArray = self.taken_up if people is None else np.asarray(people, dtype=np.float64)
        peak = self.accumulate(residents) * litres_per_person_day * peak_factor / 1000 / SECONDS_A_DAY
        share = np.ones(len(self))
        np.divide(self._full_flow_m3s, peak, out=share, where=peak > 0)
        drained = self.arriving(residents) * litres_per_person_day / 1000
        plants = np.append(self.plant_share(np.where(drained > 0, drained, np.nan)), 1.0)
        return np.asarray(np.minimum(self.downstream_least(np.minimum(share, 1.0)), plants[self.plant]))

    def nearest(
        self, places: Geometries, reach_m: float, among: BoolArray | None = None
    ) -> tuple[IntArray, FloatArray]:
        """Nearest pipe of each place within ``reach_m`` (included), and the metres to it; -1, inf where there is none.

        ``among`` (P,) says which pipes are looked at. Of equally near pipes the one with the lowest key is taken.
        """
        return self._near.of(places, reach_m, among)

    @functools.cached_property
    def _near(self) -> Nearest:
        return Nearest(self.pipes.geometry)


@network(layers=("sewer_pipe", "sewer_node"))
def sewer(layers: Mapping[str, Features], city: CityFacts) -> Sewer:  # noqa: ARG001 - the same whatever the profile
    """Pipes that carry sewage, with where their water goes: of kind ``sanitary``, ``combined`` or ``force_main``, or of
    a kind that is not known; not ``storm`` and ``reclaimed``.

    Pipes join by the names of their nodes, also where the layer of nodes lacks one of them. The trace of a pipe leads
    down from node to node: to a treatment plant if any way leads there, else to an outfall, else to a node that nothing
    leaves; where several ways lead to the same kind of end, the one of fewest pipes is taken, and of these the pipe
    with the lowest key. A plant ends every trace: what leaves it is treated. An outfall with pipes that lead on to a
    plant is an overflow on the way, and is passed. Where there is no way out of a circle of pipes, the trace ends in
    none of them. Pipes and nodes stand in the order of their keys, so nothing depends on the order of rows.
    """
    pipes = _by_key(layers.get("sewer_pipe", NOTHING), "pipe_id")
    nodes = _by_key(layers.get("sewer_node", NOTHING), "node_id")
    pipes = pipes.take(~np.isin(pipes.words("kind").astype(str), NOT_SEWAGE))
    names = np.column_stack([pipes.words("from_node"), pipes.words("to_node")])
    keys = pd.Index(nodes.words("node_id"))
    start, end = (keys.get_indexer(pd.Index(column)).astype(np.int64) for column in names.T)
    kind = nodes.words("kind")
    ways = Ways.of(start, end, names, kind == "treatment_plant")
    traces = Traces.of(ways, np.flatnonzero(kind == "treatment_plant"), np.flatnonzero(kind == "outfall"))
    outlet = np.where(traces.last < len(nodes), traces.last, -1)
    return Sewer(
        pipes=pipes,
        nodes=nodes,
        start=start,
        end=end,
        length_m=np.asarray(shapely.length(pipes.geometry), dtype=np.float64),
        outlet=outlet,
        ends=ENDS[traces.kind],
        plant=np.where(traces.kind == PLANT, outlet, -1),
        after=traces.after,
        cycles=_cycles(ways, pipes.words("pipe_id")),
        taken_up=np.zeros(len(pipes)),
        flow=Flow.of(ways),
        part_of_node=ways.parts[: len(nodes)],
    )


@sewer.gather("sewer_connection")
def _with_people(built: Sewer, parts: Iterable[Features]) -> Sewer:
    """Residents whose water each pipe must take up by itself."""
    near, premises = Nearest(built.pipes.geometry), np.zeros(len(built.pipes))
    for connections in parts:
        pipe, _ = near.of(connections.geometry, TAKEN_UP_M)
        found = pipe >= 0
        # Whole numbers: their sum is the same in whatever order the rows come.
        premises += np.bincount(pipe[found], np.nan_to_num(connections.numbers("premises"))[found], len(premises))
    return dataclasses.replace(built, taken_up=PEOPLE_PER_DWELLING * premises)


@sewer.seen
def _seen(built: Sewer) -> list[Sight]:
    """Pipes with where they lead and what of their water is treated. Their room is looked at for the whole city."""
    ends = np.array([list(ENDS).index(each) for each in built.ends], dtype=np.int64)
    return [Sight.of_shapes(NEAR, built.pipes.geometry, built.pipes.ids, ends, built.treated_share)]


def _by_key(rows: Features, key: str) -> Features:
    return rows.take(np.argsort(rows.words(key).astype(str), kind="stable"))


def _cycles(ways: Ways, keys: NDArray[np.object_]) -> tuple[tuple[str, ...], ...]:
    part = ways.parts
    inner = np.flatnonzero(part[ways.tail] == part[ways.head])
    groups = pd.Series(keys[inner].astype(str)).groupby(part[ways.tail[inner]]).agg(tuple)
    return tuple(sorted(groups))
