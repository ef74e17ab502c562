"""Every mapped way of the city: which a service vehicle can use, how wide each is, and where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.batch import BoolArray, CityFacts, Features, FloatArray, Geometries, IntArray
from twin.goals import NOT_SERVICE_CLASSES
from twin.networks.network import network
from twin.spatial.graph import Graph
from twin.spatial.noding import noded
from twin.spatial.sight import Sight, look
from twin.spatial.stretches import Stretches

WAYS = "ways"
"""How it is noted how far the nearest way was looked for."""
STRETCHES, MIDDLES = "stretches", "middles"
"""These are looked at only where they lie."""

USABLE_M = 3.5
"""A fire engine or a cable crew needs a way of this width."""
NO_ACCESS = ("motorway", "motorway_link", "construction", "proposed")
"""Nothing is entered from these: not open yet, or closed off."""
ASSUMED_WIDTH_M = {
    **dict.fromkeys(("path", "via_ferrata", "ladder", "elevator", "platform", "corridor", "crossing"), 1.5),
    **dict.fromkeys(("footway", "steps", "cycleway", "alley"), 2.0),
    "bridleway": 2.5,
    "track": 3.0,
    **dict.fromkeys(("service", "pedestrian"), 4.0),
    **dict.fromkeys(("residential", "living_street", "local", "unclassified", "road"), 5.0),
    **dict.fromkeys(("tertiary", "tertiary_link", "collector", "busway", "secondary_link", "primary_link"), 6.0),
    **dict.fromkeys(("secondary", "arterial", "trunk_link"), 7.0),
    **dict.fromkeys(("primary", "trunk"), 9.0),
}
"""Width of classes of which no way in the city has one; of a class that is not here it is not known."""
MEASURED = 0.1
"""A class has a usual width of its own where this share of its ways has one."""
SAME_M = 0.01
"""Ways whose distances differ by less than this are equally near."""


def nearest_way(pieces: Stretches, footprints: Geometries, limit: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Footprints that have a piece within ``limit`` (F,), their nearest piece, and the metres to it.

    Of pieces that are equally near (``SAME_M``) the first in the order of ways.
    """
    footprint, piece, metres = pieces.closest(footprints, limit + SAME_M, SAME_M)
    least = np.full(len(footprints), np.inf)
    least[footprint] = metres
    look(WAYS, np.minimum(least, limit))
    return footprint, piece, metres


@dataclass(frozen=True)
class Ways:
    """Ways as arrays, in an order that does not depend on that of rows: the widest first (not known: before all).

    ``ids`` are the rows' ids in the store, ``road_class`` words or None, ``width_m`` NaN where not known. ``service``:
    of a class that a service vehicle can use; ``usable``: moreover at least 3.5 m wide, or of unknown width. Where they
    lie say ``usable_pieces``, ``narrow_pieces`` (service, but not usable) and ``foot_pieces`` (other classes), in the
    city's metric CRS; no way is in two of them, and what nothing is entered from is in none. ``graph`` joins the
    service ways.
    """

    ids: IntArray
    road_class: NDArray[np.object_]
    width_m: FloatArray
    service: BoolArray
    usable: BoolArray
    usable_pieces: Stretches
    narrow_pieces: Stretches
    foot_pieces: Stretches
    graph: Graph

    def __len__(self) -> int:
        """Count of ways."""
        return len(self.ids)


