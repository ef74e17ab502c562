"""What a network is: something that is built once a run from whole layers, as arrays.

A file in ``twin/networks/`` declares one::

    @network(layers=("street",))
    def streets(layers: Mapping[str, Features], city: CityFacts) -> Graph:
        \"\"\"What is built, by which rules.\"\"\"
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from twin.batch import CityFacts, Features
from twin.spatial.sight import Sight

Draw = Callable[[Mapping[str, Features], CityFacts], Any]
Gather = Callable[[Any, Iterable[Features]], Any]
Seen = Callable[[Any], Sequence[Sight]]


@dataclass
class Network:
    """A network as it was declared.

    ``draw`` takes the features of ``layers``, each layer whole, by name, and the facts of the city. What it gives
    is read by all batches at once, from several threads: arrays that nobody changes. Layers of which only sums are
    wanted, and which have a row a house, are ``gathered`` instead: given part by part and in no order, so that
    memory does not grow with the city. ``seen_of`` says what zones see of it, so that an edit computes those again
    that saw what changed; without it an edit computes all zones.
    """

    id: str
    layers: tuple[str, ...]
    draw: Draw
    doc: str
    seen_of: Seen | None = None
    gathered: dict[str, Gather] = field(default_factory=dict)

    def build(
        self,
        layers: Mapping[str, Features],
        city: CityFacts,
        parts: Mapping[str, Iterable[Features]] = MappingProxyType({}),
    ) -> Any:
        """The network of whole ``layers``, and of ``parts`` of those that are gathered and not among them."""
        built = self.draw(layers, city)
        for name, gather in self.gathered.items():
            built = gather(built, [layers[name]] if name in layers else parts.get(name, ()))
        return built

    def gather(self, layer: str) -> Callable[[Gather], Gather]:
        """Decorate ``function(built, parts)``, which gives the network with what the parts of a layer add up to."""

        def declare(function: Gather) -> Gather:
            """The function itself."""
            self.gathered[layer] = function
            self.layers = (*self.layers, layer)
            return function

        return declare

    def seen(self, function: Seen) -> Seen:
        """Decorate ``function(built)``, which gives all that a batch may read of the network, by place."""
        self.seen_of = function
        return function


def network(*, layers: tuple[str, ...]) -> Callable[[Draw], Network]:
    """Declare the decorated function as a network; its name is the id, its docstring the reference page."""

    def declare(draw: Draw) -> Network:
        """The network that the function draws."""
        return Network(draw.__name__, layers, draw, inspect.cleandoc(draw.__doc__ or ""))

    return declare
