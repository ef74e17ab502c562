"""Sewers near a zone: pipes that lead to a plant, and the way of those that do not to where they end."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from dashboards.evidence.supply import Asked, Feature, SupplyEvidence
from dashboards.server.memory import Memory
from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.evidence import shapes_of, zone_shape
from twin.database.features import all_features
from twin.database.tiles import layer_version
from twin.discover import discover
from twin.index import CityFacts
from twin.networks.network import Network
from twin.networks.sewer import Sewer

NEAR_M = 60.0
LAYERS = ("sewer_pipe", "sewer_node")
_kept: Memory[Sewer] = Memory(1)


def _read(connection: Connection, asked: Asked) -> list[Feature]:
    zone = zone_shape(connection, asked.zone)
    sewer = _sewer(connection)
    if zone is None or not len(sewer):
        return []
    near = np.flatnonzero(shapely.dwithin(sewer.pipes.geometry, zone, NEAR_M))
    lost = near[~sewer.reaches_plant[near]]
    way = downstream(sewer, lost)
    shapes = shapes_of(connection, "sewer_pipe", [int(each) for each in sewer.pipes.ids[np.union1d(near, way)]])
    served = [Feature("pipe", shapes[int(each)]) for each in sewer.pipes.ids[np.setdiff1d(near, way)]]
    dead = [Feature("pipe-lost", shapes[int(each)]) for each in sewer.pipes.ids[way]]
    return [*served, *dead, *_ends(connection, sewer, way[sewer.after[way] < 0], shapes, asked)]


def downstream(sewer: Sewer, pipes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Positions of pipes and of all that follow on their traces, each once."""
    seen = np.zeros(len(sewer), dtype=bool)
    front = np.asarray(pipes, dtype=np.int64)
    while len(front):
        seen[front] = True
        following = sewer.after[front]
        front = np.unique(following[following >= 0])
        front = front[~seen[front]]
    return np.flatnonzero(seen)


def _ends(
    connection: Connection, sewer: Sewer, last: np.ndarray[Any, Any], shapes: dict[int, Any], asked: Asked
) -> list[Feature]:
    known = sewer.end[last] >= 0
    nodes = sewer.nodes.ids[sewer.end[last[known]]]
    places = shapes_of(connection, "sewer_node", [int(each) for each in nodes])
    names = sewer.pipes.words("pipe_id")
    found = []
    for at in last:
        node = sewer.end[at]
        # Where the layer of nodes lacks the node, the pipe's own end stands in.
        place = places[int(sewer.nodes.ids[node])] if node >= 0 else _last_point(shapes[int(sewer.pipes.ids[at])])
        label = asked.say(f"evidence.pipe_{sewer.ends[at]}")
        found.append(Feature("pipe-end", place, None, str(names[at]), label, 1))
    return found


def _last_point(line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": shapely.get_coordinates(shapely.geometry.shape(line))[-1].tolist()}


def _sewer(connection: Connection) -> Sewer:
    versions = tuple(layer_version(connection, name) for name in LAYERS)

    def build() -> Sewer:
        layers = discover("layers", Layer)
        city = CityFacts(rows={}, dwellings_known=False, reference_date=np.datetime64("NaT", "D"))
        read = {name: all_features(connection, layers[name]) for name in LAYERS}
        sewer: Sewer = discover("twin.networks", Network)["sewer"].build(read, city)
        return sewer

    return _kept.get(versions, build)


sewer_pipe = SupplyEvidence("sewer_pipe", _read)
