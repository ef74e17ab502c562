"""Ways on foot and by wheel in a planted city: an own graph of the streets, and what reaches each house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from twin.batch import BoolArray, FloatArray, Geometries, IntArray

ON_FOOT_ONLY = ("path", "footway", "steps")
SERVICE_WIDTH_M = 3.5


@dataclass(frozen=True)
class Ways:
    """The largest connected part of some streets: nodes ``xy`` and lengths between neighbours."""

    xy: FloatArray
    lengths: csr_array[Any, Any]

    @classmethod
    def of(cls, lines: Geometries, step_m: float = 25.0) -> Ways:
        """Cut where lines meet, and into pieces of at most ``step_m``."""
        parts = shapely.segmentize(shapely.get_parts(shapely.union_all(lines)), step_m)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        places, node = np.unique(np.round(xy, 3), axis=0, return_inverse=True)
        node = node.ravel()
        joined = part[1:] == part[:-1]
        ends = np.sort(np.column_stack([node[:-1][joined], node[1:][joined]]), axis=1)
        ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
        metres = np.hypot(*(places[ends[:, 0]] - places[ends[:, 1]]).T)
        both = (np.concatenate([metres, metres]), (ends.T.ravel(), ends[:, ::-1].T.ravel()))
        whole = csr_array(coo_array(both, shape=(len(places), len(places))))
        _, label = connected_components(whole, directed=False)
        kept = np.flatnonzero(label == np.bincount(label).argmax())
        return cls(places[kept], csr_array(whole[kept][:, kept]))

    def metres_from(self, sources: IntArray) -> FloatArray:
        """To every node from the nearest source; inf where there is none."""
        if len(sources) == 0:
            return np.full(len(self.xy), np.inf)
        return np.asarray(dijkstra(self.lengths, indices=np.unique(sources), min_only=True))

    def nearest(self, xy: FloatArray) -> tuple[FloatArray, IntArray]:
        """Metres to the nearest node, and which."""
        metres, node = cKDTree(self.xy).query(xy)
        return np.asarray(metres), np.asarray(node)

    def walk(self, sources: IntArray, xy: FloatArray) -> FloatArray:
        """Metres from places to the nearest source, straight to the nearest node first."""
        hop, node = self.nearest(xy)
        return np.asarray(hop + self.metres_from(sources)[node])


def usable(streets: pd.DataFrame) -> BoolArray:
    """Streets that a crew with a van can use, by what they really are."""
    wheels = ~streets["road_class"].isin(ON_FOOT_ONLY).to_numpy()
    return np.asarray(wheels & (streets["width"].to_numpy() >= SERVICE_WIDTH_M))


def access_of(houses: pd.DataFrame, streets: pd.DataFrame) -> pd.DataFrame:
    """How each house is really reached.

    ``gap_m`` to the nearest street that a van can use, ``depth`` = other houses in between, ``lane_m`` = width
    of the widest way within 9 m (0 without any), ``front`` = nothing in between and close by.
    """
    shapes = houses["shape"].to_numpy()
    wide = streets["line"].to_numpy()[usable(streets)]
    _, which = _nearest(shapes, wide)
    line = shapely.shortest_line(shapes, wide[which])
    one, other = shapely.STRtree(shapes).query(line, predicate="intersects")
    depth = np.bincount(one[one != other], minlength=len(shapes))
    lanes = streets["line"].to_numpy()
    way, house = shapely.STRtree(shapes).query(lanes, predicate="dwithin", distance=9.0)
    lane = np.zeros(len(shapes))
    np.maximum.at(lane, house, streets["width"].to_numpy()[way])
    gap = shapely.length(line)
    return pd.DataFrame({"gap_m": gap, "depth": depth, "lane_m": lane, "front": (depth == 0) & (gap < 25)})


def _nearest(shapes: Geometries, lines: Geometries) -> tuple[IntArray, IntArray]:
    one, other = shapely.STRtree(lines).query_nearest(shapes, all_matches=False)
    order = np.argsort(one)
    return one[order], other[order]


def middles(shapes: Geometries) -> FloatArray:
    """Centroids as coordinates (n, 2)."""
    return np.asarray(shapely.get_coordinates(shapely.centroid(shapes)))
