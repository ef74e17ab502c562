"""A village of two zones in which everything is there, as rows to be changed, written into files and loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely.geometry import LineString, Point, box

from pipelines.load import load
from pipelines.recipe import read_recipe
from twin.goals import Profile

EAST, NORTH, SIDE = 500_000.0, 4_310_000.0, 200.0
GOALS = """
broadband_gigabit at_least 1.0
green_access at_least 1.0
sewer_connection at_least 1.0
sewer_treatment at_least 1.0
transit_access at_least 1.0
park_area_per_person at_least 20
road_density at_least 10
population_density at_most 100
blue_green_share at_least 0.7
"""
Rows = list[dict[str, Any]]
Tables = dict[str, Rows]


def profile(**changed: Any) -> Profile:
    goals = [
        dict(zip(("index", "direction", "target"), line.split(), strict=True)) for line in GOALS.split("\n") if line
    ]
    whole = {
        "name": "All",
        "year": 2035,
        "stale_after_years": 5,
        "goal": [g | {"target": float(g["target"])} for g in goals],
    }
    return Profile.model_validate(whole | changed)


def at(x: float, y: float) -> tuple[float, float]:
    return EAST + x, NORTH + y


def square(x: float, y: float, side: float) -> Any:
    east, north = at(x, y)
    return box(east, north, east + side, north + side)


def line(*places: tuple[float, float]) -> LineString:
    return LineString([at(*place) for place in places])


def village() -> Tables:
    """Two zones beside each other, thirty-six houses each, everything there."""
    tables: Tables = {name: [] for name in LAYERS}
    for z in range(2):
        left = SIDE * z
        tables["zone"].append(
            {"code": f"Z{z}", "population": 150, "zone_type": "residential", "geometry": square(left, 0, SIDE)}
        )
        for h in range(36):
            x, y = left + 15 + 30 * (h % 6), 15 + 30 * (h // 6)
            tables["building"].append({"building_id": f"B{z}-{h}", "dwellings": 2, "geometry": square(x, y, 9)})
            speed = 1000.0 if h % 2 else 100.0
            tables["broadband_coverage"].append(
                {"premises": 2, "max_down_mbps": speed, "geometry": Point(at(x + 4, y + 4))}
            )
            tables["sewer_connection"].append(
                {
                    "connection_id": f"C{z}-{h}",
                    "connected": h % 3 > 0,
                    "premises": 2,
                    "geometry": Point(at(x + 4, y + 4)),
                }
            )
        for n in range(4):
            tables["street"].append(
                {
                    "street_id": f"H{z}{n}",
                    "road_class": "local",
                    "geometry": line((left, 70 * n), (left + SIDE, 70 * n)),
                }
            )
            tables["street"].append(
                {
                    "street_id": f"V{z}{n}",
                    "road_class": "local",
                    "geometry": line((left + 66 * n, 0), (left + 66 * n, SIDE)),
                }
            )
        node = {"node_id": f"N{z}", "kind": "cabinet", "ports_total": 40, "ports_used": 40, "design_reach_m": 150.0}
        tables["broadband_node"].append(node | {"geometry": Point(at(left + 100, 70))})
    tables["green_area"] = [{"green_id": "G", "kind": "park", "access": "public", "geometry": square(60, 60, 20)}]
    tables["transit_stop"] = [{"stop_id": "S", "mode": "bus", "headway_min": 10.0, "geometry": Point(at(10, 0))}]
    ends = {"M0": (0, 100, "manhole"), "M1": (200, 100, "manhole"), "P": (400, 100, "treatment_plant")}
    tables["sewer_node"] = [
        {"node_id": k, "kind": kind, "geometry": Point(at(x, y))} for k, (x, y, kind) in ends.items()
    ]
    tables["sewer_pipe"] = [
        {
            "pipe_id": f"{a}-{b}",
            "from_node": a,
            "to_node": b,
            "diameter_mm": 200.0,
            "slope": 0.004,
            "geometry": line(ends[a][:2], ends[b][:2]),
        }
        for a, b in (("M0", "M1"), ("M1", "P"))
    ]
    return tables


LAYERS = (
    "zone",
    "building",
    "street",
    "green_area",
    "broadband_coverage",
    "broadband_node",
    "sewer_connection",
    "sewer_pipe",
    "sewer_node",
    "transit_stop",
    "water_body",
)


def loaded(folder: Path, tables: Tables) -> None:
    recipe = '[city]\nname = "Edge"\ncrs = "EPSG:4547"\nreference_date = 2025-06-30\n'
    for name, rows in tables.items():
        if rows:
            gpd.GeoDataFrame(rows, geometry="geometry", crs=4547).to_file(folder / f"{name}.gpkg")
            recipe += f'[[source]]\nlayer = "{name}"\npath = "{name}.gpkg"\n'
    (folder / "city.toml").write_text(recipe)
    load(read_recipe(folder))