@network(layers=("street",))
def ways(layers: Mapping[str, Features], city: CityFacts) -> Ways:
    """Mapped ways of every class but construction and proposed, with their width, and the graph of those that a
    service vehicle can use.

    Such are the profile's ``street_classes``, by default all classes but path, footway, steps, cycleway, bridleway
    and what only people on foot get through (platform, corridor, elevator, ladder, via_ferrata, crossing); a way
    without a class is one unless the profile lists classes. A motorway is mapped, but nothing is entered from it.
    Width: ``width_m``; where missing or 0 the median of the class in the city, if a tenth of its ways have a width;
    in other classes the one assumed for it (path 1.5 m, footway, steps, cycleway and alley 2 m, track 3 m, service 4 m,
    residential 5 m …); else not known, and taken to be wide. *Usable* is a service way of at least 3.5 m.

    The graph holds service ways of any width, noded as the network ``streets`` is, without steps, and with all its
    components: a dead end is a node with one neighbour.
    """
    rows = layers.get("street", Features.of([]))
    rows = rows.take(~np.isin(rows.words("road_class").astype(str), ("construction", "proposed")))
    width = widths(rows)
    order = _order(rows, width)
    rows, width = rows.take(order), width[order]
    classes = rows.words("road_class")
    named = classes.astype(str)
    open_to_people = ~np.isin(named, NO_ACCESS)
    able = np.isin(named, city.street_classes) if city.street_classes else ~np.isin(named, NOT_SERVICE_CLASSES)
    service = able & open_to_people
    usable = service & ~(width < USABLE_M)
    return Ways(
        ids=rows.ids,
        road_class=classes,
        width_m=width,
        service=service,
        usable=usable,
        usable_pieces=Stretches.of(rows.geometry, usable),
        narrow_pieces=Stretches.of(rows.geometry, service & ~usable),
        foot_pieces=Stretches.of(rows.geometry, open_to_people & ~service),
        graph=noded(rows, service),
    )


def widths(rows: Features) -> FloatArray:
    """Width of each row: its own, else the median of its class, else the one assumed for the class, else NaN.

    A class of which less than a tenth has a width has no median.
    """
    width = rows.numbers("width_m")
    known = width > 0
    classes, of_class = np.unique(rows.words("road_class").astype(str), return_inverse=True)
    usual = np.array([ASSUMED_WIDTH_M.get(name, np.nan) for name in classes])
    measured = np.bincount(of_class[known], minlength=len(classes))
    # Where few widths are known, they are those of the ways that are out of the ordinary.
    for at in np.flatnonzero((measured > 0) & (measured >= MEASURED * np.bincount(of_class, minlength=len(classes)))):
        usual[at] = np.median(width[known & (of_class == at)])
    return np.where(known, width, usual[of_class]) if len(rows) else width


def _order(rows: Features, width: FloatArray) -> IntArray:
    """Widest first; then by key, then by place."""
    place = np.nan_to_num(shapely.bounds(rows.geometry)).T
    key = rows.words("street_id").astype(str)
    return np.lexsort((shapely.length(rows.geometry), *place, key, -np.where(np.isnan(width), np.inf, width)))


@ways.seen
def _seen(built: Ways) -> list[Sight]:
    """Pieces with what decides access; stretches of the graph, at their ends and their middle, with how they meet."""
    graph, degree = built.graph, np.diff(built.graph.starts)
    begins = np.repeat(np.arange(len(graph), dtype=np.int32), degree)

    def stretches(some: slice) -> tuple[NDArray[Any], ...]:
        one, other = begins[some], graph.neighbours[some]
        at, to = graph.xy[one], graph.xy[other]
        return at, at, to, np.hypot(*(to - at).T), degree[one], degree[other]

    def middles(some: slice) -> tuple[NDArray[Any], ...]:
        _, at, to, *numbers = stretches(some)
        return (at + to) / 2, at, to, *numbers

    return [
        *(_seen_pieces(built, each) for each in (built.usable_pieces, built.narrow_pieces, built.foot_pieces)),
        Sight.of_parts(STRETCHES, len(begins), stretches),
        Sight.of_parts(MIDDLES, len(begins), middles),
    ]


def _seen_pieces(built: Ways, pieces: Stretches) -> Sight:
    way = pieces.line
    numbers = built.ids[way], built.width_m[way], built.service[way], built.usable[way]
    return Sight.of_drawn(WAYS, len(pieces), pieces.drawn, *numbers)
