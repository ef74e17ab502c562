"""Metrics against slow peers: momepy for cells, alignment, distances; osmnx for directions; networkx for dead ends."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import momepy
import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import pyogrio
import pytest
import shapely
from libpysal.graph import Graph as Contiguity
from shapely import affinity
from towns import Town, batch_of, curved, informal, organic, planned

from twin.batch import Batch, CityFacts, Features
from twin.discover import discover
from twin.messiness.measure import METRICS, messiness
from twin.messiness.metric import Metric
from twin.messiness.metrics.building_alignment import NEIGHBOUR_M, mean_deviation, orientation
from twin.networks.ways import ways
from twin.spatial.membership import building_points

METRIC = discover(METRICS, Metric)
LAS_PALMAS = Path(__file__).resolve().parents[3] / "../shared/realdata/las_palmas"


def per_building(name: str, batch: Batch) -> np.ndarray:
    parts = METRIC[name].parts(batch)
    found = np.full(len(batch.layer("building")), np.nan)
    found[parts.unit] = parts.amounts[:, 0]
    return found


def peels(town: Town) -> np.ndarray:
    """k of each building by momepy's tessellation of the blocks between usable streets; NaN outside of blocks."""
    houses = gpd.GeoSeries(town.houses, crs=3857)
    streets = shapely.union_all([line for line, _, width in town.ways if width >= 3.5])
    blocks = gpd.GeoSeries(list(shapely.get_parts(shapely.polygonize([streets]))), crs=3857)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cells = momepy.enclosed_tessellation(houses, blocks, simplify=False, n_jobs=1)
    cells = cells[cells.index >= 0]
    shapes, block = cells.geometry.to_numpy(), cells["enclosure_index"].to_numpy()
    # Cells meet with gaps by rounding: 5 cm.
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.05)
    same = (one != other) & (block[one] == block[other])
    graph = nx.Graph([*zip(one[same].tolist(), other[same].tolist(), strict=True)])
    graph.add_nodes_from(range(len(cells)))
    first = set(np.flatnonzero(shapely.dwithin(shapes, streets, 0.05)).tolist())
    found = np.full(len(town.houses), np.nan)
    for cell, rows in nx.multi_source_dijkstra_path_length(graph, first, weight=None).items():
        found[cells.index[cell]] = rows + 1
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_complexity_of_informal_blocks_is_nearly_that_of_momepy_s_tessellation(seed: int) -> None:
    town = informal(seed)
    ours, slow = per_building("block_complexity", batch_of(town)), peels(town)
    assert np.isfinite(slow).all() and np.isfinite(ours).all()
    assert ours.mean() == pytest.approx(slow.mean(), rel=0.06)
    assert (ours >= 3).mean() == pytest.approx((slow >= 3).mean(), abs=0.04)
    assert (ours == slow).mean() > 0.83
    assert np.corrcoef(ours, slow)[0, 1] > 0.94
    assert (np.abs(ours - slow) <= 1).mean() > 0.985
    assert ((ours == 1) == (slow == 1)).mean() > 0.96


@pytest.mark.parametrize("town", [planned(), curved(), organic(0)], ids=["planned", "curved", "organic"])
def test_the_complexity_of_served_blocks_is_one_as_by_momepy_s_tessellation(town: Town) -> None:
    ours, slow = per_building("block_complexity", batch_of(town)), peels(town)
    inside = np.isfinite(slow)
    assert inside.mean() > 0.8
    assert set(slow[inside]) == set(ours[inside]) == {1}


def neighbours_of(batch: Batch) -> tuple[np.ndarray, Contiguity]:
    xy = shapely.get_coordinates(building_points(batch))
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    near = (apart <= NEIGHBOUR_M) & ~np.eye(len(xy), dtype=bool)
    one, other = np.nonzero(near)
    graph = Contiguity.from_arrays(one, other, np.ones(len(one)))
    return np.column_stack([one, other])[one < other], graph


def turned(seed: int) -> Town:
    """Houses turned by 2 to 43°: there momepy's folded angles and ours are the same."""
    rng = np.random.default_rng(seed)
    flat = planned()
    angles = rng.uniform(2, 43, len(flat.houses))
    return Town([affinity.rotate(*each) for each in zip(flat.houses, angles, strict=True)], flat.ways)


@pytest.mark.parametrize("seed", range(3))
def test_alignment_equals_momepy_on_the_same_graph(seed: int) -> None:
    batch = batch_of(turned(seed))
    houses = gpd.GeoSeries(batch.layer("building").geometry)
    _, graph = neighbours_of(batch)
    theirs = momepy.orientation(houses)
    np.testing.assert_allclose(orientation(houses.to_numpy()), theirs, atol=1e-6)
    np.testing.assert_allclose(per_building("building_alignment", batch), momepy.alignment(theirs, graph), atol=1e-6)


