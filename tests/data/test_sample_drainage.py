"""The sample city's drainage and buses: pipes that join and fall, trunks that carry, stops on streets."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.sewer_node import sewer_node
from layers.sewer_pipe import sewer_pipe

CITY = Path(__file__).resolve().parents[2] / "data" / "sample_city"
SEWAGE = ("污水", "合流", "压力")
UNDER_PRESSURE = ("压力", "再生水")


@pytest.fixture(scope="module")
def pipes() -> gpd.GeoDataFrame:
    """The sound pipes, by the layer's names."""
    table = gpd.read_file(CITY / "drainage.gpkg", layer="guandao")
    return named(table[table["起点"].notna() & (table["管径"] <= 20_000)], sewer_pipe.id)


@pytest.fixture(scope="module")
def nodes() -> gpd.GeoDataFrame:
    """The sound nodes, by the layer's names and their key."""
    table = gpd.read_file(CITY / "drainage.gpkg", layer="jing")
    sound = table[table["类型"] != "化粪池"].drop_duplicates("井编号")
    return named(sound, sewer_node.id).set_index("node_id")


@pytest.fixture(scope="module")
def flow(pipes: gpd.GeoDataFrame) -> nx.DiGraph:
    """The sewers as a graph in the direction of flow."""
    sewage = pipes[pipes["kind"].isin(SEWAGE)]
    return nx.DiGraph(zip(sewage["from_node"], sewage["to_node"], strict=True))


