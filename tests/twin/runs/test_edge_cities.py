"""Cities that lack something, or hold what cannot be: a run ends with flags or reasons, never with a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Point

from tests.conftest import empty_store
from tests.twin.runs.village import LAYERS, SIDE, Rows, Tables, at, line, loaded, profile, square, village
from twin.database.connect import Connection, connect
from twin.goals import Profile
from twin.runs.engine import score
from twin.runs.tables import FLAG_COLUMNS, SCORE_COLUMNS, table_of

pytestmark = pytest.mark.usefixtures("store")


def rows_of(connection: Connection, what: str) -> Rows:
    return cast(Rows, table_of(connection, what).plain.to_dict("records"))


def scored(folder: Path, tables: Tables, by: Profile | None = None) -> tuple[Rows, Rows, Rows]:
    """Rows of the scores, of the flags and of messiness, each as they are exported, and sound."""
    loaded(folder, tables)
    score(by or profile())
    with connect() as connection:
        scores, flags, forms = (rows_of(connection, what) for what in ("scores", "flags", "messiness"))
        stored = connection.execute("SELECT * FROM twin.flag").fetchall()
        reasons = connection.execute("SELECT reason FROM twin.score WHERE value IS NULL").fetchall()
    assert all(row["reason"] for row in reasons)
    for flag in stored:
        assert sum(flag["parts"].values()) == pytest.approx(flag["shortfall"], abs=1e-9)
        assert min(flag["parts"].values()) >= 0
        assert "nan" not in flag["evidence"] and "nan" not in flag["evidence_zh"], flag["evidence"]
        assert "inf" not in flag["evidence"].replace("information", ""), flag["evidence"]
    assert all(set(row) == set(FLAG_COLUMNS) for row in flags) and all(set(row) == set(SCORE_COLUMNS) for row in scores)
    assert [(r["goal"], r["zone"]) for r in scores] == sorted((r["goal"], r["zone"]) for r in scores)
    return scores, flags, forms


def every(tables: Tables, layer: str, **values: Any) -> None:
    for row in tables[layer]:
        row.update(values)


def far_zone(tables: Tables) -> None:
    tables["zone"].append({"code": "F", "population": 90, "geometry": square(5000, 5000, SIDE)})
    for h in range(36):
        x, y = 5010 + 30 * (h % 6), 5010 + 30 * (h // 6)
        tables["building"].append({"building_id": f"F{h}", "dwellings": 2, "geometry": square(x, y, 9)})


def areas_of_coverage(tables: Tables) -> None:
    tables["broadband_coverage"] = [
        {"premises": None, "max_down_mbps": speed, "geometry": MultiPolygon([square(0, 0, side)])}
        for speed, side in ((1000.0, 100), (100.0, 300))
    ]


def node(**values: Any) -> Callable[[Tables], None]:
    row = {"node_id": "N", "kind": "cabinet", "geometry": Point(at(100, 70))} | values
    return lambda tables: tables.update(broadband_node=[row])


def circles_of_pipes(tables: Tables) -> None:
    tables["sewer_pipe"] += [
        {"pipe_id": "back", "from_node": "M1", "to_node": "M0", "slope": 0.0, "geometry": line((200, 100), (0, 100))},
        {"pipe_id": "own", "from_node": "M0", "to_node": "M0", "geometry": line((0, 100), (5, 110), (0, 100))},
    ]


def pipes_without_nodes(tables: Tables) -> None:
    tables["sewer_pipe"][0]["from_node"] = tables["sewer_pipe"][1]["to_node"] = "gone"


def doubled_and_overlapping(tables: Tables) -> None:
    for row in list(tables["building"]):
        tables["building"].append(row | {"building_id": f"{row['building_id']} again"})
        if row["building_id"].endswith("3"):
            wide = row["geometry"].buffer(20)
            tables["building"].append(row | {"building_id": f"{row['building_id']} wide", "geometry": wide})


def zones_in_zones(tables: Tables) -> None:
    for code, left, side in (("In", 10, 100), ("Same", 0, SIDE), ("Same too", 0, SIDE), ("Tiny", 0, 0.01)):
        tables["zone"].append({"code": code, "population": 10, "geometry": square(left, left, side)})


def mixed_dwellings(tables: Tables) -> None:
    for n, row in enumerate(tables["building"]):
        row.update(dwellings=[0, None, 3][n % 3], use=["residential", "industrial", None][n % 3])


def nobody_counted(tables: Tables) -> None:
    tables["zone"][0]["population"], tables["zone"][1]["population"] = 0, None


EDGES: dict[str, Callable[[Tables], Any]] = {
    **{f"no {layer}": lambda t, layer=layer: t.update({layer: []}) for layer in LAYERS[1:-1]},  # type: ignore[misc]
    "nothing but zones": lambda t: t.update({layer: [] for layer in LAYERS[1:]}),
    "no sewers at all": lambda t: t.update(sewer_pipe=[], sewer_node=[], sewer_connection=[]),
    "one zone": lambda t: t.update(zone=t["zone"][:1]),
    "a zone without streets near": far_zone,
    "coverage by areas": areas_of_coverage,
    "nodes without ports or reach": node(),
    "nodes planned": node(status="planned"),
    "base stations": node(kind="base_station"),
    "nodes that reach nothing": node(design_reach_m=0.0, ports_total=0, ports_used=0),
    "two nodes at one place": lambda t: t["broadband_node"].append(t["broadband_node"][0] | {"node_id": "A"}),
    "pipes in circles": circles_of_pipes,
    "pipes without nodes": pipes_without_nodes,
    "storm sewers alone": lambda t: every(t, "sewer_pipe", kind="storm"),
    "a plant without room": lambda t: t["sewer_node"][2].update(capacity_m3d=0.0, load_m3d=0.0),
    "buildings doubled": doubled_and_overlapping,
    "zones in zones": zones_in_zones,
    "ways for feet alone": lambda t: every(t, "street", road_class="footway"),
    "no dwellings": lambda t: every(t, "building", dwellings=0),
    "dwellings unknown": lambda t: every(t, "building", dwellings=None),
    "dwellings mixed": mixed_dwellings,
    "nobody counted": nobody_counted,
    "green of unknown access": lambda t: every(t, "green_area", access=None),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_city_at_the_edge_gets_flags_or_reasons(edge: str, tmp_path: Path) -> None:
    tables = village()
    EDGES[edge](tables)
    scores, flags, forms = scored(tmp_path, tables)
    assert {row["zone"] for row in scores} == {row["zone"] for row in forms} == {row["code"] for row in tables["zone"]}
    assert len(scores) == 9 * len(tables["zone"])
    assert bool(flags) == (edge not in ("no building", "nothing but zones", "no dwellings"))


def test_classes_of_a_profile_decide_which_streets_are_usable(tmp_path: Path) -> None:
    tables = village()
    every(tables, "street", road_class="footway")
    _, _, before = scored(tmp_path, tables)
    _, _, after = scored(tmp_path, tables, profile(street_classes=["footway"]))
    assert {row["street_frontage"] for row in before} == {1.0}
    assert all(row["street_frontage"] < 1 for row in after)


def test_a_row_without_a_place_is_refused_and_the_others_come(tmp_path: Path) -> None:
    tables = village()
    tables["building"][5]["geometry"] = None
    loaded(tmp_path, tables)
    with connect() as connection:
        rejected = connection.execute("SELECT key, reason FROM twin.reject").fetchall()
    assert rejected == [{"key": "B0-5", "reason": "The geometry is empty"}]


def test_a_value_above_what_a_goal_allows_is_not_laid_at_the_door_of_records(tmp_path: Path) -> None:
    goals = [
        {"index": "sewer_connection", "direction": "at_most", "target": 0.1},
        {"index": "green_access", "direction": "within", "target": [0.2, 0.8]},
        {"index": "road_density", "direction": "at_most", "target": 1.0, "zone_types": ["residential"]},
    ]
    _, flags, _ = scored(tmp_path, village(), profile(goal=goals))
    found = {(row["goal"], row["zone"]): row for row in flags}
    assert set(found) == {("sewer_connection", z) for z in ("Z0", "Z1")} | {("green_access", "Z0")} | {
        ("road_density", z) for z in ("Z0", "Z1")
    }
    for goal in ("sewer_connection", "green_access"):
        flag = found[goal, "Z0"]
        assert "neither better access nor more supply would lower it" in flag["evidence"]
        assert "are like the recorded ones" not in flag["evidence"]
        assert np.isnan(flag["gain_if_tidy"])


def test_the_order_of_rows_in_the_files_is_of_no_account(tmp_path: Path) -> None:
    tables = village()
    doubled_and_overlapping(tables)
    circles_of_pipes(tables)
    zones_in_zones(tables)
    tables["broadband_node"].append(tables["broadband_node"][0] | {"node_id": "A", "ports_used": 3})
    tables["green_area"].append(tables["green_area"][0] | {"green_id": "A"})
    tables["transit_stop"].append(tables["transit_stop"][0] | {"stop_id": "A"})
    found = []
    for seed in range(2):
        empty_store()
        draw = np.random.default_rng(seed)
        shuffled = {name: [rows[n] for n in draw.permutation(len(rows))] for name, rows in tables.items()}
        folder = tmp_path / str(seed)
        folder.mkdir()
        found.append(scored(folder, shuffled))
    for one, other in zip(*found, strict=True):
        assert pd.DataFrame(one).equals(pd.DataFrame(other)), pd.DataFrame(one).compare(pd.DataFrame(other))
