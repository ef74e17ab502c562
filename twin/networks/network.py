"""What a network is: something that is built once a run from whole layers, as arrays.

A file in ``twin/networks/`` declares one::

    @network(layers=("street",))
    def streets(layers: Mapping[str, Features], city: CityFacts) -> Graph:
        \"\"\"What is built, by which rules.\"\"\"
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.batch import CityFacts, Features
from twin.spatial.sight import Sight

Build = Callable[[Mapping[str, Features], CityFacts], Any]
Seen = Callable[[Any], Sequence[Sight]]


@dataclass
class Network:
    """A network as it was declared.

    ``build`` takes the features of ``layers``, each layer whole, by name, and the facts of the city. What it gives is
    read by all batches at once, from several threads: arrays that nobody changes. ``seen_of`` says what zones see of
    it, so that an edit computes those again that saw what changed; without it an edit computes all zones.
    """

    id: str
    layers: tuple[str, ...]
    build: Build
    doc: str
    seen_of: Seen | None = None

    def seen(self, function: Seen) -> Seen:
        """Decorate ``function(built)``, which gives all that a batch may read of the network, by place."""
        self.seen_of = function
        return function


def network(*, layers: tuple[str, ...]) -> Callable[[Build], Network]:
    """Declare the decorated function as a network; its name is the id, its docstring the reference page."""

    def declare(build: Build) -> Network:
        """The network that the function builds."""
        return Network(build.__name__, layers, build, inspect.cleandoc(build.__doc__ or ""))

    return declare
