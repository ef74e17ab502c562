"""Put the city together: ground, roads, fabrics, then what must not overlap is taken away."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from generator import plan
from generator.ground import HALF_RIVER, Cell, cells, centre_line, river
from generator.informal import build_informal
from generator.junctions import joined, led_through
from generator.names import place_name
from generator.oldtown import build_old_town
from generator.outskirts import build_outskirts
from generator.placing import apart, largest, parts
from generator.planned import build_business, build_garden_suburb, build_industry, build_planned
from generator.roads import roads
from generator.town import Green, Street, Town, Water, Zone, dice

NEAR = 0.05
"""Metres between corners of zones that are meant to be one."""


def build() -> Town:
    """Build Rivertown: zones, streets, greens, waters and footprints, nobody in them yet."""
    town, ground = Town(), cells()
    main = roads(ground)
    town.streets += main
    town.waters.append(Water(river(), "river", "IV"))
    for cell in ground:
        _fabric(town, cell, main)
    old = [c for c in ground if c.kind == "O"]
    old_zones = build_old_town(town, old, main)
    _riverside(town, ground)
    town.streets = joined(town.streets)
    _clear(town)
    town.zones = _zones(ground, old, old_zones)
    return town


def _fabric(town: Town, cell: Cell, main: list[Street]) -> None:
    green = plan.letter(plan.GREEN, cell.column, cell.row)
    land = cell.patch()
    near = [x for x in main if x.line.distance(land) < 45]
    if cell.kind in "PM":
        build_planned(town, cell, green, near)
    elif cell.kind == "G":
        build_garden_suburb(town, cell, green, near)
    elif cell.kind == "I":
        build_informal(town, cell, green, near)
    elif cell.kind == "B":
        build_business(town, cell, near)
    elif cell.kind == "D":
        build_industry(town, cell, near)
    elif cell.kind != "O":
        build_outskirts(town, cell, near)


def _riverside(town: Town, ground: list[Cell]) -> None:
    """Green banks between the river and the streets along it; open to all where the town stands."""
    middle = LineString(centre_line())
    bank = middle.buffer(57, cap_style="flat").difference(middle.buffer(HALF_RIVER + 11, cap_style="flat"))
    roads_over = shapely.union_all([x.line.buffer(x.width / 2 + 2) for x in town.streets if x.line.distance(bank) < 30])
    clear = bank.difference(roads_over)
    for cell in ground:
        if cell.row not in (plan.RIVER_LINE, plan.RIVER_LINE - 1):
            continue
        strip = largest(clear.intersection(cell.outline()))
        if strip.area < 800:
            continue
        built = cell.kind in plan.BUILT
        town.greens.append(
            Green(strip, "绿道" if built else "湿地", "public" if built else None, "River Walk" if built else None)
        )


def _clear(town: Town) -> None:
    """Take away footprints on carriageways, in water, in parks or over one another."""
    streets = np.array([x.line.buffer(x.width / 2 + 0.4, cap_style="flat") for x in town.streets], dtype=object)
    waters = np.array([w.shape.buffer(2) for w in town.waters], dtype=object)
    parks = np.array([g.shape for g in town.greens], dtype=object)
    shapes = np.array([b.shape for b in town.buildings], dtype=object)
    tree = shapely.STRtree(shapes)
    bad = np.zeros(len(shapes), dtype=bool)
    for obstacles in (streets, waters, parks):
        _, hit = tree.query(obstacles, predicate="intersects")
        bad[hit] = True
    bad |= shapely.area(shapes) < 20
    town.buildings = [b for b, drop in zip(town.buildings, bad, strict=True) if not drop]
    shapes = np.array([b.shape for b in town.buildings], dtype=object)
    town.buildings = [b for b, fine in zip(town.buildings, apart(shapes, 0.25), strict=True) if fine]
    town.greens = [g for g in town.greens if isinstance(g.shape, Polygon) and g.shape.area > 250]


def _zones(ground: list[Cell], old: list[Cell], old_zones: list[Polygon]) -> list[Zone]:
    """Zones tile the city; those of the old town by the river reach to its middle."""
    rng, taken = dice(50), set[str]()
    whole = largest(shapely.union_all([_exact(c.outline()) for c in old], grid_size=0.01))
    shapes: list[tuple[Polygon, str, str, tuple[str, ...]]] = []
    for cell in ground:
        if cell.kind == "O":
            continue
        maps = (plan.BROADBAND, plan.GREEN, plan.SEWER, plan.TRANSIT)
        letters = tuple(plan.letter(m, cell.column, cell.row) for m in maps)
        shapes.append((cell.outline(), cell.kind, plan.district(cell.column, cell.row, cell.kind), letters))
    for shape in _to_the_middle(old_zones, whole):
        shapes.append((shape, "O", "Old Town", ("-", "-", "-", "-")))
    zones = []
    for number, (shape, kind, district, (broadband, green, sewer, transit)) in enumerate(shapes, 1):
        code, name = f"Z{number:03d}", place_name(kind, rng, taken)
        zone = Zone(code, name, kind, district, _exact(shape), broadband, green, _type(kind, rng))
        zone.sewer, zone.transit = sewer, transit
        zones.append(zone)
    _knit(zones)
    return zones


def _knit(zones: list[Zone]) -> None:
    """Zones take over their neighbours' corners, else rounding leaves slivers between them."""
    rings = [_one_corner_each(z.shape) for z in zones]
    corners = np.array([Point(xy) for xy in sorted({xy for ring in rings for xy in ring})], dtype=object)
    tree = shapely.STRtree(corners)
    twin_of: dict[tuple[float, ...], tuple[float, ...]] = {}
    for a, b in tree.query(corners, predicate="dwithin", distance=NEAR).T:
        twin_of.setdefault(corners[a].coords[0], corners[min(a, b)].coords[0])
    for zone, ring in zip(zones, rings, strict=True):
        line = LineString([twin_of[xy] for xy in [*ring, ring[0]]])
        near = np.sort(tree.query(line, predicate="dwithin", distance=NEAR))
        spots = [Point(xy) for xy in dict.fromkeys(twin_of[corners[k].coords[0]] for k in near)]
        zone.shape = Polygon(led_through(line, spots))


