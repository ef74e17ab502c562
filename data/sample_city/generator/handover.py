"""Write the city as offices hand it over: each its own format, CRS, encoding and words."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from generator import trouble
from generator.records import Row
from generator.town import CRS, Town, dice
from generator.trouble import Trouble

ACCESS_WORDS = {"public": "开放", "restricted": "限制", "private": "不开放", None: None}
LANES = {"arterial": 6, "collector": 4, "local": 2, "service": 1, "living_street": 1, "residential": 2}
STEADY_DATE = "2025-06-30T00:00:00.000Z"
"""Written into the GeoPackages instead of the time of the run."""


def hand_over(town: Town, rows: list[Row], out: Path) -> list[Trouble]:
    """Write every file of the city into ``out``; gives the rows that were broken on purpose."""
    out.mkdir(parents=True, exist_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STEADY_DATE})
    broken = [*_planning(town, out / "planning.gpkg"), *_buildings(town, out / "buildings.shp")]
    broken += _parks(town, out / "parks.gpkg")
    broken += _survey(town, rows, out / "broadband_survey.csv")
    _nodes(town, out / "broadband_nodes.csv")
    _water(town, out / "water.geojson")
    return broken


def _frame(columns: dict[str, list[object]], shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _planning(town: Town, path: Path) -> list[Trouble]:
    path.unlink(missing_ok=True)
    zones = _frame(
        {
            "code": [z.code for z in town.zones],
            "name": [z.name for z in town.zones],
            "zone_type": [z.zone_type for z in town.zones],
            "district": [z.district for z in town.zones],
            "population": [z.population for z in town.zones],
            "jobs": [z.jobs for z in town.zones],
        },
        [z.shape for z in town.zones],
    )
    pyogrio.write_dataframe(zones, path, layer="zones", driver="GPKG")
    streets = _frame(
        {
            "street_id": [f"S{k:05d}" for k in range(1, len(town.streets) + 1)],
            "road_class": [x.road_class for x in town.streets],
            "width_m": [x.width for x in town.streets],
            "lanes": [LANES.get(x.road_class) for x in town.streets],
            "surface": [x.surface for x in town.streets],
            "name": [x.name for x in town.streets],
        },
        [x.line for x in town.streets],
    )
    streets["lanes"] = streets["lanes"].astype("Int32")
    spoilt, broken = trouble.spoil_streets(streets)
    spoilt["lanes"] = spoilt["lanes"].astype("Int32")
    pyogrio.write_dataframe(spoilt, path, layer="streets", driver="GPKG", append=True)
    return broken


def _buildings(town: Town, path: Path) -> list[Trouble]:
    """The cadastre's shapefile: GBK, and neither .prj nor .cpg, as it often comes."""
    rng = dice(95)
    shapes = shapely.set_precision(np.array([b.shape for b in town.buildings], dtype=object), 0.01, mode="pointwise")
    table = gpd.GeoDataFrame(
        {
            "BIANHAO": [f"B{k:05d}" for k in range(1, len(town.buildings) + 1)],
            "YONGTU": [b.use for b in town.buildings],
            "LOUCENG": [b.floors for b in town.buildings],
            "GAODU": np.round(
                [
                    b.floors * 3.0 + 0.6 + float(x)
                    for b, x in zip(town.buildings, rng.uniform(0, 0.9, len(town.buildings)), strict=True)
                ],
                1,
            ),
            "NIANDAI": [b.year for b in town.buildings],
            "HUSHU": [b.dwellings for b in town.buildings],
            "RENKOU": [b.residents for b in town.buildings],
        },
        geometry=shapes,
    )
    spoilt, broken = trouble.spoil_buildings(table)
    for part in path.parent.glob(f"{path.stem}.*"):
        part.unlink()
    with warnings.catch_warnings():
        # A shapefile without .prj is what is wanted here.
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        options = {"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": STEADY_DATE[:10]}
        pyogrio.write_dataframe(
            spoilt, path, driver="ESRI Shapefile", encoding="GBK", geometry_type="Polygon", layer_options=options
        )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return broken


def _parks(town: Town, path: Path) -> list[Trouble]:
    rng = dice(96)
    days = rng.integers(0, 2600, len(town.greens))
    table = _frame(
        {
            "BIANHAO": [f"LD{k:04d}" for k in range(1, len(town.greens) + 1)],
            "LEIXING": [g.kind for g in town.greens],
            "KAIFANG": [ACCESS_WORDS[g.access] for g in town.greens],
            "MINGCHENG": [g.name for g in town.greens],
            "GENGXIN": [str(np.datetime64("2018-01-15") + int(d)) for d in days],
        },
        [g.shape for g in town.greens],
    ).to_crs("EPSG:4490")
    table.geometry = shapely.set_precision(table.geometry.to_numpy(), 1e-8, mode="pointwise")
    spoilt, broken = trouble.spoil_parks(table)
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(spoilt, path, layer="lvdi", driver="GPKG", geometry_type="Polygon")
    return broken


def degrees(shapes: list[shapely.Point]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes (WGS 84) of points in metres."""
    to = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = to.transform(shapely.get_x(shapes), shapely.get_y(shapes))
    return np.round(lon, 7), np.round(lat, 7)


def _survey(town: Town, rows: list[Row], path: Path) -> list[Trouble]:
    spots = shapely.point_on_surface(np.array([town.buildings[r.building].shape for r in rows], dtype=object))
    lon, lat = degrees(list(spots))
    table = pd.DataFrame(
        {
            "place_id": [f"B{r.building + 1:05d}" for r in rows],
            "lon": lon,
            "lat": lat,
            "premises": [r.premises for r in rows],
            "max_down_mbps": pd.array([int(r.down) for r in rows], dtype="Int64"),
            "max_up_mbps": [int(r.up) for r in rows],
            "technology": [r.technology for r in rows],
            "operator": [r.operator for r in rows],
            "surveyed_on": [r.surveyed_on for r in rows],
        }
    )
    spoilt, broken = trouble.spoil_survey(table)
    spoilt.to_csv(path, index=False, lineterminator="\n")
    return broken


def _nodes(town: Town, path: Path) -> None:
    lon, lat = degrees([c.spot for c in town.cabinets])
    table = pd.DataFrame(
        {
            "node_id": [f"F{k:04d}" for k in range(1, len(town.cabinets) + 1)],
            "lon": lon,
            "lat": lat,
            "kind": [c.kind for c in town.cabinets],
            "status": [c.status for c in town.cabinets],
            "ports_total": [c.ports_total for c in town.cabinets],
            "ports_used": [c.ports_used for c in town.cabinets],
            "design_reach_m": [int(c.reach) for c in town.cabinets],
        }
    )
    table.to_csv(path, index=False, lineterminator="\n")


def _water(town: Town, path: Path) -> None:
    table = _frame(
        {
            "water_id": [f"W{k:02d}" for k in range(1, len(town.waters) + 1)],
            "kind": [w.kind for w in town.waters],
            "quality_class": [w.quality for w in town.waters],
            "sampled_on": ["2025-04-16" if w.quality else None for w in town.waters],
        },
        [w.shape for w in town.waters],
    ).to_crs("EPSG:4326")
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(
        table, path, driver="GeoJSON", layer_options={"COORDINATE_PRECISION": "7", "RFC7946": "YES"}
    )
