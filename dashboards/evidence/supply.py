"""What a supply layer shows as evidence of a zone: features with a role, and the words beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.words import Words
from twin.database.connect import Connection, Row


@dataclass(frozen=True)
class Feature:
    """Something that is drawn. ``role`` says how (``assets/evidence.js``) and what its row of the legend is called.

    ``shape`` is a GeoJSON geometry in degrees. ``level`` is how much of it is in use, 0…1. ``name`` and ``label`` stand
    beside it on the map, the name in bold; of all features three are labelled, those of the highest ``rank`` first.
    """

    role: str
    shape: Any
    level: float | None = None
    name: str = ""
    label: str = ""
    rank: int = 0

    def as_json(self) -> dict[str, Any]:
        """A GeoJSON feature."""
        return {"type": "Feature", "geometry": self.shape, "properties": {"role": self.role, "level": self.level}}


@dataclass(frozen=True)
class Asked:
    """Whose evidence is asked for: the zone, its flag, its row of premises, the parameters of the run, the words."""

    zone: str
    flag: Row
    premises: Row
    params: Mapping[str, Any]
    say: Words


@dataclass(frozen=True)
class SupplyEvidence:
    """How a layer of supply is shown. ``id`` is the layer."""

    id: str
    read: Callable[[Connection, Asked], Sequence[Feature]]
