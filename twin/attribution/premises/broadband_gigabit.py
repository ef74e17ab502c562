"""Gigabit broadband: records of speed at each building, nodes with their reach and their ports."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from twin.attribution.premise import Demand, PremiseRows, premise_model
from twin.attribution.records import fresh_and_covered, nearest_building, not_old
from twin.attribution.rows import building_premises, premise_rows, zone_of_building
from twin.batch import Batch, BoolArray, CityFacts, Features, FloatArray, IntArray
from twin.spatial.access import building_centroids, street_nodes
from twin.spatial.graph import GRAPH, Graph, Positions
from twin.spatial.membership import building_points, held_by
from twin.spatial.places import DRIFT_M, replaced
from twin.spatial.sight import FARTHEST_M, Sight, look
from twin.spatial.street_access import ACCESS_REACH_M

DETOUR, LEAD_IN_M = 1.35, 30.0
"""An ordinary way is 1.35 times the straight line, and 30 m from the street into the house."""
USUAL_REACH_M = 500.0
FULL = 0.95
NEIGHBOURS = 8
NODE = "broadband_node"
"""How it is noted how far nodes were looked for."""


@dataclass(frozen=True)
class Nodes:
    """Nodes in service: id, place, reach in metres, ports in all and in use (NaN unknown).

    ``metres`` and ``source`` say for each node of the street network how far along the streets the nearest of them is,
    and which.
    """

    ids: IntArray
    xy: FloatArray
    reach_m: FloatArray
    ports_total: FloatArray
    ports_used: FloatArray
    metres: FloatArray
    source: Positions

    @property
    def full(self) -> BoolArray:
        """Nodes of whose ports 95 % or more are in use."""
        return np.asarray(self.ports_used >= FULL * self.ports_total)

    @functools.cached_property
    def tree(self) -> cKDTree[None]:
        """The nodes, found by place."""
        return cKDTree(self.xy)


@premise_model(
    layers={"building": ACCESS_REACH_M, "broadband_coverage": DRIFT_M},
    supply="broadband_node",
    networks=("streets", "ways"),
    words={
        "en": {"node": "node", "nodes": "nodes", "spare": "with free ports", "full": "which is full"},
        "zh": {"node": "光交节点", "nodes": "节点", "spare": "端口有余", "full": "端口已满"},
    },
)
def broadband_gigabit(batch: Batch, prepared: Nodes, *, min_down_mbps: float = 1000.0, **_: object) -> PremiseRows:
    """Coverage records that are not old, at the footprint that holds them or the nearest within 50 m; records of areas
    at the buildings inside.

    Supply: nodes in service but base stations. Reach = the least of the network distance to the nearest node and, of
    each node, 1.35 × straight line + 30 m, by the node's design reach (missing: the median of the others, else 500 m).
    Capacity: 1, or ports / premises of the node's catchment where 95 % of its ports are in use. Premises whose way
    along the streets alone passes the reach are hindered, not without supply.
    """
    premises = building_premises(batch)
    fresh, covered = _coverage(batch, premises, min_down_mbps)
    reach, network, node = _reach(batch, prepared)
    return premise_rows(batch, fresh=fresh, covered=covered, reach=reach, network=network, node=node)


@broadband_gigabit.prepare
def _nodes(layers: Mapping[str, Features], networks: Mapping[str, Any], city: CityFacts, **_: object) -> Nodes:  # noqa: ARG001
    rows = layers["broadband_node"]
    status, kind = rows.words("status"), rows.words("kind")
    serving = np.array([s in (None, "in_service") for s in status], dtype=bool) & (kind != "base_station")
    rows = rows.take(serving)
    reach = rows.numbers("design_reach_m")
    known = reach[np.isfinite(reach)]
    reach = np.where(np.isnan(reach), np.median(known) if len(known) else USUAL_REACH_M, reach)
    xy = shapely.get_coordinates(rows.geometry)
    graph: Graph = networks["streets"]
    start, hop = graph.nearest_node(xy)
    metres, source = graph.nearest_source(start)
    reached = source >= 0
    metres[reached] += hop[source[reached]]
    return Nodes(rows.ids, xy, reach, rows.numbers("ports_total"), rows.numbers("ports_used"), metres, source)


@broadband_gigabit.seen
def _seen(prepared: Nodes, networks: Mapping[str, Any]) -> list[Sight]:
    """Nodes with their reach, and of each node of the streets the way to the nearest. Ports are of the whole city."""
    graph: Graph = networks["streets"]
    source = prepared.source
    ids, reach = np.append(prepared.ids, -1)[source], np.append(prepared.reach_m, np.nan)[source]
    return [
        Sight.of_points(NODE, prepared.xy, prepared.ids, prepared.reach_m),
        Sight.of_points(GRAPH, graph.xy, prepared.metres, ids, reach),
    ]


@broadband_gigabit.capacity
def _capacity(demand: Demand, prepared: Nodes, **_: object) -> FloatArray:
    at = pd.Index(prepared.ids).get_indexer(pd.Index(demand.node))
    total = np.append(prepared.ports_total, np.nan)[at]
    ports = np.divide(total, demand.premises, out=np.ones(len(demand)), where=demand.premises > 0)
    return np.where(np.append(prepared.full, False)[at], np.minimum(ports, 1.0), 1.0)


def _coverage(batch: Batch, premises: FloatArray, min_down_mbps: float) -> tuple[FloatArray, FloatArray]:
    rows, buildings = batch.layer("broadband_coverage"), batch.layer("building")
    gone = replaced(rows, batch.zones.geometry, date="surveyed_on", speed="max_down_mbps")
    counts = not_old(rows, "surveyed_on", batch.city)
    fast = rows.numbers("max_down_mbps") >= min_down_mbps
    points = np.flatnonzero((shapely.get_dimensions(rows.geometry) == 0) & counts)
    point, building = nearest_building(rows.geometry[points], batch)
    row, zone = points[point], zone_of_building(batch)[building]
    stands = (zone >= 0) & gone.stands(row, zone)
    row, building = row[stands], building[stands]
    recorded = np.nan_to_num(rows.numbers("premises")[row])
    areas = np.flatnonzero((shapely.get_dimensions(rows.geometry) == 2) & counts)
    inside, area = held_by(building_points(batch), rows.geometry[areas])
    best = np.zeros(len(buildings), dtype=bool)
    np.logical_or.at(best, inside, fast[areas[area]])
    inside = np.unique(inside)
    return fresh_and_covered(
        premises,
        np.concatenate([building, inside]),
        np.concatenate([recorded, premises[inside]]),
        np.concatenate([recorded * fast[row], premises[inside] * best[inside]]),
    )


def _reach(batch: Batch, nodes: Nodes) -> tuple[FloatArray, FloatArray, IntArray]:
    """Reach in ordinary terms, by the network alone, and the id of the node, of each building."""
    xy = building_centroids(batch)
    none = np.full(len(xy), np.inf)
    if not len(nodes.ids) or not len(xy):
        look(NODE, FARTHEST_M)
        return none, none.copy(), np.full(len(xy), -1, dtype=np.int64)
    graph: Graph = batch.networks["streets"]
    street_node, hop = street_nodes(batch)
    source = np.where(street_node >= 0, nodes.source[street_node] if len(graph) else -1, -1)
    network = none.copy()
    on = source >= 0
    network[on] = _by_reach(nodes.metres[street_node[on]] + hop[on], nodes.reach_m[source[on]])
    count = min(NEIGHBOURS, len(nodes.ids))
    metres, near = map(np.asarray, nodes.tree.query(xy, k=[*range(1, count + 1)]))
    look(NODE, metres[:, -1] if count == NEIGHBOURS else FARTHEST_M)
    ratio = _by_reach(DETOUR * metres + LEAD_IN_M, nodes.reach_m[near])
    best = ratio.argmin(axis=1)
    straight = ratio[np.arange(len(xy)), best]
    nearest = np.where(network < straight, source, near[np.arange(len(xy)), best])
    reach = np.minimum(network, straight)
    return reach, network if len(graph) else reach, nodes.ids[nearest]


def _by_reach(metres: FloatArray, reach_m: FloatArray) -> FloatArray:
    """Metres by reach; a node that reaches nothing is out of reach of all."""
    ratio = np.full(metres.shape, np.inf)
    np.divide(metres, reach_m, out=ratio, where=reach_m > 0)
    return ratio
