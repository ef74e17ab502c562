"""Rows that are broken on purpose, one or two of each kind that offices hand over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Polygon, box

from generator.placing import largest
from generator.town import CRS, Zone


@dataclass(frozen=True)
class Trouble:
    """One broken row: file, how to find it, what is wrong, what the load does with it."""

    file: str
    row: str
    what: str
    outcome: str


def spoil_buildings(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Trouble]]:
    """Seven broken rows at the end of the buildings."""
    n, spot = len(table), table.geometry.iloc[0].centroid
    x, y = round(spot.x) - 60.0, round(spot.y) + 60.0
    house = box(x, y, x + 10, y + 8)
    plain = {"YONGTU": "住宅", "LOUCENG": 2, "GAODU": 6.4, "NIANDAI": 2001, "HUSHU": 0, "RENKOU": 0}
    ids = [f"B{n + k:05d}" for k in range(1, 8)]
    copy = str(table["BIANHAO"].iloc[99])
    rows: list[dict[str, Any]] = [
        {**plain, "BIANHAO": ids[0], "geometry": Polygon([(x, y), (x + 12, y + 9), (x + 12, y), (x, y + 9)])},
        {**plain, "BIANHAO": ids[1], "geometry": Polygon([(x, y), (x + 12, y), (x + 6, y), (x, y)])},
        {**plain, "BIANHAO": ids[2], "geometry": None},
        {**plain, "BIANHAO": copy, "geometry": _moved(house, 20)},
        {**plain, "BIANHAO": ids[4], "LOUCENG": -3, "geometry": _moved(house, 40)},
        {**plain, "BIANHAO": None, "geometry": _moved(house, 60)},
        {**plain, "BIANHAO": ids[6], "geometry": box(y, x, y + 8, x + 10)},
    ]
    name = "buildings.shp"
    found = [
        Trouble(name, ids[0], "outline crosses itself (a bow tie)", "mended into two triangles, loaded, and said"),
        Trouble(name, ids[1], "outline collapsed to a line", "rejected: cannot be mended into an area"),
        Trouble(name, ids[2], "no geometry", "rejected"),
        Trouble(name, copy, "the key of another building, a second time", "rejected"),
        Trouble(name, ids[4], "LOUCENG (floors) is -3", "rejected"),
        Trouble(name, "(no BIANHAO)", "BIANHAO, the key, is empty", "rejected"),
        Trouble(name, ids[6], "easting and northing are swapped", "rejected: outside the city"),
    ]
    return appended(table, rows), found


def spoil_streets(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Trouble]]:
    """One street of an unknown class, on the course of another one."""
    like = table.iloc[0]
    line = LineString(like.geometry).interpolate([5.0, 60.0])
    row = {
        "street_id": f"S{len(table) + 1:05d}",
        "road_class": "boulevard",
        "width_m": 12.0,
        "surface": "asphalt",
        "geometry": LineString(line),
    }
    return appended(table, [row]), [
        Trouble("planning.gpkg, streets", str(row["street_id"]), "road_class is 'boulevard'", "rejected")
    ]


def spoil_parks(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Trouble]]:
    """A kind that the recipe does not map, and a kind left empty."""
    x, y = table.geometry.iloc[0].centroid.coords[0]
    n = len(table)
    ids = [f"LD{n + k:04d}" for k in (1, 2)]
    shapes = [box(x, y, x + 3e-4, y + 3e-4), box(x + 4e-4, y, x + 7e-4, y + 3e-4)]
    rows: list[dict[str, Any]] = [
        {
            "BIANHAO": ids[0],
            "LEIXING": "高尔夫球场",
            "KAIFANG": "不开放",
            "GENGXIN": "2021-05-10",
            "geometry": shapes[0],
        },
        {"BIANHAO": ids[1], "LEIXING": None, "KAIFANG": "开放", "GENGXIN": "2021-05-10", "geometry": shapes[1]},
    ]
    found = [
        Trouble("parks.gpkg", ids[0], "LEIXING (kind) is 高尔夫球场, which the recipe does not map", "rejected"),
        Trouble("parks.gpkg", ids[1], "LEIXING (kind) is empty", "rejected"),
    ]
    return appended(table, rows), found


def spoil_survey(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Trouble]]:
    """Longitude and latitude swapped, a negative count, a speed left empty."""
    first = table.iloc[0].to_dict()
    rows = [
        {**first, "place_id": "X00001", "lon": first["lat"], "lat": first["lon"]},
        {**first, "place_id": "X00002", "premises": -2},
        {**first, "place_id": "X00003", "max_down_mbps": None},
    ]
    name = "broadband_survey.csv"
    found = [
        Trouble(name, "X00001", "lon and lat are swapped", "rejected: outside the city"),
        Trouble(name, "X00002", "premises is -2", "rejected"),
        Trouble(name, "X00003", "max_down_mbps is empty", "rejected"),
    ]
    spoilt = pd.concat([table, pd.DataFrame(rows)[list(table.columns)]], ignore_index=True)
    return spoilt.astype({"max_down_mbps": "Int64"}), found


def overlap(zones: list[Zone]) -> tuple[str, str]:
    """Draw one border a few metres too far: two zones overlap, as digitised zones do. Gives their codes."""
    first = next(z for z in zones if z.kind == "F")
    second = next(z for z in zones if z is not first and z.shape.intersection(first.shape).length > 100)
    shared = first.shape.intersection(second.shape)
    spot = shared.interpolate(0.5, normalized=True) if isinstance(shared, LineString) else shared.centroid
    nose = spot.buffer(7, quad_segs=2).intersection(second.shape.buffer(0.5))
    first.shape = largest(first.shape.union(nose))
    return first.code, second.code


def _moved(shape: Polygon, east: float) -> Polygon:
    x0, y0, x1, y1 = shape.bounds
    return box(x0 + east, y0, x1 + east, y1)


def appended(table: gpd.GeoDataFrame, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """The table with more rows at its end, its columns as they are."""
    crs = table.crs or CRS
    extra = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
    records = [*table.to_dict("records"), *extra.to_dict("records")]
    return gpd.GeoDataFrame(pd.DataFrame(records, columns=table.columns), geometry="geometry", crs=table.crs)
