"""Make a network of the lines: whole centimetres, and a shared vertex where a street ends on another."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from generator.town import Street

TOLERANCE = 1.5
"""Metres: an end this close to another street was drawn to meet it."""


def joined(streets: list[Street]) -> list[Street]:
    """The same streets, their ends snapped onto the streets that they were drawn to meet."""
    lines = [LineString(np.round(shapely.get_coordinates(x.line), 2)) for x in streets]
    tree = shapely.STRtree(lines)
    extra: dict[int, list[Point]] = {}
    for number, line in enumerate(lines):
        for end in (0, -1):
            spot = Point(line.coords[end])
            for other in sorted(int(k) for k in tree.query(spot, predicate="dwithin", distance=TOLERANCE)):
                if other != number:
                    extra.setdefault(other, []).append(spot)
    for number, spots in extra.items():
        lines[number] = led_through(lines[number], spots)
    for street, line in zip(streets, lines, strict=True):
        street.line = line
    return streets


def led_through(line: LineString, spots: list[Point]) -> LineString:
    """The line led through ``spots``, each put in as a vertex where it is none yet."""
    coords = [tuple(c) for c in line.coords]
    for spot in spots:
        if (spot.x, spot.y) not in coords:
            pairs = itertools.pairwise(coords)
            gaps = [LineString(pair).distance(spot) for pair in pairs]
            coords.insert(int(np.argmin(gaps)) + 1, (spot.x, spot.y))
    return LineString(coords)
