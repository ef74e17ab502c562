"""What an index is: a pure function of a batch of zones, with what it needs and what it means.

A file in ``twin/indices/`` declares one::

    @index(title="…", title_zh="…", unit="share", layers=("building", "green_area"))
    def green_share(batch: Batch, *, minimum_m2: float = 0.0) -> Values:
        \"\"\"Definition, formula, denominator, source.\"\"\"

Arrays in, arrays out: an index knows neither SQL nor Dash nor other indices. Keyword parameters are what a
goal may set in its ``params``. What it sees, a ``Batch``, is in ``twin/batch.py``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.batch import Batch, BoolArray, CityFacts, Columns, Features, FloatArray, Geometries, IntArray
from twin.errors import UnknownName

__all__ = [
    "Batch",
    "BoolArray",
    "CityFacts",
    "Features",
    "FloatArray",
    "Geometries",
    "Index",
    "IntArray",
    "Values",
    "index",
]


@dataclass(frozen=True)
class Values:
    """What an index gives, one entry a zone of the batch, all arrays of the same length.

    ``numerator`` and ``denominator`` are additive over disjoint zones; ``value`` is their ratio after the
    index's own bounds, NaN where there is *no data*, whose ``reason`` is then a sentence (else ""). ``n``
    counts the things behind the value (premises, buildings, people). ``quality`` 0…1 is the share of the
    denominator with a fresh record. ``parts`` are further numbers for the card (same length each), ``notes``
    sentences that hold for all zones.
    """

    value: FloatArray
    numerator: FloatArray
    denominator: FloatArray
    n: IntArray
    quality: FloatArray
    reason: NDArray[np.object_]
    parts: Mapping[str, FloatArray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_ratio(
        cls,
        numerator: FloatArray,
        denominator: FloatArray,
        *,
        n: ArrayLike,
        quality: FloatArray,
        reason: ArrayLike,
        bounds: tuple[float, float] = (0.0, 1.0),
        parts: Mapping[str, FloatArray] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Values:
        """Values by ``clip(numerator / denominator, *bounds)``; *no data* where a reason stands.

        ``reason`` holds "" where there is a value: there the denominator must be over 0. Where it holds a
        sentence, n and quality are 0.
        """
        why = np.asarray(reason, dtype=object)
        has = np.asarray(why == "", dtype=bool)
        value = np.full(len(has), np.nan)
        np.divide(numerator, denominator, out=value, where=has)
        return cls(
            value=np.clip(value, *bounds),
            numerator=np.asarray(numerator, dtype=np.float64),
            denominator=np.asarray(denominator, dtype=np.float64),
            n=np.where(has, np.rint(np.asarray(n, dtype=np.float64)), 0).astype(np.int64),
            quality=np.where(has, np.clip(quality, 0.0, 1.0), 0.0),
            reason=why,
            parts=parts or {},
            notes=notes,
        )

    @classmethod
    def no_data(cls, zones: int, reason: str) -> Values:
        """*No data* for a number of zones, all for the same reason."""
        none = np.zeros(zones)
        return cls.from_ratio(none, none, n=none, quality=none, reason=[reason] * zones)


Compute = Callable[..., Values]
PerNode = Callable[..., Columns]


@dataclass
class Index:
    """An index as it was declared.

    ``unit`` is ``share`` (0…1, shown in percent) or a unit in words. ``layers`` must have rows in the city
    for the index to have data: without, ``compute`` gives *no data* and names the layer. ``optional_layers``
    and ``rasters`` are read where present. ``reaches`` says by layer how far outside a zone a feature may still change
    its value, in metres; a layer that is not in it is read whole, by networks or numbers of nodes alone. ``bounds``
    clip numerator / denominator.
    """

    id: str
    title: str
    title_zh: str
    unit: str
    layers: tuple[str, ...]
    optional_layers: tuple[str, ...]
    reaches: Mapping[str, float]
    networks: tuple[str, ...]
    counted: str
    bounds: tuple[float, float]
    method_version: int
    compute: Compute
    doc: str
    per_node_of: PerNode | None = None
    rasters: tuple[str, ...] = ()

    @property
    def reach_m(self) -> float:
        """The farthest of ``reaches``."""
        return max(self.reaches.values(), default=0.0)

    def per_node(self, function: PerNode) -> PerNode:
        """Decorate the function that gives numbers for each node of a network, once a run.

        It gives arrays (N,), which it may give twice: what is equal is kept once. It is called as
        ``function(city_layers, networks, facts, **params)`` with the whole of the index's layers but
        ``building`` (mapping name → Features).
        """
        self.per_node_of = function
        return function

    @property
    def params(self) -> dict[str, Any]:
        """Parameters that a goal may set, with their defaults."""
        found = inspect.signature(self.compute).parameters.values()
        return {p.name: p.default for p in found if p.kind is inspect.Parameter.KEYWORD_ONLY}

    def checked_params(self, given: Mapping[str, Any], where: str = "") -> dict[str, Any]:
        """``given`` over the defaults.

        Raises:
            UnknownName: a parameter that the index does not have.
        """
        known = self.params
        for name in given:
            if name not in known:
                raise UnknownName(f"parameter of {self.id}", name, known, where)
        return {**known, **given}


def index(
    *,
    title: str,
    title_zh: str,
    unit: str,
    layers: tuple[str, ...],
    optional_layers: tuple[str, ...] = (),
    rasters: tuple[str, ...] = (),
    reach_m: float | Mapping[str, float | None] = 0.0,
    networks: tuple[str, ...] = (),
    counted: str = "premises",
    bounds: tuple[float, float] = (0.0, 1.0),
    method_version: int = 1,
) -> Callable[[Compute], Index]:
    """Declare the decorated function as an index; its name is the id, its docstring the reference page.

    ``reach_m``: of all layers, or of those named, the others within the zone; None for a layer that ``compute`` never
    asks its batch for, as a network or numbers of nodes hold it. ``counted`` names in words what ``Values.n`` counts.
    Raise ``method_version`` when the same inputs give another value: it is stored with each value.
    """

    def declare(compute: Compute) -> Index:
        """The index that the function computes."""
        asked = reach_m if isinstance(reach_m, Mapping) else dict.fromkeys((*layers, *optional_layers), reach_m)
        reaches = {name: asked.get(name, 0.0) for name in (*layers, *optional_layers)}
        return Index(
            id=compute.__name__,
            title=title,
            title_zh=title_zh,
            unit=unit,
            layers=layers,
            optional_layers=optional_layers,
            rasters=rasters,
            reaches={name: metres for name, metres in reaches.items() if metres is not None},
            networks=networks,
            counted=counted,
            bounds=bounds,
            method_version=method_version,
            compute=_with_layers(compute, layers),
            doc=inspect.cleandoc(compute.__doc__ or ""),
        )

    return declare


def _with_layers(compute: Compute, layers: tuple[str, ...]) -> Compute:
    @functools.wraps(compute)
    def guarded(batch: Batch, **params: Any) -> Values:
        missing = [name for name in layers if not batch.city.rows.get(name)]
        if missing:
            return Values.no_data(len(batch.zones), f"Nothing is loaded in the layer {' or '.join(missing)}")
        return compute(batch, **params)

    return guarded
