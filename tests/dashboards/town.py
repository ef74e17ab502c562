"""A made-up town, scored by hand: what the browser tests look at, without loader or engine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from shapely import Polygon, affinity
from shapely.geometry.base import BaseGeometry

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.migrate import migrate
from twin.database.tables import make_tables
from twin.discover import discover
from twin.goals import Goal, Profile
from twin.scoring.attainment import attain
from twin.scoring.distance import class_of

SRID = 4547
ORIGIN = (520_000.0, 4_310_000.0)
SIDE_M = 420.0
PEOPLE = 812

PROFILE = Profile(
    name="Town 2035",
    year=2035,
    goal=(
        Goal(index="broadband_gigabit", target=0.9, direction="at_least", source="outline, annex", number="9b"),
        Goal(index="green_access", target=0.8, direction="at_least", source="standard, 4.2", verified=True),
        Goal(index="population_density", target=10_000, direction="at_most"),
        Goal(index="never_computed", target=1, direction="at_least"),
    ),
)

NOTED = {
    "broadband_gigabit": {
        "title": "Gigabit broadband",
        "title_zh": "千兆宽带覆盖率",
        "unit": "share",
        "counted": "premises",
        "params": {"min_down_mbps": 1000.0},
        "bounds": [0, 1],
    },
    "green_access": {
        "title": "Public green within a walk",
        "title_zh": "公园服务半径覆盖率",
        "unit": "share",
        "counted": "premises",
        "params": {"walk_m": 300.0, "entrance_m": 22.0, "straight_m": None},
        "bounds": [0, 1],
        "notes": ["Green areas whose access is not known are not counted as public"],
    },
    "population_density": {
        "title": "Population density of built-up area",
        "title_zh": "规划建设区人口密度",
        "unit": "people/km²",
        "counted": "people",
        "params": {},
        "bounds": [0, None],
    },
}

SOURCES = {
    "zone": ("zones.gpkg", "Planning office", "CC BY 4.0", ""),
    "building": ("buildings.shp", "Survey office", "internal", ""),
    "street": ("streets.gpkg", "OpenStreetMap", "ODbL 1.0", "© OpenStreetMap contributors"),
    "green_area": ("parks.gpkg", "Parks office", "CC BY 4.0", ""),
    "broadband_coverage": ("survey.csv", "Telecom regulator", "", ""),
    "broadband_node": ("nodes.csv", "Operator", "internal", ""),
}


@dataclass
class Town:
    """What was put into the store: values by goal and zone (NaN is no data), the rows of each layer."""

    codes: list[str] = field(default_factory=list)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    classes: dict[str, np.ndarray] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    run: int = 0

    def counts(self, goal: str) -> dict[int, int]:
        """Zones in each class."""
        return {int(c): int(n) for c, n in zip(*np.unique(self.classes[goal], return_counts=True), strict=True)}

    def zone_of_class(self, goal: str, number: int) -> str:
        """The first zone of a class."""
        return self.codes[int(np.flatnonzero(self.classes[goal] == number)[0])]


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
    _insert(
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
    _score(connection, town, draw)
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
    homes, streets, wide, parks, nodes = [], [], [], [], []
    for number, block in enumerate(blocks):
        inside = block.buffer(-26)
        corners = np.array(block.exterior.coords)
        streets += [shapely.LineString(corners[[0, 1]]), shapely.LineString(corners[[1, 2]])]
        wide += [24.0, 14.0]
        middle = (corners[0] + corners[1]) / 2, (corners[2] + corners[3]) / 2
        streets.append(shapely.LineString(middle))
        wide.append(2.8 if number % 3 == 0 else 7.0)
        homes += _homes(inside, houses, number % 3 == 0, draw)
        if number % 4 == 1:
            parks.append(affinity.scale(inside.centroid.buffer(60, quad_segs=2), 1.4, 0.8))
        if number % 2 == 0:
            nodes.append(inside.centroid)
    count = len(homes)
    _insert(
        connection,
        town,
        "building",
        homes,
        building_id=[f"B{n:06d}" for n in range(count)],
        dwellings=[int(n) for n in draw.integers(1, 12, count)],
    )
    classes = ["primary", "secondary", "residential"] * len(blocks)
    _insert(
        connection,
        town,
        "street",
        streets,
        street_id=[f"S{n}" for n in range(len(streets))],
        road_class=classes,
        width_m=wide,
    )
    _insert(
        connection,
        town,
        "green_area",
        parks,
        green_id=[f"G{n}" for n in range(len(parks))],
        kind=["park"] * len(parks),
        access=["public"] * len(parks),
    )
    covered = [home.centroid for home in homes[::2]]
    _insert(
        connection,
        town,
        "broadband_coverage",
        covered,
        coverage_id=[f"C{n}" for n in range(len(covered))],
        premises=[4] * len(covered),
        max_down_mbps=[1000.0 if n % 3 else 100.0 for n in range(len(covered))],
    )
    _insert(
        connection,
        town,
        "broadband_node",
        nodes,
        node_id=[f"N{n}" for n in range(len(nodes))],
        kind=["cabinet"] * len(nodes),
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


def _insert(connection: Connection, town: Town, layer: str, geometries: list, **columns: list) -> None:
    path, publisher, licence, attribution = SOURCES[layer]
    source = connection.execute(
        "INSERT INTO twin.source (layer, name, path, publisher, licence, attribution, observed_on)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (layer, path, path, publisher, licence, attribution, date(2025, 3, 1)),
    ).fetchone()["id"]
    count = len(geometries)
    load = connection.execute(
        "INSERT INTO twin.load (source_id, file_hash, file_bytes, recipe_hash, rows_read, rows_loaded)"
        " VALUES (%s, 'aa', 1, 'bb', %s, %s) RETURNING id",
        (source, count, count),
    ).fetchone()["id"]
    multi = {"MULTIPOLYGON", "MULTILINESTRING"} if layer not in ("broadband_coverage", "broadband_node") else set()
    cast = "ST_Multi(ST_GeomFromWKB(%s, 4547))" if multi else "ST_GeomFromWKB(%s, 4547)"
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    statement = (
        f"INSERT INTO layer.{layer} (source_id, load_id, source_row, {names}, geom)"
        f" VALUES (%s, %s, %s, {marks}, {cast})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                (source, load, row + 1, *values, shapely.to_wkb(geometry))
                for row, (geometry, *values) in enumerate(zip(geometries, *columns.values(), strict=True))
            ],
        )
    town.rows[layer] = count


def _score(connection: Connection, town: Town, draw: np.random.Generator) -> None:
    zones = len(town.codes)
    town.run = connection.execute(
        "INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones,"
        " batches, goals, finished_at) VALUES ('town', %s, %s, 'd', 'c', 'done', %s, 1, %s, '2025-06-30') RETURNING id",
        (PROFILE.model_dump_json(), PROFILE.digest, zones, json.dumps(NOTED)),
    ).fetchone()["id"]
    connection.execute(
        "INSERT INTO twin.run_batch (run_id, number, zones, seconds) VALUES (%s, 1, %s, 0.1)", (town.run, zones)
    )
    for goal in NOTED:
        values = draw.beta(1.6, 1.1, zones) if NOTED[goal]["unit"] == "share" else draw.uniform(3000, 16000, zones)
        values[draw.choice(zones, max(1, zones // 25), replace=False)] = np.nan
        _score_goal(connection, town, goal, np.round(values, 4))


def _score_goal(connection: Connection, town: Town, goal: str, values: np.ndarray) -> None:
    target, unit = PROFILE.goal_of(goal), str(NOTED[goal]["unit"])
    result, classes = attain(values, target), class_of(values, target, unit)
    town.values[goal], town.classes[goal] = values, classes
    rows = []
    for number, code in enumerate(town.codes):
        value = None if np.isnan(values[number]) else float(values[number])
        short = None if value is None else float(result.shortfall[number])
        affected = None if value is None or unit != "share" else (PEOPLE + number) * short
        parts = {} if value is None or unit != "share" else {"low": value, "high": min(1.0, value + 0.03)}
        reason = "" if value is not None else "No premises lie in this zone"
        reached = None if value is None else float(result.attainment[number])
        rows.append(
            (
                town.run,
                goal,
                code,
                value,
                reached,
                short,
                int(classes[number]),
                0 if value is None else 1253,
                0.0 if value is None else 0.82,
                affected,
                reason,
                json.dumps(parts),
                1253 * (value or 0),
                0 if value is None else 1253,
            )
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO twin.score (run_id, goal, zone, value, attainment, shortfall, class, n, quality,"
            " people_affected, reason, parts, numerator, denominator)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )


if __name__ == "__main__":
    from twin.database.connect import connect, ensure_up

    ensure_up()
    with connect() as store:
        store.execute("DROP SCHEMA IF EXISTS layer, history, staging, twin CASCADE")
        build_town(store, across=20, houses=60)
