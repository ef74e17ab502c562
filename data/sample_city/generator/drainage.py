"""What the drainage of the city is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import LineString, Point

SEWAGE = ("sanitary", "combined", "force_main")


@dataclass
class Node:
    """A manhole, pump, outfall or treatment plant; heights in metres above datum."""

    spot: Point
    kind: str = "manhole"
    ground: float = 0.0
    invert: float = np.inf
    capacity_m3d: float | None = None
    load_m3d: float | None = None


@dataclass
class Pipe:
    """A pipe from node to node in the direction of flow; ``system`` is "" or the code of a zone that drains by itself.

    ``people`` are the residents whose water enters here, ``flow`` those whose water runs through.
    """

    start: int
    end: int
    line: LineString
    kind: str
    system: str = ""
    diameter_mm: float = 200.0
    slope: float = 0.004
    roughness: float = 0.013
    material: str = "HDPE"
    year: int = 2005
    people: float = 0.0
    flow: float = 0.0


@dataclass
class Drainage:
    """All nodes and pipes. ``dead`` are systems that lead nowhere, ``room`` what share of its sewage a system takes."""

    nodes: list[Node] = field(default_factory=list)
    pipes: list[Pipe] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    room: dict[str, float] = field(default_factory=dict)

    def node(self, spot: Point, kind: str = "manhole") -> int:
        """Put in a node; gives its number."""
        self.nodes.append(Node(Point(np.round(spot.coords[0], 2)), kind))
        return len(self.nodes) - 1

    def pipe(self, start: int, end: int, line: LineString, kind: str, system: str = "") -> Pipe:
        """Put in a pipe whose ends lie exactly on its nodes."""
        inner = np.round(shapely.get_coordinates(line)[1:-1], 2)
        ends = [self.nodes[k].spot.coords[0] for k in (start, end)]
        made = Pipe(start, end, LineString([ends[0], *map(tuple, inner), ends[1]]), kind, system)
        self.pipes.append(made)
        return made

    def sewage(self) -> list[Pipe]:
        """The pipes that sewage flows in."""
        return [p for p in self.pipes if p.kind in SEWAGE]
