"""A sewer district: what is in service is told from what is planned and retired, connected from treated."""

from __future__ import annotations

import networkx as nx
import pandas as pd
import pyogrio
import pytest

from tests.conftest import realdata
from tests.pipelines.recipes.conftest import Bring, counts, one, rows

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
