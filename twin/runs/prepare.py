"""What all batches of a run share, kept from one run to the next and made anew only where its layers changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from layers.schema import Layer
from twin.batch import CityFacts, Features
from twin.database.connect import Connection, KeptConnection
from twin.database.features import NOW, all_features, features_in_parts
from twin.database.rasters import grids
from twin.discover import discover
from twin.index import Index
from twin.memory import give_back
from twin.runs.batch import Shared, own_parts
from twin.runs.catchments import Catchments
from twin.runs.plan import Plan, Planned
from twin.spatial.graph import GRAPH, Graph
from twin.spatial.sight import Sight

ZONE_LAYER = "zone"

Sights = Sequence[Sight] | None
"""What zones see of a part; None: not said, so that a change is one of all zones."""


@dataclass
class _Part:
    made_of: object
    content: Any
    sights: Sights


@dataclass(frozen=True)
class Ready:
    """``shared`` for the batches, ``supplies`` (layers whole, by name) for the flags, and what zones see, by part.

    ``made`` names the parts that were made for this run; the others are as they were for the run before.
    ``overlapping`` are codes of zones that others overlap.
    """

    shared: Shared
    supplies: Mapping[str, Features]
    sights: Mapping[str, Sights]
    made: frozenset[str]
    overlapping: frozenset[str]

    def is_as_before(self, goal: str) -> bool:
        """Whether what supplies the premises of a goal is as it was for the run before."""
        return _of_supply(goal) not in self.made


@dataclass
class Preparation:
    """Networks, numbers of nodes, premises' supply and overlapping zones, each with the state of what it is made of.

    One a process: a worker that goes on from edit to edit makes nothing twice, and ``keeps`` its connection, too.
    """

    keeps: bool = False

    _parts: dict[str, _Part] = field(default_factory=dict)
    _whole: dict[str, Features] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)
    catchments: dict[str, Catchments] = field(default_factory=dict)
    """By goal, what the premises of each zone ask of which supply, as of the run named there."""
    _kept: KeptConnection = field(default_factory=lambda: KeptConnection("twin score"))

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection that commits by itself."""
        try:
            with self._kept.use() as connection:
                yield connection
        finally:
            if not self.keeps:
                self._kept.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._kept.close()

    def ready(
        self,
        connection: Connection,
        srid: int,
        plan: Plan,
        facts: CityFacts,
        versions: Mapping[str, str],
        schema: str = NOW,
    ) -> Ready:
        """All that the batches of a run share.

        Args:
            connection: to the store.
            srid: EPSG code of the city.
            plan: what is computed.
            facts: of the whole city.
            versions: of the layers, read before: what is older than its rows is only made once too often.
            schema: where layers are read from.
        """
        self._whole, self._made = {}, set()
        work = _Work(self, connection, plan, facts, versions, schema)
        networks = {name: work.network(name) for name in plan.networks}
        self._let_go(keep=plan.supplies)
        per_node = {g.goal.index: work.per_node(g, networks) for g in plan.goals if g.index.per_node_of is not None}
        modelled = [each for each in plan.goals if each.premises is not None and facts.rows.get(each.premises.supply)]
        prepared = {each.goal.index: work.prepared(each, networks) for each in modelled}
        own, overlapping = work.own()
        supplies = {name: work.supply(name) for name in plan.supplies}
        shared = Shared(facts, networks, per_node, own, grids(connection, srid), prepared, schema)
        wanted = {*map(_of_network, plan.networks), *map(_of_nodes, per_node), *map(_of_supply, prepared)}
        sights = {name: self._parts[name].sights for name in wanted}
        self._let_go()
        return Ready(shared, supplies, sights, frozenset(self._made), overlapping)

    def _let_go(self, keep: Collection[str] = ()) -> None:
        """Of layers that were read whole; rows of streets outweigh the networks that are made of them."""
        kept = {name: rows for name, rows in self._whole.items() if name in keep}
        if len(kept) < len(self._whole):
            self._whole = kept
            give_back()

    def part(self, name: str, made_of: object, make: Callable[[], tuple[Any, Sights]]) -> Any:
        """A part by name, made where what it is made of is not what it was."""
        held = self._parts.get(name)
        if held is None or held.made_of != made_of:
            content, sights = make()
            held = self._parts[name] = _Part(made_of, content, sights)
            self._made.add(name)
            give_back()
        return held.content

    def whole(self, connection: Connection, layer: str, schema: str) -> Features:
        """Every row of a layer, read once a run."""
        if layer not in self._whole:
            self._whole[layer] = all_features(connection, discover("layers", Layer)[layer], schema)
        return self._whole[layer]


