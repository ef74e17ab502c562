"""What the generated city is made of, and the seed that it grows from."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np
from shapely.geometry import LineString, Point, Polygon

SEED = 20350
CRS = "EPSG:4547"
REFERENCE_DATE = datetime.date(2025, 6, 30)


@dataclass
class Building:
    """A footprint in metres; ``fabric`` is the way of building that it came from."""

    shape: Polygon
    fabric: str
    use: str = "住宅"
    floors: int = 1
    dwellings: int = 0
    year: int = 2005
    residents: int = 0
    zone: str = ""


@dataclass
class Street:
    """A centre line with its class and width in metres."""

    line: LineString
    road_class: str
    width: float
    name: str | None = None
    surface: str = "asphalt"


@dataclass
class Green:
    """Green land; ``access`` None is a record that does not say who may enter."""

    shape: Polygon
    kind: str
    access: str | None
    name: str | None = None


@dataclass
class Water:
    """A river, lake or pond."""

    shape: Polygon
    kind: str
    quality: str | None = None


@dataclass
class Zone:
    """A unit of reporting; ``broadband`` … ``transit`` are the letters of the plan that it was built by."""

    code: str
    name: str
    kind: str
    district: str
    shape: Polygon
    broadband: str
    green: str
    zone_type: str = "residential"
    population: int = 0
    jobs: int = 0
    sewer: str = "-"
    transit: str = "-"


@dataclass
class Cabinet:
    """A broadband node."""

    spot: Point
    kind: str
    status: str
    reach: float
    zone: str
    ports_total: int = 0
    ports_used: int = 0


@dataclass
class Town:
    """The whole city."""

    zones: list[Zone] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    greens: list[Green] = field(default_factory=list)
    waters: list[Water] = field(default_factory=list)
    cabinets: list[Cabinet] = field(default_factory=list)


def dice(*place: int) -> np.random.Generator:
    """Random numbers of one place of the city: a change there leaves all others as they are."""
    return np.random.default_rng([SEED, *place])