def named(table: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """The table with the recipe's names for its columns."""
    recipe = tomllib.loads((CITY / "city.toml").read_text(encoding="utf-8"))
    columns = next(s["columns"] for s in recipe["source"] if s["layer"] == layer)
    return table.rename(columns={old: new for new, old in columns.items()}).reset_index(drop=True)


def test_every_pipe_ends_exactly_on_the_two_nodes_that_it_names(pipes, nodes):
    for name, which in (("from_node", 0), ("to_node", -1)):
        ends = shapely.get_point(pipes.geometry.to_numpy(), which)
        spots = nodes.geometry.reindex(pipes[name]).to_numpy()
        assert (shapely.distance(ends, spots) == 0).all()
    assert shapely.is_valid(pipes.geometry.to_numpy()).all()
    assert pipes["pipe_id"].is_unique


def test_sewage_flows_in_trees_and_never_in_a_circle(flow):
    assert nx.is_directed_acyclic_graph(flow)
    assert max(d for _, d in flow.out_degree()) == 1


def test_most_pipes_lead_to_the_one_plant_some_to_the_river_and_some_to_nowhere(flow, nodes, pipes):
    kinds = nodes["kind"]
    assert (kinds == "污水处理厂").sum() == 1
    lasts = [n for n in flow if flow.out_degree(n) == 0]
    by_end: dict[str, int] = {}
    for last in lasts:
        by_end[kinds[last]] = by_end.get(kinds[last], 0) + len(nx.ancestors(flow, last))
    assert sorted(kinds[n] for n in lasts) == sorted(["污水处理厂", *["排放口"] * 3, *["检查井"] * 3])
    assert by_end["污水处理厂"] > 10 * by_end["排放口"] > 0
    assert by_end["污水处理厂"] > 10 * by_end["检查井"] > 0
    effluent = pipes[pipes["kind"] == "再生水"]
    assert kinds[effluent["from_node"]].tolist() == ["污水处理厂"]


def test_the_south_bank_is_pumped_over_a_bridge(pipes, nodes):
    main = pipes[pipes["kind"] == "压力"]
    river = gpd.read_file(CITY / "water.geojson").to_crs("EPSG:4547").query("kind == 'river'").union_all()
    crossing = pipes[pipes["kind"].isin(SEWAGE) & pipes.crosses(river) & (pipes.intersection(river).length > 30)]
    assert set(crossing["pipe_id"]) <= set(main["pipe_id"])
    assert len(crossing) >= 1
    assert (nodes["kind"] == "泵站").sum() == 1


def test_pipes_fall_as_their_slope_says_and_lie_under_the_ground(pipes, nodes):
    falling = pipes[~pipes["kind"].isin(UNDER_PRESSURE)]
    invert = nodes["invert_m"]
    fall = invert[falling["from_node"]].to_numpy() - invert[falling["to_node"]].to_numpy()
    assert (falling["slope"] > 0).all() and falling["slope"].max() < 0.02
    assert (fall >= falling["slope"] * falling.length - 0.02).all()
    depth = nodes["ground_m"] - nodes["invert_m"]
    assert depth.min() > 1 and depth.max() < 12
    assert pipes.loc[pipes["kind"].isin(UNDER_PRESSURE), "slope"].isna().all()


def test_diameters_never_shrink_downstream_but_in_trunks_that_are_too_small(pipes):
    sewage = pipes[pipes["kind"].isin(SEWAGE)].set_index("from_node")
    after = sewage["diameter_mm"].reindex(sewage["to_node"]).to_numpy()
    shrinks = after < sewage["diameter_mm"].to_numpy()
    assert set(after[shrinks]) == {150.0}
    assert 3 <= (sewage["diameter_mm"] == 150).sum() < 40


def test_storm_pipes_touch_no_sewage_and_end_at_outfalls_of_their_own(pipes, nodes):
    storm, sewage = pipes[pipes["kind"] == "雨水"], pipes[pipes["kind"].isin(SEWAGE)]
    mine = {*storm["from_node"], *storm["to_node"]}
    assert not mine & {*sewage["from_node"], *sewage["to_node"]}
    last = set(storm["to_node"]) - set(storm["from_node"])
    assert set(nodes["kind"][sorted(last)]) == {"排放口"}
    assert len(storm) > 100


def test_the_plant_has_room_for_the_sewage_of_the_city(nodes):
    plant = nodes[nodes["kind"] == "污水处理厂"].iloc[0]
    zones = gpd.read_file(CITY / "planning.gpkg", layer="zones")
    assert 0.7 * zones["population"].sum() < plant["load_m3d"] / 0.2 < zones["population"].sum()
    assert plant["capacity_m3d"] > plant["load_m3d"]


def test_broken_rows_of_the_drainage_office_are_where_the_readme_says(pipes, nodes):
    text = (CITY / "README.md").read_text(encoding="utf-8").split("## Broken rows")[1].split("## Planted")[0]
    rows = [[c.strip() for c in line.strip("|").split("|")][:2] for line in text.splitlines() if line[:1] == "|"]
    all_pipes = gpd.read_file(CITY / "drainage.gpkg", layer="guandao").set_index("编号")
    all_nodes = gpd.read_file(CITY / "drainage.gpkg", layer="jing").set_index("井编号")
    houses = pd.read_csv(CITY / "house_connections.csv", encoding="gb18030").set_index("编号")
    wide, rootless = (key for file, key in rows if file.endswith("guandao"))
    tank, copy = (key for file, key in rows if file.endswith("jing"))
    swapped, negative, unsure = (key for file, key in rows if file.startswith("house"))
    assert all_pipes["管径"][wide] == all_pipes["管径"].max() == 300_000
    assert pd.isna(all_pipes["起点"][rootless]) and all_pipes["起点"].isna().sum() == 1
    assert all_nodes["类型"][tank] == "化粪池" and len(all_nodes.loc[[copy]]) == 2
    assert houses["X"][swapped] > 4_000_000 and houses["户数"][negative] == -1 and houses["已接入"][unsure] == "待查"
    assert (len(all_pipes), len(all_nodes)) == (len(pipes) + 2, len(nodes) + 2)


def test_a_connection_stands_at_its_house_and_speaks_of_its_homes():
    houses = pd.read_csv(CITY / "house_connections.csv", encoding="gb18030").iloc[:-3].set_index("编号")
    buildings = gpd.read_file(CITY / "buildings.shp", encoding="gb18030").set_index("BIANHAO").set_crs("EPSG:4547")
    its = buildings[~buildings.index.duplicated()].loc[houses.index.str.replace("JH", "B")]
    spots = shapely.points(houses[["X", "Y"]].to_numpy())
    assert (its["HUSHU"].to_numpy() == houses["户数"].to_numpy()).all()
    assert shapely.distance(spots, its.geometry.to_numpy()).max() < 1.2
    nearest = shapely.STRtree(buildings.geometry.to_numpy()).nearest(spots)
    assert (buildings.index[nearest] == its.index).all()
    assert set(houses["已接入"]) == {"是", "否"}


def test_stops_stand_on_streets_and_buses_come_now_and_then():
    stops = pd.read_csv(CITY / "bus_stops.csv")
    spots = gpd.GeoSeries(gpd.points_from_xy(stops["lon"], stops["lat"]), crs="EPSG:4326").to_crs("EPSG:4547")
    streets = gpd.read_file(CITY / "planning.gpkg", layer="streets").union_all()
    assert spots.distance(streets).max() < 1.1
    assert stops["stop_id"].is_unique and stops["headway_min"].between(4, 30).all()
    near = shapely.STRtree(spots.to_numpy()).query(spots.to_numpy(), predicate="dwithin", distance=20.0)
    assert (near[0] == near[1]).all()
    assert np.isin(stops["vehicle"], ["bus", "minibus"]).all() and (stops["vehicle"] == "minibus").sum() == 6