@dataclass(frozen=True)
class _Work:
    held: Preparation
    connection: Connection
    plan: Plan
    facts: CityFacts
    versions: Mapping[str, str]
    schema: str

    def network(self, name: str) -> Any:
        declared = self.plan.networks[name]

        def make() -> tuple[Any, Sights]:
            whole = self._layers([name for name in declared.layers if name not in declared.gathered])
            built = declared.build(whole, self.facts, {name: self._in_parts(name) for name in declared.gathered})
            return built, declared.seen_of(built) if declared.seen_of else None

        return self.held.part(_of_network(name), self._state(declared.layers), make)

    def per_node(self, planned: Planned, networks: Mapping[str, Any]) -> Any:
        index = planned.index
        read = sorted({*index.layers, *index.optional_layers} - {"building"})
        state = (self._state([*read, *self._below(index.networks)]), repr(sorted(planned.params.items())))

        def make() -> tuple[Any, Sights]:
            assert index.per_node_of is not None
            numbers = index.per_node_of(_Lazily(self, read), networks, self.facts, **planned.params)
            return numbers, _sights_of_nodes(index, numbers, networks)

        return self.held.part(_of_nodes(planned.goal.index), state, make)

    def prepared(self, planned: Planned, networks: Mapping[str, Any]) -> Any:
        model = planned.premises
        assert model is not None
        read = [model.supply, *self._below(model.networks)]
        state = (self._state(read), repr(sorted(planned.params.items())))

        def make() -> tuple[Any, Sights]:
            made = model.prepare_of(_Lazily(self, read), networks, self.facts, **planned.params)
            return made, model.seen_of(made, networks) if model.seen_of else None

        return self.held.part(_of_supply(planned.goal.index), state, make)

    def own(self) -> Any:
        def make() -> tuple[Any, Sights]:
            return own_parts(self.held.whole(self.connection, ZONE_LAYER, self.schema)), ()

        return self.held.part("own", self._state([ZONE_LAYER]), make)

    def supply(self, layer: str) -> Any:
        return self.held.part(f"rows {layer}", self._state([layer]), lambda: (self._layers([layer])[layer], ()))

    def _in_parts(self, layer: str) -> Iterator[Features]:
        return features_in_parts(self.connection, discover("layers", Layer)[layer], self.schema)

    def _layers(self, names: Sequence[str]) -> dict[str, Features]:
        return {name: self.held.whole(self.connection, name, self.schema) for name in names}

    def _below(self, networks: Sequence[str]) -> list[str]:
        return [layer for name in networks for layer in self.plan.networks[name].layers]

    def _state(self, layers: Sequence[str]) -> object:
        facts = self.facts
        city = (facts.reference_date, facts.stale_after_years, facts.street_classes)
        return (tuple((name, self.versions.get(name, "")) for name in sorted(set(layers))), city)


class _Lazily(dict[str, Features]):
    """Layers by name, read when they are asked for."""

    def __init__(self, work: _Work, names: Sequence[str]) -> None:
        super().__init__()
        self._work, self._names = work, frozenset(names)

    def __missing__(self, name: str) -> Features:
        if name not in self._names:
            raise KeyError(name)
        return self._work.held.whole(self._work.connection, name, self._work.schema)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._names else default


def _sights_of_nodes(index: Index, numbers: Any, networks: Mapping[str, Any]) -> Sights:
    graph = networks[index.networks[0]] if index.networks else None
    if not isinstance(graph, Graph) or any(len(each) != len(graph) for each in numbers):
        return None
    return [Sight.of_points(GRAPH, graph.xy, *numbers)]


def _of_network(name: str) -> str:
    return f"network {name}"


def _of_nodes(goal: str) -> str:
    return f"nodes {goal}"


def _of_supply(goal: str) -> str:
    return f"supply {goal}"
