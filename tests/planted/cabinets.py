"""Broadband cabinets: where operators put them, and what reaches each house from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from tests.planted.parameters import Parameters
from tests.planted.traits import smooth
from tests.planted.ways import Ways, middles, usable
from twin.batch import FloatArray

PITCH_M = 430.0
ORDINARY = 1.32
"""A way along ordinary streets by the straight line."""


@dataclass(frozen=True)
class Lines:
    """``nodes`` as rows of the layer; for each house the best live cabinet: ``ratio`` = ordinary metres by
    reach, ``capacity`` 0…1, ``detour_m`` = metres by real streets beyond the ordinary ones."""

    nodes: pd.DataFrame
    ratio: FloatArray
    capacity: FloatArray
    detour_m: FloatArray


def cabinets_of(
    houses: pd.DataFrame, streets: pd.DataFrame, traits: pd.DataFrame, p: Parameters, random: np.random.Generator
) -> Lines:
    """Cabinets by income, form and distance, and what they give."""
    roads = Ways.of(streets["line"].to_numpy()[usable(streets)])
    nodes = _sites(roads, traits, p, random)
    xy, weight = middles(houses["shape"].to_numpy()), houses["dwellings"].to_numpy(np.float64)
    live = np.flatnonzero(nodes["status"] == "in_service")
    hop, node = roads.nearest(xy)
    best, ratio, detour = np.full(len(xy), -1), np.full(len(xy), np.inf), np.zeros(len(xy))
    for n in live:
        place, reach = nodes[["x", "y"]].to_numpy(np.float64)[n], float(nodes["design_reach_m"][n])
        straight = np.hypot(*(xy - place).T)
        near = np.flatnonzero(straight < 2.2 * reach)
        ordinary = ORDINARY * straight[near] + 20
        closer = near[ordinary / reach < ratio[near]]
        if len(closer) == 0:
            continue
        along = roads.metres_from(np.array([int(nodes["at"][n])]))[node[closer]] + hop[closer]
        best[closer], ratio[closer] = n, (ORDINARY * straight[closer] + 20) / reach
        detour[closer] = np.maximum(along - (ORDINARY * straight[closer] + 20), 0)
    _give_ports(nodes, best, ratio, weight, p, random)
    capacity = np.where(best >= 0, nodes["given"].to_numpy(np.float64)[np.maximum(best, 0)], 0.0)
    return Lines(nodes.drop(columns=["at", "given"]), ratio, capacity, detour)


def _sites(roads: Ways, traits: pd.DataFrame, p: Parameters, random: np.random.Generator) -> pd.DataFrame:
    """Sites on a loose lattice over the city, moved to a street; live, planned, retired or never built."""
    zones = traits[["x", "y"]].to_numpy(np.float64)
    low, high = zones.min(axis=0) - 80, zones.max(axis=0) + 80
    x, y = np.meshgrid(np.arange(low[0], high[0], PITCH_M), np.arange(low[1], high[1], PITCH_M))
    xy = np.column_stack([x.ravel(), y.ravel()]) + random.uniform(0, 0.6 * PITCH_M, (x.size, 2))
    away, zone = map(np.asarray, cKDTree(zones).query(xy))
    xy, here = xy[away < 260], traits.iloc[zone[away < 260]].reset_index(drop=True)
    chance = p.cabinets * (0.90 + 0.20 * here["wealth"] - 0.20 * (here["informal"] > 0) - 0.10 * here["far"])
    patch = smooth(xy, 700, random)
    live = (random.random(len(xy)) < chance) & (patch < 1.5) & (~here["estate"] | (random.random(len(xy)) < 0.2))
    _, at = roads.nearest(xy)
    fate = random.choice(["planned", "retired", ""], len(xy), p=[0.4, 0.1, 0.5])
    frame = pd.DataFrame({"x": roads.xy[at, 0], "y": roads.xy[at, 1], "at": at})
    frame["status"] = np.where(live, "in_service", fate)
    frame = frame[frame["status"] != ""].drop_duplicates("at").reset_index(drop=True)
    frame["node_id"] = [f"K{n:04d}" for n in range(len(frame))]
    frame["kind"] = random.choice(["cabinet", "exchange", "splitter"], len(frame), p=[0.8, 0.06, 0.14])
    frame["design_reach_m"] = np.round(random.uniform(390, 560, len(frame)), -1)
    return frame


def _give_ports(
    nodes: pd.DataFrame,
    best: FloatArray,
    ratio: FloatArray,
    weight: FloatArray,
    p: Parameters,
    random: np.random.Generator,
) -> None:
    """Ports by the premises in reach; ``given`` = the share of them that has a port."""
    mine = (best >= 0) & (ratio <= 1)
    asked = np.bincount(best[mine].astype(int), weight[mine], minlength=len(nodes))
    full = random.random(len(nodes)) < p.full
    share = np.where(full, random.uniform(0.25, 0.75, len(nodes)), random.uniform(1.08, 1.6, len(nodes)))
    total = np.maximum(np.round(asked * share / 8) * 8, 16)
    nodes["given"] = np.minimum(total / np.maximum(asked, 1), 1)
    free = random.uniform(0.5, 0.93, len(nodes))
    used = np.where(full, total * random.uniform(0.965, 1.0, len(nodes)), np.minimum(asked, total) * free)
    live = nodes["status"].to_numpy() == "in_service"
    nodes["ports_total"] = total.astype(int)
    nodes["ports_used"] = np.where(live, np.floor(used), 0).astype(int)


def as_points(nodes: pd.DataFrame) -> object:
    """Where the nodes stand."""
    return shapely.points(nodes["x"].to_numpy(np.float64), nodes["y"].to_numpy(np.float64))
