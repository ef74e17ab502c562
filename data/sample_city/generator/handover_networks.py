"""Write drainage and bus stops as the offices hand them over."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from generator import trouble_networks as trouble
from generator.drainage import Drainage
from generator.handover import degrees
from generator.house_connections import Connection
from generator.pipe_sizes import UNDER_PRESSURE
from generator.stops import Stop
from generator.town import CRS, Town, dice
from generator.trouble import Trouble

PIPE_WORDS = {"sanitary": "污水", "storm": "雨水", "combined": "合流", "force_main": "压力", "reclaimed": "再生水"}
NODE_WORDS = {
    "manhole": "检查井",
    "inlet": "雨水口",
    "pump": "泵站",
    "outfall": "排放口",
    "treatment_plant": "污水处理厂",
}
MATERIALS = {"HDPE": "HDPE", "concrete": "钢筋混凝土", "clay": "陶土", "brick": "砖"}


def hand_over_networks(
    town: Town, net: Drainage, connections: list[Connection], stops: list[Stop], out: Path
) -> list[Trouble]:
    """Write the drainage, the house connections and the bus stops; gives the rows that were broken on purpose."""
    broken = _drainage(net, out / "drainage.gpkg")
    broken += _connections(town, connections, out / "house_connections.csv")
    _stops(stops, out / "bus_stops.csv")
    return broken


def _drainage(net: Drainage, path: Path) -> list[Trouble]:
    """The drainage office's GeoPackage: pipes and wells, without spatial index to keep it small."""
    names = [f"{'YS' if n.kind == 'inlet' else 'WS'}{k:05d}" for k, n in enumerate(net.nodes, 1)]
    path.unlink(missing_ok=True)
    pipes, broken = trouble.spoil_pipes(_pipes(net, names))
    nodes, more = trouble.spoil_nodes(_nodes(net, names))
    for name, table, kind in (("guandao", pipes, "LineString"), ("jing", nodes, "Point")):
        pyogrio.write_dataframe(
            table,
            path,
            layer=name,
            driver="GPKG",
            geometry_type=kind,
            append=name == "jing",
            layer_options={"SPATIAL_INDEX": "NO"},
        )
    return broken + more


def _pipes(net: Drainage, names: list[str]) -> gpd.GeoDataFrame:
    rng = dice(130)
    days = rng.integers(0, 365, len(net.pipes))
    return gpd.GeoDataFrame(
        {
            "编号": [f"GD{k:05d}" for k in range(1, len(net.pipes) + 1)],
            "起点": [names[p.start] for p in net.pipes],
            "终点": [names[p.end] for p in net.pipes],
            "类型": [PIPE_WORDS[p.kind] for p in net.pipes],
            "管径": pd.array([int(p.diameter_mm) for p in net.pipes], dtype="Int32"),
            "坡度": [None if p.kind in UNDER_PRESSURE else p.slope for p in net.pipes],
            "糙率": [p.roughness for p in net.pipes],
            "材质": [MATERIALS[p.material] for p in net.pipes],
            "敷设日期": [str(np.datetime64(f"{p.year}-01-01") + int(d)) for p, d in zip(net.pipes, days, strict=True)],
        },
        geometry=[p.line for p in net.pipes],
        crs=CRS,
    )


def _nodes(net: Drainage, names: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "井编号": names,
            "类型": [NODE_WORDS[n.kind] for n in net.nodes],
            "管底标高": np.round([n.invert for n in net.nodes], 2),
            "地面标高": np.round([n.ground for n in net.nodes], 2),
            "处理能力": [n.capacity_m3d for n in net.nodes],
            "实际负荷": [n.load_m3d for n in net.nodes],
        },
        geometry=[n.spot for n in net.nodes],
        crs=CRS,
    )


def _connections(town: Town, connections: list[Connection], path: Path) -> list[Trouble]:
    spots = np.array([c.spot for c in connections], dtype=object)
    table = pd.DataFrame(
        {
            "编号": [f"JH{c.building + 1:05d}" for c in connections],
            "X": np.round(shapely.get_x(spots), 1),
            "Y": np.round(shapely.get_y(spots), 1),
            "户数": [town.buildings[c.building].dwellings for c in connections],
            "已接入": ["是" if c.connected else "否" for c in connections],
            "记录日期": [c.recorded_on for c in connections],
        }
    )
    spoilt, broken = trouble.spoil_connections(table)
    spoilt.to_csv(path, index=False, lineterminator="\n", encoding="gb18030")
    return broken


def _stops(stops: list[Stop], path: Path) -> None:
    lon, lat = degrees([s.spot for s in stops])
    table = pd.DataFrame(
        {
            "stop_id": [f"T{k:03d}" for k in range(1, len(stops) + 1)],
            "stop_name": [s.name for s in stops],
            "lon": lon,
            "lat": lat,
            "vehicle": [s.mode for s in stops],
            "headway_min": [s.headway for s in stops],
        }
    )
    table.to_csv(path, index=False, lineterminator="\n")
