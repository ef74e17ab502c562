"""What is known of each premise for an index: coverage, supply and access. One file an index in ``premises/``.

A file declares one::

    @premise_model(layers={"building": 120.0, "broadband_coverage": 100.0}, supply="broadband_node", …)
    def broadband_gigabit(batch, prepared, *, min_down_mbps=1000.0, **_) -> PremiseRows:
        \"\"\"Which records count, what supply is, how its reach is measured.\"\"\"

Supply is measured from the supply layer alone, never from coverage; access from form alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from twin.batch import BoolArray, CityFacts, Features, FloatArray, IntArray
from twin.spatial.sight import Sight

FAR_FROM_STREET_M = 60.0
NARROW_M = 2.8


@dataclass(frozen=True)
class AskingRows:
    """What premises ask of supply, one row a pair of building and zone, arrays of one length.

    ``zone`` is the position of the zone, ``building`` the row's id in the store, ``premises`` how many the building
    holds. ``reach`` is the distance to supply in ordinary terms by its reach (at most 1: in reach), ``node`` the id of
    the supply's row in the store, -1 none.
    """

    zone: IntArray
    building: IntArray
    premises: FloatArray
    reach: FloatArray
    node: IntArray

    def __len__(self) -> int:
        """Count of rows."""
        return len(self.zone)

    def once(self) -> BoolArray:
        """One row a building, where zones overlap: the first by building."""
        if len(np.unique(self.building)) == len(self):
            return np.ones(len(self), dtype=bool)
        first = np.zeros(len(self), dtype=bool)
        first[np.unique(self.building, return_index=True)[1]] = True
        return first


@dataclass(frozen=True)
class PremiseRows(AskingRows):
    """All that is known of each premise; arrays of the same length.

    Of the premises, ``fresh`` have a record that is not old, and ``covered`` of the fresh ones are covered. ``depth``,
    ``usable_m``, ``width_m`` are of ``StreetAccess``. ``network`` is the reach by the network alone, ``closed`` that to
    supply of any kind, also what is closed to the public. ``hindered`` is how far access is in the way, 0…1, by
    ``hindered_by``.
    """

    fresh: FloatArray
    covered: FloatArray
    depth: IntArray
    usable_m: FloatArray
    width_m: FloatArray
    network: FloatArray
    closed: FloatArray
    hindered: FloatArray

    def take(self, where: BoolArray | IntArray) -> PremiseRows:
        """The rows chosen by a mask or by positions."""
        return PremiseRows(**{each.name: getattr(self, each.name)[where] for each in fields(self)})


def hindered_by(
    depth: IntArray, usable_m: FloatArray, width_m: FloatArray, reach: FloatArray, network: FloatArray
) -> FloatArray:
    """How far access is in the way of each premise, 0…1.

    1 behind another building, over 60 m from a usable street, or where only the way along the streets puts the
    premise out of reach; else 0.5 where the nearest street is under 2.8 m wide; else 0.
    """
    detour = (network > 1) & (reach <= 1)
    wholly = (depth >= 1) | (usable_m > FAR_FROM_STREET_M) | detour
    return np.where(wholly, 1.0, np.where(width_m < NARROW_M, 0.5, 0.0))


@dataclass(frozen=True)
class Lifts:
    """Share of the uncovered premises of each row that would be covered, 0…1, arrays (rows,).

    ``tidy``: with ordinary access, supply as it is. ``supply``: with supply up to the standard, access as it is.
    ``both``: with both. ``fixes`` say by name what each change would lift by itself, the cheapest first. ``doubt`` is
    how far the tidy lift of a row rests on what is not known, 0…1.
    """

    tidy: FloatArray
    supply: FloatArray
    both: FloatArray
    fixes: Mapping[str, FloatArray]
    doubt: FloatArray | None = None


def ordinary_lifts(rows: PremiseRows, capacity: FloatArray) -> Lifts:
    """Lifts where a crew must come to the premise: supply in reach with capacity, access not hindered."""
    in_reach = rows.reach <= 1
    supplied = np.where(in_reach, capacity, 0.0)
    tidy, supply = supplied * rows.hindered, (1 - supplied) * (1 - rows.hindered)
    wholly = rows.hindered == 1
    first_row = wholly & (rows.depth == 0) & (rows.usable_m <= FAR_FROM_STREET_M)
    fixes = {
        "widen": np.where(wholly, 0.0, tidy),
        "connect": np.where(first_row, tidy, 0.0),
        "passage": np.where(wholly & ~first_row & (rows.depth <= 1), tidy, 0.0),
        "lane": np.where(wholly & (rows.depth > 1), tidy, 0.0),
        "capacity": np.where(in_reach, supply, 0.0),
        "node": np.where(in_reach, 0.0, supply),
    }
    return Lifts(tidy, supply, np.maximum(rows.hindered, 1 - supplied), fixes)


@dataclass(frozen=True)
class Demand:
    """What the premises of the city ask of each row of supply: its id ``node`` (K,), sorted, and the ``premises`` (K,)
    that are in its reach, each counted once where zones overlap.
    """

    node: IntArray
    premises: FloatArray

    def __len__(self) -> int:
        """Count of rows of supply that any premise is at."""
        return len(self.node)

    @classmethod
    def of(cls, rows: AskingRows) -> Demand:
        """Of these premises: all of the city, or of those that are looked at."""
        at = rows.node >= 0
        return cls.summed(rows.node[at], np.where(rows.once() & (rows.reach <= 1), rows.premises, 0.0)[at])

    @classmethod
    def summed(cls, node: IntArray, premises: FloatArray) -> Demand:
        """Of ``premises`` (P,) that ask each of one ``node`` (P,), in any order."""
        ids, which = np.unique(node, return_inverse=True)
        return cls(ids, np.bincount(which, premises, minlength=len(ids)).astype(np.float64))

    def at(self, node: IntArray, capacity: FloatArray) -> FloatArray:
        """The ``capacity`` (K,) of each of some rows of supply, by id; 1 where there is none."""
        if not len(self):
            return np.ones(len(node))
        place = np.minimum(np.searchsorted(self.node, node), len(self) - 1)
        return np.where(self.node[place] == node, capacity[place], 1.0)


def unlimited(demand: Demand, prepared: Any, **_: object) -> FloatArray:  # noqa: ARG001 - one form for all
    """Capacity of supply that never runs out."""
    return np.ones(len(demand))


def nothing(layers: Mapping[str, Features], networks: Mapping[str, Any], city: CityFacts, **_: object) -> None:
    """What is prepared once a run where nothing needs to be."""


Rows = Callable[..., PremiseRows]


@dataclass
class PremiseModel:
    """The premises of an index, as declared.

    ``layers`` are read around each batch, within so many metres. ``supply`` is the layer of what supplies: it is
    read whole once a run for ``prepare_of``, whose result all batches and ``capacity_of`` get as ``prepared``.
    ``capacity_of(demand, prepared, **params)`` gives the capacity 0…1 of each row of supply; where it
    ``is_shared``, it sees what the whole city asks, after all batches. ``seen_of(prepared, networks)`` says what
    the rows see of what was prepared besides networks: an edit computes those again that saw what changed; without
    it, all. ``lifts_of`` says what would help. ``confidence`` is fixed where the sets are geometry and not a
    contrast. ``words`` are nouns and sentences by language.
    """

    id: str
    rows: Rows
    layers: Mapping[str, float]
    supply: str
    networks: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    confidence: float | None
    method_version: int
    doc: str
    prepare_of: Callable[..., Any] = field(default=nothing)
    capacity_of: Callable[..., FloatArray] = field(default=unlimited)
    is_shared: bool = False
    lifts_of: Callable[[PremiseRows, FloatArray], Lifts] = field(default=ordinary_lifts)
    seen_of: Callable[..., Sequence[Sight]] | None = None

    def prepare(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate ``function(layers, networks, city, **params)``, called once a run with whole layers."""
        self.prepare_of = function
        return function

    def seen(self, function: Callable[..., Sequence[Sight]]) -> Callable[..., Sequence[Sight]]:
        """Decorate ``function(prepared, networks)``, which gives by place what the rows see of ``prepared``."""
        self.seen_of = function
        return function

    def capacity(self, function: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
        """Decorate ``function(demand, prepared, **params)``, called once a run with what the whole city asks."""
        self.capacity_of, self.is_shared = function, True
        return function

    def capacity_of_each(self, function: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
        """Decorate ``function(node, prepared, **params)``: capacity of rows of supply, by id, whatever is asked."""
        self.capacity_of = lambda demand, prepared, **params: function(demand.node, prepared, **params)
        return function

    def lifts(self, function: Callable[[PremiseRows, FloatArray], Lifts]) -> Callable[[PremiseRows, FloatArray], Lifts]:
        """Decorate the function that says what tidy access and more supply would lift, if not the ordinary one."""
        self.lifts_of = function
        return function


def premise_model(
    *,
    layers: Mapping[str, float],
    supply: str,
    words: Mapping[str, Mapping[str, str]],
    networks: tuple[str, ...] = (),
    confidence: float | None = None,
    method_version: int = 1,
) -> Callable[[Rows], PremiseModel]:
    """Declare the decorated function as the premise model of the index of its name."""

    def declare(rows: Rows) -> PremiseModel:
        """The model whose rows the function gives."""
        doc = inspect.cleandoc(rows.__doc__ or "")
        return PremiseModel(rows.__name__, rows, layers, supply, networks, words, confidence, method_version, doc)

    return declare
