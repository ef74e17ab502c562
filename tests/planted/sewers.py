"""Sewers: trees of pipes along the streets of a catchment, to a plant, an outfall or nowhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.cluster.vq import kmeans2
from scipy.sparse import triu
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from tests.planted.parameters import Parameters
from tests.planted.ways import Ways, usable
from twin.batch import BoolArray, FloatArray, Geometries, IntArray

STEP_M, LITRES, PEAK, PERSONS, NEAR_M = 40.0, 200.0, 2.5, 2.6, 42.0
ENDS = ("plant", "small plant", "outfall", "nowhere")


@dataclass(frozen=True)
class Sewers:
    """``pipes`` and ``nodes`` as rows of the layers; for each house ``metres`` to a pipe that reaches a plant
    (inf without any) and ``capacity`` 0…1 of the way there."""

    pipes: pd.DataFrame
    nodes: pd.DataFrame
    metres: FloatArray
    capacity: FloatArray


@dataclass
class _Trees:
    """Every node's next one downstream (-1 at the foot), its metres to the foot and its catchment."""

    xy: FloatArray
    down: IntArray
    metres: FloatArray
    catchment: IntArray


def sewers_of(
    houses: pd.DataFrame, streets: pd.DataFrame, traits: pd.DataFrame, p: Parameters, random: np.random.Generator
) -> Sewers:
    """Pipes in the zones that have them, each sized for its flow except where the city failed to."""
    ways = Ways.of(streets["line"].to_numpy()[usable(streets)], STEP_M)
    zones = traits[["x", "y"]].to_numpy(np.float64)
    dry = _unsewered(traits, p, random)
    groups = max(2, round(len(zones) / 26))
    _, basin = kmeans2(zones, groups, minit="++", seed=np.random.default_rng(int(random.integers(1 << 30))))
    trees = _trees(ways, zones, dry, basin, random)
    end = random.choice(4, groups, p=_chances(p))
    end[random.integers(groups)] = 0
    cut = _cut(trees, groups, p, random)
    return _sized(trees, end, cut, houses, random)


def _chances(p: Parameters) -> FloatArray:
    lost = np.array([0.6, 0.4]) * p.lost
    return np.array([1 - p.strained - p.lost, p.strained, *lost])


def _unsewered(traits: pd.DataFrame, p: Parameters, random: np.random.Generator) -> BoolArray:
    chance = p.sewered + 0.08 * (traits["wealth"] - 0.5) - 0.10 * (traits["informal"] > 0) - 0.06 * traits["far"]
    dry = random.random(len(traits)) > chance.clip(0, 1)
    return np.asarray(dry | (traits["estate"] & (random.random(len(traits)) < 0.6)))


def _trees(ways: Ways, zones: FloatArray, dry: BoolArray, basin: IntArray, random: np.random.Generator) -> _Trees:
    """Shortest ways along streets to the foot of each catchment, from all nodes in zones with pipes."""
    zone = np.asarray(cKDTree(zones).query(ways.xy)[1])
    fall = ways.xy @ random.normal(size=2)
    down, metres = np.full(len(ways.xy), -1), np.full(len(ways.xy), np.inf)
    for each in np.unique(basin):
        inside = np.flatnonzero(basin[zone] == each)
        part = ways.lengths[inside][:, inside]
        label = np.asarray(connected_components(part, directed=False)[1])
        joined = label == np.bincount(label).argmax()
        foot = int(np.argmin(np.where(joined, fall[inside], np.inf)))
        found = dijkstra(part, indices=np.array([foot]), return_predecessors=True)
        far, before = np.asarray(found[0])[0], np.asarray(found[1])[0]
        wanted = np.isfinite(far) & ~dry[zone[inside]]
        for node in np.argsort(-far, kind="stable"):
            if wanted[node] and before[node] >= 0:
                wanted[before[node]] = True
        metres[inside[wanted]] = far[wanted]
        down[inside[wanted]] = np.where(before[wanted] >= 0, inside[np.maximum(before[wanted], 0)], -1)
    return _closed(ways, _Trees(ways.xy, down, metres, np.where(np.isfinite(metres), basin[zone], -1)))


