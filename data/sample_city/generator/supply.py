"""Broadband supply: cabinets where the plan of a zone has them, with reach and ports."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point

from generator.town import Building, Cabinet, Street, Town, Zone, dice

Array = NDArray[np.float64]
DETOUR, DROP_M = 1.35, 30.0
"""An ordinary way to a node is 1.35 × the straight line and 30 m more."""


def ordinary(a: Array, b: Array) -> Array:
    """Ordinary distances in metres between points (n, 2) and (m, 2), as (n, m)."""
    found: Array = DETOUR * np.linalg.norm(a[:, None] - b[None], axis=2) + DROP_M
    return found


def place_cabinets(town: Town) -> None:
    """Cabinets in every zone whose plan is not 'out of reach'; in some of those, planned ones and a retired one."""
    lines = np.array([x.line for x in town.streets], dtype=object)
    tree = shapely.STRtree(lines)
    homes: dict[str, list[Building]] = {}
    for b in town.buildings:
        if b.dwellings:
            homes.setdefault(b.zone, []).append(b)
    for number, zone in enumerate(town.zones):
        if zone.code not in homes:
            continue
        rng = dice(70, number)
        spots = _kerbs(zone, [town.streets[k] for k in sorted(tree.query(zone.shape, predicate="intersects"))], rng)
        points = np.array([b.shape.centroid.coords[0] for b in homes[zone.code]])
        reach = float(rng.choice([420, 450, 480, 500]))
        chosen = _cover(points, spots, reach)
        if zone.broadband == "r":
            if zone.kind == "L" and rng.random() < 0.5:
                town.cabinets.append(Cabinet(Point(spots[chosen[0]]), "cabinet", "planned", reach, zone.code))
            continue
        town.cabinets += [Cabinet(Point(spots[k]), "cabinet", "in_service", reach, zone.code) for k in chosen]
    _exchanges(town)


def _kerbs(zone: Zone, streets: list[Street], rng: np.random.Generator) -> Array:
    """Places on the kerb of the streets in a zone."""
    found = []
    for street in streets:
        if street.width < 3.5 or street.road_class == "track":
            continue
        for share in (0.3, 0.7):
            at = street.line.interpolate(share, normalized=True)
            ahead = street.line.interpolate(min(share + 0.02, 1), normalized=True)
            along = np.array([ahead.x - at.x, ahead.y - at.y])
            normal = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
            spot = np.array([at.x, at.y]) + normal * (street.width / 2 + 1.2)
            if zone.shape.contains(Point(spot)):
                found.append(np.round(spot, 2))
    return rng.permutation(np.array(found))[:80]


def _cover(points: Array, spots: Array, reach: float) -> list[int]:
    """Greedy choice of places until all points lie in reach of one of them."""
    near = ordinary(points, spots)
    within = near <= 0.97 * reach
    open_, chosen = np.ones(len(points), dtype=bool), list[int]()
    while open_.any() and len(chosen) < 6:
        gain = within[open_].sum(axis=0) - 1e-6 * near.mean(axis=0)
        best = int(np.argmax(gain))
        if gain[best] < 0.5:
            break
        chosen.append(best)
        open_ &= ~within[:, best]
    return chosen or [int(np.argmin(near.mean(axis=0)))]


def _exchanges(town: Town) -> None:
    """Two exchanges feed the cabinets; they serve no homes themselves, so their reach is nought."""
    for code in ("B", "P"):
        zone = next(z for z in town.zones if z.kind == code and z.broadband == "f")
        first = next(c for c in town.cabinets if c.zone == zone.code)
        town.cabinets.append(
            Cabinet(Point(first.spot.x + 6, first.spot.y + 4), "exchange", "in_service", 0.0, zone.code)
        )
