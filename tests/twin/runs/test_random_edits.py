"""Any edits of any layer, then the dirty zones: the result is that of a full recompute."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import write_supply, write_town
from tests.twin.runs.test_dirty import CLINIC, house_at, place
from tests.twin.runs.test_engine import RESULTS
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.goals import load_profile
from twin.runs.engine import score
from twin.runs.prepare import Preparation

PROFILE = load_profile("xiongan_2035")
ROUNDS = int(os.environ.get("TWIN_TEST_ROUNDS", "200"))
BETWEEN = 5
"""Rounds between two recomputes of all zones: as many runs stand on each other."""

CHANGES: dict[str, Callable[[np.random.Generator, Connection], object]] = {
    "a home more": lambda draw, c: c.execute(
        "UPDATE layer.building SET dwellings = dwellings + 1 WHERE building_id = %s", [f"B{draw.integers(25)}-3"]
    ),
    "a house less": lambda draw, c: c.execute(
        "DELETE FROM layer.building WHERE building_id = %s", [f"B{draw.integers(25)}-{draw.integers(30)}"]
    ),
    "a house more": lambda draw, c: c.execute(
        "INSERT INTO layer.building (building_id, dwellings, geom) VALUES (%s, 3, ST_GeomFromEWKT(%s))",
        [f"new-{draw.integers(1 << 40)}", house_at(int(draw.integers(25)))],
    ),
    "faster": lambda draw, c: c.execute(
        "UPDATE layer.broadband_coverage SET max_down_mbps = 1000 WHERE id %% 40 = %s", [int(draw.integers(40))]
    ),
    "no record": lambda draw, c: c.execute(
        "DELETE FROM layer.broadband_coverage WHERE id %% 97 = %s", [int(draw.integers(97))]
    ),
    "a full node": lambda draw, c: c.execute(
        "UPDATE layer.broadband_node SET ports_used = ports_total WHERE node_id = %s", [f"N{4 * draw.integers(7)}"]
    ),
    "a park closes": lambda draw, c: c.execute(
        "UPDATE layer.green_area SET access = 'private' WHERE id %% 5 = %s", [int(draw.integers(5))]
    ),
    "a street goes": lambda draw, c: c.execute(
        "DELETE FROM layer.street WHERE street_id = %s", [f"H{draw.integers(25)}"]
    ),
    "more people": lambda draw, c: c.execute(
        "UPDATE layer.zone SET population = population + 10 WHERE code = %s", [f"Z{draw.integers(25):02d}"]
    ),
    "a zone goes": lambda draw, c: c.execute("DELETE FROM layer.zone WHERE code = %s", [f"Z{draw.integers(25):02d}"]),
    "a zone is renamed": lambda draw, c: c.execute(
        "UPDATE layer.zone SET code = 'new ' || code WHERE code = %s", [f"Z{draw.integers(25):02d}"]
    ),
    "a zone grows": lambda draw, c: c.execute(
        "UPDATE layer.zone SET geom = ST_Multi(ST_Buffer(geom, 5, 'join=mitre')) WHERE code = %s",
        [f"Z{draw.integers(25):02d}"],
    ),
    "a pipe is cut": lambda draw, c: c.execute(
        "UPDATE layer.sewer_pipe SET to_node = 'nowhere' WHERE pipe_id = %s", [f"P{draw.integers(25)}"]
    ),
    "a pipe is mended": lambda draw, c: c.execute(
        "UPDATE layer.sewer_pipe SET to_node = 'W' WHERE pipe_id = %s", [f"P{draw.integers(25)}"]
    ),
    "a thinner pipe": lambda draw, c: c.execute(
        "UPDATE layer.sewer_pipe SET diameter_mm = 60 WHERE pipe_id = %s", [f"P{draw.integers(25)}"]
    ),
    "the plant has less room": lambda draw, c: c.execute(
        "UPDATE layer.sewer_node SET capacity_m3d = 100 + %s WHERE node_id = 'W'", [int(draw.integers(400))]
    ),
    "connected": lambda draw, c: c.execute(
        "UPDATE layer.sewer_connection SET connected = NOT connected WHERE id %% 30 = %s", [int(draw.integers(30))]
    ),
    "a stop moves": lambda draw, c: c.execute(
        "UPDATE layer.transit_stop SET geom = ST_Translate(geom, %s, 30) WHERE stop_id = %s",
        [float(draw.uniform(-90, 90)), f"S{draw.integers(25)}"],
    ),
    "a stop goes": lambda draw, c: c.execute(
        "DELETE FROM layer.transit_stop WHERE stop_id = %s", [f"S{draw.integers(25)}"]
    ),
    "a new node": lambda draw, c: c.execute(
        "INSERT INTO layer.broadband_node (node_id, kind, ports_total, ports_used, geom)"
        " VALUES (%s, 'cabinet', 96, 20, ST_SetSRID(ST_Point(%s, %s), 4547))",
        [f"new-{draw.integers(1 << 40)}", *place(int(draw.integers(25)))],
    ),
    "a node goes": lambda draw, c: c.execute(
        "DELETE FROM layer.broadband_node WHERE node_id = %s", [f"N{4 * draw.integers(7)}"]
    ),
    "a narrow street": lambda draw, c: c.execute(
        "UPDATE layer.street SET width_m = 2 WHERE street_id = %s", [f"V{draw.integers(25)}"]
    ),
    "a new lane": lambda draw, c: c.execute(
        "INSERT INTO layer.street (street_id, road_class, geom) VALUES"
        " (%s, 'local', ST_SetSRID(ST_Multi(ST_MakeLine(ST_Point(%s, %s), ST_Point(%s, %s))), 4547))",
        [f"new-{draw.integers(1 << 40)}", *place(int(draw.integers(25)), 0), *place(int(draw.integers(25)))],
    ),
    "a park opens": lambda draw, c: c.execute(
        "INSERT INTO layer.green_area (green_id, kind, access, geom)"
        " VALUES (%s, 'park', 'public', ST_Multi(ST_Buffer(ST_SetSRID(ST_Point(%s, %s), 4547), 30)))",
        [f"new-{draw.integers(1 << 40)}", *place(int(draw.integers(25)), 60, 60)],
    ),
    "a clinic": lambda draw, c: c.execute(CLINIC, [f"new-{draw.integers(1 << 40)}", *place(int(draw.integers(25)))]),
    "water": lambda draw, c: c.execute(
        "INSERT INTO layer.water_body (water_id, kind, geom)"
        " VALUES (%s, 'lake', ST_Multi(ST_Buffer(ST_SetSRID(ST_Point(%s, %s), 4547), 20)))",
        [f"new-{draw.integers(1 << 40)}", *place(int(draw.integers(25)), 60, 140)],
    ),
}


def result_of(run: int) -> list[list[list[Any]]]:
    """Scores, messiness and flags of a run."""
    with connect() as connection:
        tables = [connection.execute(statement, [run]).fetchall() for statement in RESULTS]
    return [[[_read(value) for value in row.values()] for row in rows] for rows in tables]


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def is_same(one: Any, other: Any) -> bool:
    """Whether two results are the same, numbers within a billionth: sums run in another order in another batch."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    return bool(one == other)


