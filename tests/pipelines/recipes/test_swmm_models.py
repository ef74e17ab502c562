"""Models of sewer networks: units and coordinates become metres, whatever the model counts in."""

from __future__ import annotations

import networkx as nx
import pytest

from tests.pipelines.recipes.conftest import Bring, counts, one, rows


def network() -> nx.DiGraph:
    pipes = rows("SELECT from_node, to_node FROM layer.sewer_pipe")
    return nx.DiGraph([(row["from_node"], row["to_node"]) for row in pipes])


def test_all_nodes_of_bellinge_reach_the_outfall(bring: Bring) -> None:
    found = counts(bring("bellinge", "swmm_inp"))
    assert found == [("zone", 13, 13, 0), ("sewer_node", 16, 16, 0), ("sewer_pipe", 15, 15, 0)]
    kinds = {row["kind"]: row["n"] for row in rows("SELECT kind, count(*) AS n FROM layer.sewer_node GROUP BY kind")}
    assert kinds == {"storage": 15, "outfall": 1}
    outfall = one("SELECT node_id FROM layer.sewer_node WHERE kind = 'outfall'")
    assert len(nx.ancestors(network(), outfall)) == 15
    # Metric model: pipes are as long on the map as the model says, and the ground is that of Denmark.
    assert one("SELECT max(abs(ST_Length(geom) - (attributes ->> 'length_m')::float8)) FROM layer.sewer_pipe") < 5
    assert one("SELECT max(invert_m) FROM layer.sewer_node") < 171
    nodes = "layer.sewer_node AS n JOIN layer.zone AS z ON ST_DWithin(z.geom, n.geom, 20)"
    assert one(f"SELECT count(DISTINCT n.id) FROM {nodes}") >= 13


def test_a_model_in_feet_becomes_metres(bring: Bring) -> None:
    outcomes = bring("philadelphia", "swmm_inp")
    assert counts(outcomes) == [("sewer_node", 45, 45, 0), ("sewer_pipe", 44, 44, 0)]
    assert [each.outside for each in outcomes] == [45, 44]
    kinds = {row["kind"]: row["n"] for row in rows("SELECT kind, count(*) AS n FROM layer.sewer_node GROUP BY kind")}
    assert kinds == {"junction": 31, "storage": 13, "outfall": 1}
    on_the_map = one("SELECT sum(ST_Length(geom)) FROM layer.sewer_pipe")
    said = one("SELECT sum((attributes ->> 'length_m')::float8) FROM layer.sewer_pipe")
    assert on_the_map == pytest.approx(said, rel=0.25)
    assert one("SELECT max(diameter_mm) FROM layer.sewer_pipe") < 5000
