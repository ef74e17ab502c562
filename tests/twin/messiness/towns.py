"""Hand-made towns, 360 m square: a planned grid, the same curved, an organic old town, informal blocks."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely import LineString, affinity, box

from twin.batch import Batch, CityFacts, Features
from twin.networks.ways import ways

SIDE = 360.0
Way = tuple[LineString, str, float]


@dataclass(frozen=True)
class Town:
    """Footprints, and ways with class and width, in a square zone whose lower left corner is the origin."""

    houses: list[Any]
    ways: list[Way]

    def moved(self, how: Any) -> Town:
        """The town with every shape moved."""
        return Town([how(house) for house in self.houses], [(how(line), *others) for line, *others in self.ways])

    def with_way(self, line: LineString, width: float = 5.0) -> Town:
        """The town with one more way that a vehicle can use."""
        return replace(self, ways=[*self.ways, (line, "residential", width)])


def batch_of(*towns: Town, zones: Sequence[Any] | None = None, **layers: Features) -> Batch:
    """Towns side by side as one batch, a zone each unless zones are given."""
    placed = [town.moved(lambda each, at=at: affinity.translate(each, at * SIDE)) for at, town in enumerate(towns)]
    squares = zones or [box(at * SIDE, 0, (at + 1) * SIDE, SIDE) for at in range(len(towns))]
    lines, classes, widths = zip(*(way for town in placed for way in town.ways), strict=True)
    keys = [f"W{at}" for at in range(len(lines))]
    features = {
        "building": Features.of([house for town in placed for house in town.houses]),
        "street": Features.of(lines, street_id=keys, road_class=list(classes), width_m=list(widths)),
        **layers,
    }
    city = CityFacts.of(features, "2025-06-30")
    codes = [f"Z{at}" for at in range(len(squares))]
    return Batch(Features.of(squares, code=codes), features, city, {"ways": ways.build(features, city)})


def planned() -> Town:
    """Blocks of 60 by 90 m with two rows of like houses back to back."""
    streets = [_street((x, 0), (x, SIDE)) for x in np.arange(0, SIDE + 1, 60)]
    streets += [_street((0, y), (SIDE, y)) for y in np.arange(0, SIDE + 1, 90)]
    houses = []
    for left in np.arange(0, SIDE, 60):
        for y in np.arange(0, SIDE, 90):
            for up in np.arange(8, 75, 16):
                houses += [
                    box(left + 8, y + up, left + 20, y + up + 10),
                    box(left + 40, y + up, left + 52, y + up + 10),
                ]
    return Town(houses, streets)


def curved() -> Town:
    """The planned town along gently bent streets."""

    def bent(xy: np.ndarray) -> np.ndarray:
        x, y = xy.T
        return np.column_stack([x + 9 * np.sin(y / 57.3), y + 9 * np.sin(x / 57.3)])

    def bend(shape: Any) -> Any:
        if shape.geom_type == "LineString":
            return shapely.transform(shapely.segmentize(shape, 15), bent)
        # A house keeps its shape and turns with the street.
        x, y = shape.centroid.coords[0]
        (near, far) = bent(np.array([(x, y - 5), (x, y + 5)]))
        turn = np.degrees(np.arctan2(*(far - near))) * -1
        middle = bent(np.array([(x, y)]))[0]
        return affinity.translate(affinity.rotate(shape, turn), *(middle - (x, y)))

    return planned().moved(bend)


@functools.cache
def organic(seed: int = 0) -> Town:
    """An old town: crooked streets in all directions, every house on one of them."""
    rng = np.random.default_rng(seed)
    nodes = {
        (i, j): np.array([i * 60.0, j * 60.0]) + (rng.uniform(-24, 24, 2) if 0 < i < 6 and 0 < j < 6 else 0)
        for i in range(7)
        for j in range(7)
    }
    edges = [(at, (at[0] + 1, at[1])) for at in nodes if at[0] < 6]
    edges += [(at, (at[0], at[1] + 1)) for at in nodes if at[1] < 6]
    # Some streets are missing, so that blocks are of all sizes.
    edges = [edge for edge in edges if rng.random() > 0.12]
    lines = [LineString([nodes[a], nodes[b]]) for a, b in edges]
    built = _Built(lines)
    for line in lines:
        (x, y), (dx, dy) = line.coords[0], np.subtract(line.coords[1], line.coords[0]) / line.length
        turn = np.degrees(np.arctan2(dy, dx))
        for along in np.arange(6, line.length - 4, 9):
            for side in (-1, 1):
                house = affinity.rotate(box(-4, -4, 4, 4), turn + rng.normal(0, 3), origin=(0, 0))
                off = side * 8.0
                built.add(affinity.translate(house, x + along * dx - off * dy, y + along * dy + off * dx), 2.5)
    return Town(built.houses, [(line, "residential", 4.5) for line in lines])


@functools.cache
def informal(seed: int = 0) -> Town:
    """Four blocks of 180 m, full of small houses turned as they came, on a few blind lanes 2 m wide."""
    rng = np.random.default_rng(seed)
    streets = [_street((x, 0), (x, SIDE)) for x in (0, 180, 360)] + [_street((0, y), (SIDE, y)) for y in (0, 180, 360)]
    lanes = []
    for x in (0, 180):
        for y in (0, 180):
            for start in rng.uniform(40, 140, 2):
                lanes.append((LineString([(x, y + start), (x + rng.uniform(40, 90), y + start)]), "alley", 2.0))
    built = _Built([line for line, *_ in (*streets, *lanes)])
    for _ in range(6000):
        house = affinity.rotate(box(0, 0, *rng.uniform(6, 10, 2)), rng.uniform(0, 90))
        house = affinity.translate(house, *rng.uniform(0, SIDE - 9, 2))
        built.add(house, 1.5 if min(line.distance(house) for line in built.lines[6:]) < 3 else 3.5)
    return Town(built.houses, streets + lanes)


class _Built:
    """Houses that stand apart from each other and from streets."""

    def __init__(self, lines: list[LineString]) -> None:
        self.lines, self.houses = lines, []  # type: ignore[var-annotated]
        self.streets = shapely.union_all(lines)
        shapely.prepare(self.streets)

    def add(self, house: Any, from_street: float) -> None:
        apart = all(house.distance(other) > 1.5 for other in self.houses)
        if apart and house.distance(self.streets) > from_street and box(0, 0, SIDE, SIDE).contains(house):
            self.houses.append(house)


def _street(one: tuple[float, float], other: tuple[float, float]) -> Way:
    return LineString([one, other]), "residential", 6.0