@pytest.fixture
def whole_town(store: Cluster, tmp_path: Path) -> Path:  # noqa: ARG001
    """A town with everything in it, loaded; its folder."""
    write_town(tmp_path)
    write_supply(tmp_path)
    load(read_recipe(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("whole_town")
def test_any_edits_and_then_the_dirty_zones_are_a_full_recompute() -> None:
    draw = np.random.default_rng(11)
    worker, other = Preparation(), Preparation()
    score(PROFILE, preparation=other)
    done: list[str] = []
    for number in range(ROUNDS):
        with connect() as connection:
            name = str(draw.choice(list(CHANGES)))
            CHANGES[name](draw, connection)
            done.append(name)
        partial = score(PROFILE, dirty=True, preparation=worker)
        if number % BETWEEN == BETWEEN - 1:
            found = result_of(partial.run)
            assert is_same(found, result_of(score(PROFILE, preparation=other).run)), done[-BETWEEN:]


@pytest.mark.usefixtures("whole_town")
def test_a_trunk_that_is_cut_is_a_matter_of_the_zones_upstream() -> None:
    worker = Preparation()
    score(PROFILE, preparation=worker)
    with connect() as connection:
        connection.execute("UPDATE layer.sewer_pipe SET to_node = 'nowhere' WHERE pipe_id = 'P7'")
    partial = score(PROFILE, dirty=True, preparation=worker)
    with connect() as connection:
        rows = connection.execute(
            "SELECT zone, value FROM twin.score WHERE goal = 'sewer_treatment' AND run_id = %s", [partial.run]
        )
        now = {row["zone"]: row["value"] for row in rows}
    assert [now[f"Z{n:02d}"] for n in (7, 12, 17, 22)] == [0, 0, 0, 0], "what is upstream reaches no plant"
    assert now["Z02"] > 0 and now["Z08"] > 0
    assert is_same(result_of(partial.run), result_of(score(PROFILE).run))
