"""A made-up town, scored by hand: what the browser tests look at, without loader or engine."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely
from shapely import Polygon, affinity
from shapely.geometry.base import BaseGeometry

from layers.schema import Layer
from tests.dashboards.town_causes import explain_zones
from tests.dashboards.town_plan import PEOPLE, Town
from tests.dashboards.town_rows import insert_rows, score_zones
from twin.database.connect import Connection
from twin.database.migrate import migrate
from twin.database.tables import make_tables
from twin.discover import discover

SRID = 4547
ORIGIN = (520_000.0, 4_310_000.0)
SIDE_M = 420.0


def build_town(connection: Connection, across: int = 6, houses: int = 24, seed: int = 7) -> Town:
    """Migrate, make the tables and fill them: ``across`` × ``across`` zones with ``houses`` buildings each."""
    migrate(connection)
    make_tables(connection, discover("layers", Layer), SRID)
    connection.execute(
        "INSERT INTO twin.city (name, srid, reference_date, profile) VALUES ('Rivertown', %s, %s, 'town')",
        (SRID, date(2025, 6, 30)),
    )
    draw = np.random.default_rng(seed)
    town, blocks = Town(), _blocks(across, draw)
    town.codes = [f"Z{number:04d}" for number in range(1, len(blocks) + 1)]
    kinds = np.where(draw.random(len(blocks)) < 0.7, "residential", "mixed")
    names = [f"Mill Quarter {n}" if n % 9 == 4 else None for n in range(len(blocks))]
    insert_rows(
        connection,
        town,
        "zone",
        blocks,
        code=town.codes,
        population=[PEOPLE + n for n in range(len(blocks))],
        zone_type=list(kinds),
        name=names,
    )
    _fill(connection, town, blocks, houses, draw)
    score_zones(connection, town, draw)
    explain_zones(connection, town)
    return town


def _blocks(across: int, draw: np.random.Generator) -> list[Polygon]:
    knots = np.stack(np.meshgrid(np.arange(across + 1), np.arange(across + 1)), -1) * SIDE_M
    knots += draw.uniform(-0.12, 0.12, knots.shape) * SIDE_M
    quads = [
        Polygon([knots[j, i], knots[j, i + 1], knots[j + 1, i + 1], knots[j + 1, i]])
        for j in range(across)
        for i in range(across)
    ]
    turned = [affinity.rotate(affinity.skew(quad, 6, 0, origin=(0, 0)), -8, origin=(0, 0)) for quad in quads]
    return [affinity.translate(quad, *ORIGIN) for quad in turned]


def _fill(connection: Connection, town: Town, blocks: list[Polygon], houses: int, draw: np.random.Generator) -> None:
    homes = [_homes(block.buffer(-26), houses, n % 3 == 0, draw) for n, block in enumerate(blocks)]
    _fill_buildings(connection, town, [home for found in homes for home in found], draw)
    _fill_streets(connection, town, blocks)
    parks = [affinity.scale(block.centroid.buffer(60, quad_segs=2), 1.4, 0.8) for block in blocks[1::4]]
    insert_rows(
        connection,
        town,
        "green_area",
        parks,
        green_id=[f"G{n}" for n in range(len(parks))],
        kind=["park"] * len(parks),
        access=["public"] * len(parks),
    )


def _fill_buildings(connection: Connection, town: Town, homes: list[BaseGeometry], draw: np.random.Generator) -> None:
    count = len(homes)
    names = [f"B{n:06d}" for n in range(count)]
    dwellings = [int(n) for n in draw.integers(1, 12, count)]
    insert_rows(connection, town, "building", homes, building_id=names, dwellings=dwellings)
    covered = [home.centroid for home in homes[::2]]
    speeds = [1000.0 if n % 3 else 100.0 for n in range(len(covered))]
    insert_rows(
        connection,
        town,
        "broadband_coverage",
        covered,
        coverage_id=[f"C{n}" for n in range(len(covered))],
        premises=[4] * len(covered),
        max_down_mbps=speeds,
    )


def _fill_streets(connection: Connection, town: Town, blocks: list[Polygon]) -> None:
    streets, wide = [], []
    for number, block in enumerate(blocks):
        corners = np.array(block.exterior.coords)
        middle = (corners[0] + corners[1]) / 2, (corners[2] + corners[3]) / 2
        streets += [shapely.LineString(ends) for ends in (corners[[0, 1]], corners[[1, 2]], middle)]
        wide += [24.0, 14.0, 2.8 if number % 3 == 0 else 7.0]
    names = [f"S{n}" for n in range(len(streets))]
    classes = ["primary", "secondary", "residential"] * len(blocks)
    insert_rows(connection, town, "street", streets, street_id=names, road_class=classes, width_m=wide)
    nodes = [block.centroid for block in blocks[::2]]
    kinds = ["cabinet"] * len(nodes)
    insert_rows(
        connection,
        town,
        "broadband_node",
        nodes,
        node_id=[f"N{n}" for n in range(len(nodes))],
        kind=kinds,
        ports_total=[721] * len(nodes),
        ports_used=[715 if n % 2 == 0 else 300 for n in range(len(nodes))],
    )


def _homes(inside: BaseGeometry, houses: int, crooked: bool, draw: np.random.Generator) -> list[BaseGeometry]:
    west, south, east, north = inside.bounds
    found: list[BaseGeometry] = []
    for attempt in range(houses * 20):
        if len(found) == houses:
            break
        if crooked:
            x, y = draw.uniform(west, east), draw.uniform(south, north)
        else:
            x = west + (east - west) * ((attempt * 0.618) % 1)
            y = south + (north - south) * draw.integers(0, 8) / 8 + 12
        size = (9, 9) if crooked else (26, 11)
        home = affinity.rotate(shapely.box(x, y, x + size[0], y + size[1]), draw.uniform(0, 90) if crooked else -8)
        if inside.contains(home):
            found.append(home)
    return found