def _closed(ways: Ways, trees: _Trees) -> _Trees:
    """With a head pipe on each stretch that no tree runs along, so that all of a street has a sewer."""
    one, other = triu(ways.lengths).nonzero()
    same = (trees.catchment[one] >= 0) & (trees.catchment[one] == trees.catchment[other])
    bare = same & (trees.down[one] != other) & (trees.down[other] != one)
    one, other = one[bare], other[bare]
    heads = np.round(trees.xy[one] + 0.9 * (trees.xy[other] - trees.xy[one]), 3)
    metres = trees.metres[one] + np.hypot(*(heads - trees.xy[one]).T)
    return _Trees(
        np.concatenate([trees.xy, heads]),
        np.concatenate([trees.down, one]),
        np.concatenate([trees.metres, metres]),
        np.concatenate([trees.catchment, trees.catchment[one]]),
    )


def _flows(trees: _Trees, weight: FloatArray) -> FloatArray:
    """What every node passes on: its own and all from above."""
    flow = weight.copy()
    for node in np.argsort(-np.where(np.isfinite(trees.metres), trees.metres, -1)):
        if trees.down[node] >= 0:
            flow[trees.down[node]] += flow[node]
    return flow


def _cut(trees: _Trees, groups: int, p: Parameters, random: np.random.Generator) -> dict[str, IntArray]:
    """Nodes below which a pipe is missing, and nodes whose pipe is too small: branches of some catchments."""
    length = _flows(trees, np.ones(len(trees.down)))
    missing: list[int] = []
    small: list[int] = []
    for each in range(groups):
        inside = np.flatnonzero((trees.catchment == each) & (trees.down >= 0))
        share = length[inside] / max(len(inside), 1)
        for found, low, high in ((missing, 0.05, 0.20), (small, 0.12, 0.45)):
            fitting = inside[(share > low) & (share < high)]
            if len(fitting) and random.random() < p.small_pipes:
                found.append(int(random.choice(fitting)))
    return {"missing": np.array(missing, dtype=np.int64), "small": np.array(small, dtype=np.int64)}


def _sized(
    trees: _Trees,
    end: IntArray,
    cut: dict[str, IntArray],
    houses: pd.DataFrame,
    random: np.random.Generator,
) -> Sewers:
    down = trees.down.copy()
    down[cut["missing"]] = -1
    trees = _Trees(trees.xy, down, trees.metres, trees.catchment)
    pipe = np.flatnonzero(down >= 0)
    lines: Geometries = np.asarray(shapely.linestrings(np.stack([trees.xy[pipe], trees.xy[down[pipe]]], axis=1)))
    people = _people(trees, pipe, lines, houses)
    flow = _flows(trees, people)
    peak = np.maximum(flow * LITRES * PEAK / 86_400_000, 1e-6)
    fall = np.round(random.uniform(0.004, 0.012, len(down)), 4)
    fit = random.uniform(1.25, 1.8, len(down))
    fit[cut["small"]] = random.uniform(0.25, 0.65, len(cut["small"]))
    size = _diameter(peak * fit, fall)
    size[cut["small"]] = np.maximum(np.floor(_exact(peak * fit, fall)[cut["small"]] * 200) / 200, 0.08)
    share = np.minimum(_full(size, fall) / peak, 1)
    plant = _plants(trees, end, flow, random)
    capacity = np.where(plant["node"], plant["share"], 0.0)
    for node in pipe[np.argsort(trees.metres[pipe], kind="stable")]:
        capacity[node] = min(share[node], capacity[down[node]])
    table = pd.DataFrame({"line": lines, "from": pipe, "to": down[pipe]})
    table["diameter_mm"], table["slope"] = np.round(size[pipe] * 1000, 1), fall[pipe]
    metres, best = _served(houses, lines, capacity[pipe])
    return Sewers(_pipe_rows(table), _node_rows(trees, down, plant), metres, best)