def test_deviation_equals_momepy_for_any_graph() -> None:
    rng = np.random.default_rng(8)
    degrees = pd.Series(rng.uniform(0, 45, 300))
    pairs = np.unique(np.sort(rng.integers(0, 300, (900, 2)), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    graph = Contiguity.from_arrays(both[:, 0], both[:, 1], np.ones(len(both)))
    graph = graph.assign_self_weight(0) if graph.unique_ids.size < 300 else graph
    found = mean_deviation(degrees.to_numpy(), pairs)
    theirs = momepy.alignment(degrees[graph.unique_ids], graph)
    np.testing.assert_allclose(found[theirs.index], theirs, atol=1e-9)


def test_angles_do_not_depend_on_the_axes() -> None:
    # 2° and 88° are 4° apart: folded to the axes they would seem to be in line.
    assert mean_deviation(np.array([2.0, 88.0]), np.array([[0, 1]])).tolist() == [4, 4]
    assert np.isnan(mean_deviation(np.array([2.0, np.nan, 5.0]), np.array([[0, 1]]))).all()


def directions(batch: Batch) -> tuple[nx.MultiGraph, int]:
    """The ways of the zone as osmnx wants them, with bearings."""
    graph = batch.networks["ways"].graph
    slow, lengths = nx.MultiGraph(crs="EPSG:4326"), graph.lengths()
    (zone,) = batch.zones.geometry
    for one in range(len(graph)):
        for at in range(graph.starts[one], graph.starts[one + 1]):
            other = int(graph.neighbours[at])
            middle = shapely.Point((graph.xy[one] + graph.xy[other]) / 2)
            if one < other and shapely.contains(zone, middle):
                east, north = graph.xy[other] - graph.xy[one]
                bearing = float(np.degrees(np.arctan2(east, north)) % 360)
                slow.add_edge(one, other, length=float(lengths[at]), bearing=bearing)
    return slow, slow.number_of_edges()


@pytest.mark.parametrize(("form", "seed"), [("organic", 0), ("organic", 3), ("curved", 0), ("informal", 2)])
def test_orientation_disorder_equals_osmnx(form: str, seed: int) -> None:
    town = curved() if form == "curved" else (organic if form == "organic" else informal)(seed)
    # The zone is drawn a little wider, so that no street runs along its border.
    batch = batch_of(
        town.moved(lambda each: affinity.rotate(each, 3.7, origin=(0, 0))), zones=[shapely.box(-50, -50, 450, 450)]
    )
    slow, count = directions(batch)
    entropy = osmnx.bearing.orientation_entropy(slow, num_bins=36, weight="length")
    parts = METRIC["orientation_disorder"].parts(batch)
    sums, found = parts.sums(1)
    phi = 1 - ((entropy - np.log(4)) / (np.log(36) - np.log(4))) ** 2
    assert found.tolist() == [count]
    value = METRIC["orientation_disorder"].value_of(sums, found.astype(float))
    assert value[0] == pytest.approx(1 - phi if entropy > np.log(4) else 0, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_dead_ends_equal_networkx(seed: int) -> None:
    batch = batch_of(informal(seed), zones=[shapely.box(-1, -1, 361, 361)])
    graph = batch.networks["ways"].graph
    slow = nx.from_scipy_sparse_array(graph.matrix)
    degrees = np.array([degree for _, degree in slow.degree])
    found = messiness(batch)
    assert found.counts["dead_ends"].tolist() == [(degrees != 2).sum()]
    assert found.metrics["dead_ends"][0] == pytest.approx((degrees == 1).sum() / (degrees != 2).sum())


@pytest.mark.parametrize("seed", range(3))
def test_spacing_equals_momepy_s_distances_between_points(seed: int) -> None:
    batch = batch_of(informal(seed))
    points = gpd.GeoSeries(building_points(batch))
    nearest = Contiguity.build_knn(points, k=1)
    metres = momepy.neighbor_distance(points, nearest)
    found = messiness(batch).metrics["spacing"][0]
    assert found == pytest.approx(metres.std(ddof=0) / metres.mean(), abs=1e-9)


@pytest.mark.skipif(not LAS_PALMAS.is_dir(), reason="real data of Las Palmas is not beside the project")
def test_planned_quarters_of_las_palmas_are_tidy() -> None:
    pbf = LAS_PALMAS / "las_palmas_20230221.osm.pbf"
    area = (-15.44, 28.09, -15.41, 28.12)
    lines = pyogrio.read_dataframe(pbf, layer="lines", columns=["highway"], bbox=area)
    lines = lines[lines["highway"].notna()].to_crs(4083)
    houses = pyogrio.read_dataframe(pbf, layer="multipolygons", columns=["building"], bbox=area, on_invalid="ignore")
    houses = houses[houses["building"].notna() & houses.geometry.notna()].to_crs(4083)
    layers = {
        "building": Features.of(houses.geometry.to_numpy()),
        "street": Features.of(
            lines.geometry.to_numpy(), street_id=lines.index.astype(str), road_class=lines["highway"].to_numpy()
        ),
    }
    city = CityFacts.of(layers, "2025-06-30")
    zone = Features.of([shapely.box(*lines.total_bounds)], code=["LP"])
    found = messiness(Batch(zone, layers, city, {"ways": ways.build(layers, city)}))
    assert found.n[0] > 1000
    assert found.value[0] < 0.2
    assert 1 < found.metrics["block_complexity"][0] < 1.4
