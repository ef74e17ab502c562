"""What became of a geometry that was edited, in words."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

FINEST_M = 0.001
"""Less is no move but the last bits of coordinates."""


def reshaped(before: BaseGeometry | None, after: BaseGeometry | None) -> str:
    """How a geometry in metres differs from what it was; empty where it does not.

    A move as a whole by its length; a change of shape by area or length, vertices, and how far these were moved.
    """
    if before is None or after is None:
        return "" if before is after else ("drawn" if before is None else "removed")
    if before.equals_exact(after):
        return ""
    old, new = shapely.get_coordinates(before), shapely.get_coordinates(after)
    if old.shape != new.shape:
        return ", ".join([*_size(before, after), f"{len(old)} to {len(new)} vertices"])
    ways = new - old
    metres = np.hypot(ways[:, 0], ways[:, 1])
    if np.ptp(ways, axis=0).max() < FINEST_M:
        return f"moved by {metres.mean():,.3g} m"
    moved = metres >= FINEST_M
    # The last vertex of a ring is its first one again.
    count = len(np.unique(old[moved], axis=0))
    vertices = f"{count} of {len(np.unique(old, axis=0))} vertices moved, by up to {metres.max():,.3g} m"
    return ", ".join([*_size(before, after), vertices])


def _size(before: BaseGeometry, after: BaseGeometry) -> list[str]:
    if before.area or after.area:
        return [f"area from {before.area:,.1f} to {after.area:,.1f} m²"]
    if before.length or after.length:
        return [f"length from {before.length:,.1f} to {after.length:,.1f} m"]
    return []