def _one_corner_each(shape: Polygon) -> list[tuple[float, float]]:
    """The corners of an outline, of those closer together than NEAR only the first."""
    kept: list[tuple[float, float]] = []
    for x, y in shape.exterior.coords[:-1]:
        if not kept or np.hypot(kept[-1][0] - x, kept[-1][1] - y) > NEAR:
            kept.append((x, y))
    return kept


def _type(kind: str, rng: np.random.Generator) -> str:
    if kind in "PM" and rng.random() < 0.15:
        return "mixed"
    return plan.ZONE_TYPES[kind]


def _exact(shape: Polygon) -> Polygon:
    """The shape in whole centimetres, so that neighbours share their corners."""
    return largest(shapely.set_precision(shape, 0.01))


def _to_the_middle(zones: list[Polygon], whole: Polygon) -> list[Polygon]:
    """The old town's zones grown to fill ``whole``: each strip by the river goes to the zone that it lies along."""
    strip = largest(whole.difference(shapely.union_all(zones, grid_size=0.01).buffer(1, join_style="mitre")))
    touching = [k for k, z in enumerate(zones) if z.buffer(3).intersection(strip).area > 60]
    touching.sort(key=lambda k: zones[k].centroid.x)
    x0, y0, x1, y1 = strip.bounds
    edges = [x0 - 1]
    for left, right in itertools.pairwise(touching):
        seam = zones[left].buffer(0.1).intersection(zones[right].buffer(0.1)).intersection(strip.buffer(4))
        edges.append(float(seam.centroid.x))
    edges.append(x1 + 1)
    grown = list(zones)
    for k, low, top in zip(touching, edges[:-1], edges[1:], strict=True):
        part = strip.intersection(shapely.box(low, y0 - 1, top, y1 + 1)).buffer(1.02, join_style="mitre")
        grown[k] = largest(grown[k].union(part))
    return _tiled(grown, whole)


def _tiled(zones: list[Polygon], whole: Polygon) -> list[Polygon]:
    """No overlap and no gap: the first zone keeps what two claim, what none claims goes to the longest neighbour."""
    taken: list[Polygon] = []
    for zone in zones:
        before = shapely.union_all(taken, grid_size=0.01)
        taken.append(_exact(largest(shapely.difference(zone.intersection(whole), before, grid_size=0.01))))
    for gap in parts(shapely.difference(whole, shapely.union_all(taken, grid_size=0.01), grid_size=0.01)):
        contact = [z.intersection(gap.buffer(0.02)).area for z in taken]
        k = int(np.argmax(contact))
        taken[k] = largest(shapely.union(taken[k], gap, grid_size=0.01))
    return [_without_spikes(z) for z in taken]


def _without_spikes(shape: Polygon) -> Polygon:
    """The shape without corners where its outline turns back on itself."""
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turn = np.einsum("ij,ij->i", before, after) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
    return Polygon(ring[turn > -0.999])