def _people(trees: _Trees, pipe: IntArray, lines: Geometries, houses: pd.DataFrame) -> FloatArray:
    house, near = shapely.STRtree(lines).query_nearest(houses["shape"].to_numpy(), NEAR_M, all_matches=False)
    residents = houses["dwellings"].to_numpy(np.float64)[house] * PERSONS
    return np.asarray(np.bincount(pipe[near], residents, minlength=len(trees.down)), dtype=np.float64)


def _full(diameter: FloatArray, fall: FloatArray) -> FloatArray:
    """Manning's flow of a full round pipe, m³/s, n = 0.013."""
    return np.asarray(0.3117 / 0.013 * diameter ** (8 / 3) * np.sqrt(fall))


def _exact(flow: FloatArray, fall: FloatArray) -> FloatArray:
    return np.asarray((flow * 0.013 / 0.3117 / np.sqrt(fall)) ** (3 / 8))


def _diameter(flow: FloatArray, fall: FloatArray) -> FloatArray:
    """The smallest pipe of the catalogue that carries a flow, metres."""
    sold = np.array([0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5])
    return np.asarray(sold[np.minimum(np.searchsorted(sold, _exact(flow, fall)), len(sold) - 1)])


def _plants(trees: _Trees, end: IntArray, flow: FloatArray, random: np.random.Generator) -> dict[str, FloatArray]:
    """Which nodes are plants or outfalls, with capacity and load."""
    foot = (trees.down < 0) & (trees.metres == 0)
    kind = np.where(foot, end[np.maximum(trees.catchment, 0)], -1)
    load = flow * LITRES / 1000
    short = random.uniform(0.35, 0.75, len(kind))
    capacity = load * np.where(kind == 1, short, random.uniform(1.05, 1.5, len(kind)))
    rounded = np.maximum(np.round(capacity, -1), 10.0)
    share = np.minimum(rounded / np.maximum(load, 1), 1)
    return {"node": (kind == 0) | (kind == 1), "outfall": kind == 2, "capacity": rounded, "load": load, "share": share}


def _served(houses: pd.DataFrame, lines: Geometries, capacity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Metres to the nearest pipe that reaches a plant, and the capacity behind it."""
    good = np.flatnonzero(capacity > 0)
    metres, best = np.full(len(houses), np.inf), np.zeros(len(houses))
    tree = shapely.STRtree(lines[good])
    (house, near), away = tree.query_nearest(houses["shape"].to_numpy(), 200.0, return_distance=True, all_matches=False)
    metres[house], best[house] = away, capacity[good[near]]
    return metres, best


def _pipe_rows(table: pd.DataFrame) -> pd.DataFrame:
    table.insert(0, "pipe_id", [f"P{n:05d}" for n in range(len(table))])
    table["from_node"], table["to_node"] = _named(table["from"].to_numpy()), _named(table["to"].to_numpy())
    table["kind"], table["roughness_n"] = "sanitary", 0.013
    return table.drop(columns=["from", "to"])


def _node_rows(trees: _Trees, down: IntArray, plant: dict[str, FloatArray]) -> pd.DataFrame:
    used = np.unique(np.concatenate([np.flatnonzero(down >= 0), down[down >= 0]]))
    kind = np.where(plant["node"], "treatment_plant", np.where(plant["outfall"], "outfall", "manhole"))[used]
    works = plant["node"][used]
    frame = pd.DataFrame({"node_id": _named(used), "x": trees.xy[used, 0], "y": trees.xy[used, 1], "kind": kind})
    frame["capacity_m3d"] = np.where(works, plant["capacity"][used], np.nan)
    frame["load_m3d"] = np.where(works, np.round(plant["load"][used], 1), np.nan)
    return frame


def _named(nodes: IntArray) -> list[str]:
    return [f"N{n:05d}" for n in nodes]
