"""Rows and scores of the made-up town, put into the store with plain SQL."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import shapely

from tests.dashboards.town_plan import NOTED, PEOPLE, PROFILE, SOURCES, Town
from twin.database.connect import Connection
from twin.scoring.attainment import attain
from twin.scoring.distance import class_of


def insert_rows(connection: Connection, town: Town, layer: str, geometries: list, **columns: list) -> None:
    """Rows of a layer with a source and a load of their own."""
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


def score_zones(connection: Connection, town: Town, draw: np.random.Generator) -> None:
    """A finished run with drawn values."""
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
            "INSERT INTO twin.score_state (base, run_id, goal, zone, value, attainment, shortfall, class, n, quality,"
            " people_affected, reason, parts, numerator, denominator)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(town.run, *row) for row in rows],
        )
