"""China's offset datums, GCJ-02 and BD-09: shifted on purpose by up to some 700 m, and undone here exactly.

The shift is published only as code. It is that of the programs that are open (``eviltransform``, ``coordtransform``),
which agree to the last digit: a distortion on the Krasovsky ellipsoid for GCJ-02, and a rotation on top of it for
BD-09. It has no closed inverse; the usual one-step inverse is off by up to 5 m. Here the shift is iterated until it
reproduces the coordinates to 1e-12 degrees (under a micrometre). Outside China nothing is shifted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
"""Longitude and latitude, shape (n, 2)."""

AXIS, ECCENTRICITY = 6_378_245.0, 0.00669342162296594323
"""Semi-major axis in metres and squared eccentricity of the Krasovsky ellipsoid, as the shift uses them."""

CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north, in degrees: where the shift applies."""

EXACT, MOST_ROUNDS = 1e-12, 30

_TURN = np.pi * 3000.0 / 180.0


def wgs84_to_gcj02(place: Degrees) -> Degrees:
    """WGS 84 shifted to GCJ-02."""
    return _within_china(place, lambda inside: inside + _gcj_shift(inside))


def gcj02_to_wgs84(place: Degrees) -> Degrees:
    """GCJ-02 brought back to WGS 84."""
    return _within_china(place, lambda inside: _undone(inside, _gcj_shift))


def gcj02_to_bd09(place: Degrees) -> Degrees:
    """GCJ-02 shifted on to BD-09."""
    return _within_china(place, lambda inside: inside + _bd_shift(inside))


def bd09_to_wgs84(place: Degrees) -> Degrees:
    """BD-09 brought back to WGS 84, by way of GCJ-02."""
    return gcj02_to_wgs84(bd09_to_gcj02(place))


def bd09_to_gcj02(place: Degrees) -> Degrees:
    """BD-09 brought back to GCJ-02."""
    return _within_china(place, lambda inside: _undone(inside, _bd_shift))


TO_WGS84: Mapping[str, Callable[[Degrees], Degrees]] = MappingProxyType(
    {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}
)
"""The way back to WGS 84, by the name that a recipe's ``crs`` may have."""


def _within_china(place: Degrees, change: Callable[[Degrees], Degrees]) -> Degrees:
    """Places changed where they lie in China; all others, and what is no place, as they are."""
    west, south, east, north = CHINA
    x, y = place[:, 0], place[:, 1]
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    moved = place.copy()
    moved[inside] = change(place[inside])
    return moved


def _undone(shifted: Degrees, shift: Callable[[Degrees], Degrees]) -> Degrees:
    """The place that ``shift`` moves to ``shifted``: a fixed point, as the shift varies slowly."""
    place = shifted.copy()
    for _ in range(MOST_ROUNDS):
        error = place + shift(place) - shifted
        place -= error
        if not (np.abs(error) > EXACT).any():
            break
    return place


def _gcj_shift(place: Degrees) -> Degrees:
    x, y = place[:, 0] - 105.0, place[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common + _waves(y)
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common + _waves(x)
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    latitude = np.radians(place[:, 1])
    magic = 1.0 - ECCENTRICITY * np.sin(latitude) ** 2
    meridian = AXIS * (1.0 - ECCENTRICITY) / magic**1.5
    parallel = AXIS / np.sqrt(magic) * np.cos(latitude)
    return np.degrees(np.column_stack([east / parallel, north / meridian]))


def _waves(along: NDArray[np.float64]) -> NDArray[np.float64]:
    waves: NDArray[np.float64] = 20.0 * np.sin(along * np.pi) + 40.0 * np.sin(along / 3.0 * np.pi)
    return waves * 2.0 / 3.0


def _bd_shift(place: Degrees) -> Degrees:
    x, y = place[:, 0], place[:, 1]
    length = np.hypot(x, y) + 0.00002 * np.sin(y * _TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _TURN)
    return np.column_stack([length * np.cos(angle) + 0.0065, length * np.sin(angle) + 0.006]) - place
