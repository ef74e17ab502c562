"""Rows of the drainage office that are broken on purpose."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from generator.trouble import Trouble, appended


def spoil_pipes(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Trouble]]:
    """A diameter that no pipe has, and a pipe that starts nowhere: both beside sound pipes."""
    n, like = len(table), _first(table)
    ids = [f"GD{n + k:05d}" for k in (1, 2)]
    rows = [{**like, "编号": ids[0], "管径": 300_000}, {**like, "编号": ids[1], "起点": None}]
    name = "drainage.gpkg, guandao"
    found = [
        Trouble(name, ids[0], "管径 (diameter) is 300000 mm", "rejected"),
        Trouble(name, ids[1], "起点 (the node where the pipe starts) is empty", "rejected"),
    ]
    spoilt = appended(table, rows)
    return spoilt.astype({"管径": "Int32"}), found


def spoil_nodes(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Trouble]]:
    """A septic tank, which the recipe does not map, and the key of another well."""
    like = _first(table)
    tank, copy = f"WS{len(table) + 1:05d}", str(table["井编号"].iloc[99])
    rows = [{**like, "井编号": tank, "类型": "化粪池"}, {**like, "井编号": copy}]
    name = "drainage.gpkg, jing"
    found = [
        Trouble(name, tank, "类型 (kind) is 化粪池, which the recipe does not map", "rejected"),
        Trouble(name, copy, "the key of another well, a second time", "rejected"),
    ]
    return appended(table, rows), found


def spoil_connections(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Trouble]]:
    """Easting and northing swapped, a negative count, and a word for connected that is neither yes nor no."""
    first = _first(table)
    rows: list[dict[str, Any]] = [
        {**first, "编号": "JH90001", "X": first["Y"], "Y": first["X"]},
        {**first, "编号": "JH90002", "户数": -1},
        {**first, "编号": "JH90003", "已接入": "待查"},
    ]
    name = "house_connections.csv"
    found = [
        Trouble(name, "JH90001", "easting and northing are swapped", "rejected: outside the city"),
        Trouble(name, "JH90002", "户数 (premises) is -1", "rejected"),
        Trouble(name, "JH90003", "已接入 (connected) is 待查", "rejected"),
    ]
    return pd.concat([table, pd.DataFrame(rows)], ignore_index=True), found


def _first(table: pd.DataFrame) -> dict[str, Any]:
    return {str(name): value for name, value in table.iloc[0].items()}
