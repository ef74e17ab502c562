"""Placing footprints: rectangles by centre and angle, rows along an edge, and what may stand beside what."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

Array = NDArray[np.float64]
Shapes = NDArray[np.object_]
Span = tuple[float, float]


def boxes(centres: Array, widths: Array | float, depths: Array | float, angles: Array | float) -> Shapes:
    """Rectangles by centre (n, 2), width, depth in metres and angle in radians."""
    w, d, a = (
        np.broadcast_to(np.asarray(x, float), len(centres)) / k for x, k in ((widths, 2), (depths, 2), (angles, 1))
    )
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    x, y = corners[:, 0] * w[:, None], corners[:, 1] * d[:, None]
    return _turned(x, y, a, centres)


def ells(centres: Array, widths: Array, depths: Array, angles: Array | float, wing: float) -> Shapes:
    """L-shaped footprints: a bar with a wing of ``wing`` metres at its end."""
    w, d = widths / 2, depths / 2
    a = np.broadcast_to(np.asarray(angles, float), len(centres))
    x = np.stack([-w, w, w, w - 16, w - 16, -w], axis=-1)
    y = np.stack([-d, -d, d + wing, d + wing, d, d], axis=-1)
    return _turned(x, y, a, centres)


def _turned(x: Array, y: Array, angles: Array, centres: Array) -> Shapes:
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    rings = np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1) + centres[:, None, :]
    found: Shapes = np.asarray(shapely.polygons(rings), dtype=object)
    return found


def parts(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of what an overlay left."""
    if isinstance(shape, Polygon):
        return [shape]
    return [p for each in getattr(shape, "geoms", []) for p in parts(each)]


def largest(shape: BaseGeometry) -> Polygon:
    """The largest polygon of what an overlay left; an empty one where none is."""
    return max(parts(shape), key=lambda p: p.area, default=Polygon())


def keep(shapes: Shapes, area: BaseGeometry, gap: float) -> Shapes:
    """The shapes inside ``area`` that stay ``gap`` metres from those kept before them."""
    if area.is_empty or not len(shapes):
        return shapes[:0]
    shapely.prepare(area)
    inside = shapes[shapely.covers(area, shapes)]
    return inside[apart(inside, gap)]


def apart(shapes: Shapes, gap: float) -> NDArray[np.bool_]:
    """Which shapes stay ``gap`` metres from all earlier ones that were chosen."""
    alive = np.ones(len(shapes), dtype=bool)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap)
    order = np.lexsort((right, left))
    for a, b in zip(left[order], right[order], strict=True):
        if b > a and alive[a]:
            alive[b] = False
    return alive


def front(area: Polygon, rng: np.random.Generator, width: Span, depth: Span, gap: Span) -> Shapes:
    """A row of footprints along the edge of ``area``, their fronts on the edge, corners left free of overlaps."""
    found: list[Polygon] = []
    if area.is_empty:
        return np.array(found, dtype=object)
    ring, roomy = orient(area).exterior, area.buffer(0.3)
    shapely.prepare(roomy)
    at, end = float(rng.uniform(0, 4)), ring.length
    while at < end - width[0]:
        wide, deep = rng.uniform(*width), rng.uniform(*depth)
        placed = None
        for w in (wide, (wide + width[0]) / 2, width[0]):
            placed = _facing(roomy, ring, at, min(w, end - at), deep, found)
            if placed is not None:
                break
        if placed is None:
            at += 1.5
            continue
        found.append(placed[0])
        at += placed[1] + rng.uniform(*gap)
    return np.array(found, dtype=object)


def _facing(
    roomy: Polygon, ring: shapely.LinearRing, at: float, wide: float, deep: float, before: list[Polygon]
) -> tuple[Polygon, float] | None:
    p, q = (np.array(ring.interpolate(x).coords[0]) for x in (at, at + wide))
    chord = float(np.hypot(*(q - p)))
    if chord < 0.985 * wide:
        return None
    inward = np.array([-(q - p)[1], (q - p)[0]]) / chord
    lot = Polygon([p + inward * 0.1, q + inward * 0.1, q + inward * deep, p + inward * deep])
    near = before[-2:] + before[:2]
    if any(lot.distance(other) < 0.3 for other in near) or not roomy.covers(lot):
        return None
    return lot, wide
