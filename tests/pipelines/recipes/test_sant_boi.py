"""A sewer district: what is in service is told from what is planned and retired, connected from treated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
import pyogrio
import pytest
import shapely

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import realdata
from tests.pipelines.recipes.conftest import Bring, beside, counts, one, rows
from twin.database.cluster import Cluster
from twin.goals import Profile, load_profile
from twin.runs.engine import score

PLANT, OVERFLOWS = "236", {"240", "18967", "18888"}


@pytest.fixture
def loaded(bring: Bring) -> list[tuple[str, int, int, int]]:
    return counts(bring("sant_boi", "sant_boi_sewer"))


def flow() -> nx.DiGraph:
    """The network, each pipe an edge the way that its water goes."""
    pipes = rows("SELECT pipe_id, from_node, to_node FROM layer.sewer_pipe")
    graph = nx.DiGraph()
    graph.add_nodes_from(row["node_id"] for row in rows("SELECT node_id FROM layer.sewer_node"))
    graph.add_edges_from((row["from_node"], row["to_node"], {"pipe": row["pipe_id"]}) for row in pipes)
    return graph


def test_what_is_in_service_comes_in_and_what_is_planned_or_retired_does_not(
    loaded: list[tuple[str, int, int, int]],
) -> None:
    assert loaded == [
        ("zone", 2, 2, 0),
        ("sewer_pipe", 193, 193, 0),
        ("sewer_node", 186, 186, 0),
        ("sewer_connection", 471, 471, 0),
        ("street", 26, 26, 0),
    ]
    assert one("SELECT count(DISTINCT attributes ->> 'state') FROM layer.sewer_pipe") == 1
    assert rows("SELECT node_id FROM layer.sewer_node WHERE kind = 'treatment_plant'") == [{"node_id": PLANT}]
    assert {row["node_id"] for row in rows("SELECT node_id FROM layer.sewer_node WHERE kind = 'outfall'")} == OVERFLOWS


@pytest.mark.usefixtures("loaded")
def test_every_pipe_ends_on_its_nodes() -> None:
    gap = one(
        "SELECT max(greatest(ST_Distance(ST_StartPoint(p.geom), a.geom), ST_Distance(ST_EndPoint(p.geom), b.geom))) "
        "FROM layer.sewer_pipe AS p JOIN layer.sewer_node AS a ON a.node_id = p.from_node "
        "JOIN layer.sewer_node AS b ON b.node_id = p.to_node"
    )
    assert gap < 0.001
    for end in ("from_node", "to_node"):
        lost = f"SELECT count(*) FROM layer.sewer_pipe WHERE NOT {end} IN (SELECT node_id FROM layer.sewer_node)"
        assert one(lost) == 0
    sizes = sorted(len(part) for part in nx.weakly_connected_components(flow()))
    assert len(sizes) == 2


@pytest.mark.usefixtures("loaded")
def test_all_are_connected_and_277_of_471_are_treated() -> None:
    graph = flow()
    treated = nx.ancestors(graph, PLANT) | {PLANT}
    drained = set().union(*(nx.ancestors(graph, end) | {end} for end in OVERFLOWS)) | treated
    ends = {row["pipe_id"]: row["to_node"] for row in rows("SELECT pipe_id, to_node FROM layer.sewer_pipe")}
    pipes = [row["arc"] for row in rows("SELECT attributes ->> 'arc_id' AS arc FROM layer.sewer_connection")]
    assert len(pipes) == 471
    assert sum(ends[pipe] in drained for pipe in pipes) == 471
    assert sum(ends[pipe] in treated for pipe in pipes) == 277
    assert len(treated) == 114
    assert sum(end in treated for end in ends.values()) == 113


HOUSES = """
[[source]]
layer = "building"
path = "houses.gpkg"
[[source]]
layer = "zone"
path = "district.gpkg"
"""


@pytest.fixture
def lived_in(store: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    """The district with a house at each connection, in one zone: the file has no houses, and 13 lie in no zone."""
    folder = beside("sant_boi", "sant_boi_sewer", tmp_path / "sant_boi")
    points = pyogrio.read_dataframe(folder / "sant_boi_sewer.gpkg", layer="connec", where="state = 1")
    houses = points[["connec_id", "geometry"]].rename(columns={"connec_id": "building_id"})
    houses["geometry"] = houses.buffer(4, cap_style="square")
    pyogrio.write_dataframe(houses, folder / "houses.gpkg")
    district = gpd.GeoDataFrame({"code": ["all"]}, geometry=[shapely.box(*houses.total_bounds)], crs=houses.crs)
    pyogrio.write_dataframe(district, folder / "district.gpkg")
    with (folder / "city.toml").open("a") as recipe:
        recipe.write(HOUSES)
    load(read_recipe(folder))


def scored(goal: str) -> dict[str, Any]:
    """The last score of the zone that holds all."""
    (row,) = rows(f"SELECT * FROM twin.score WHERE zone = 'all' AND goal = '{goal}' ORDER BY run_id DESC LIMIT 1")
    return row


@pytest.mark.usefixtures("lived_in")
def test_the_scores_are_471_of_471_connected_and_277_of_471_treated() -> None:
    score(load_profile("sewer_district"))
    connected, treated = scored("sewer_connection"), scored("sewer_treatment")
    assert (connected["value"], connected["n"], connected["parts"]["connected"]) == (1, 471, 471)
    assert (treated["value"], treated["n"], treated["parts"]["low"]) == (277 / 471, 471, 277 / 471)
    ends = {name: treated["parts"][name] for name in ("connected", "to_plant", "to_outfall", "to_nowhere", "no_pipe")}
    assert ends == {"connected": 471, "to_plant": 277, "to_outfall": 194, "to_nowhere": 0, "no_pipe": 0}


@pytest.mark.usefixtures("lived_in")
def test_at_30_m_only_connections_that_lie_so_near_to_a_pipe_are_seen_to_be_treated() -> None:
    outline = load_profile("xiongan_2035")
    goals = tuple(goal for goal in outline.goal if goal.index.startswith("sewer_"))
    score(Profile(name="sewers", year=2035, goal=goals))
    assert scored("sewer_connection")["value"] == 1
    treated = scored("sewer_treatment")["parts"]
    assert (treated["to_plant"], treated["to_outfall"], treated["no_pipe"]) == (186, 193, 92)


@pytest.mark.usefixtures("loaded")
def test_without_houses_there_is_no_share_but_the_premises_are_told() -> None:
    score(load_profile("sewer_district"))
    told = rows(
        "SELECT sum((parts ->> 'connected')::float8) AS all_zones, bool_and(value IS NULL) AS none, reason "
        "FROM twin.score GROUP BY goal, reason"
    )
    assert told == [{"all_zones": 458, "none": True, "reason": "Nothing is loaded in the layer building"}] * 2


@pytest.mark.usefixtures("loaded")
def test_sections_become_diameters_and_pumped_pipes_are_told_apart() -> None:
    file = realdata("sant_boi_sewer")
    pipes = pyogrio.read_dataframe(file / "sant_boi_sewer.gpkg", layer="arc", read_geometry=False).set_index("arc_id")
    heights = pd.read_csv(file / "arc_catalogue.csv").set_index("arccat_id")["geom1_m"]
    for row in rows("SELECT pipe_id, diameter_mm, kind, slope FROM layer.sewer_pipe"):
        pipe = pipes.loc[row["pipe_id"]]
        height = 1000 * heights[pipe["arccat_id"]]
        assert row["diameter_mm"] == (pytest.approx(height) if height else None)
        assert row["kind"] == ("force_main" if pipe["arc_type"] == "PUMP_PIPE" else "combined")
        assert row["slope"] == (None if pd.isna(pipe["sys_slope"]) else pipe["sys_slope"])
    # Of the four pipes that rise, one is retired.
    assert one("SELECT count(*) FROM layer.sewer_pipe WHERE slope < 0") == 3
