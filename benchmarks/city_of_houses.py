"""A city of nothing but houses: rotated boxes on a grid, with the fields that an office has."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import shapely

EAST, NORTH, SPACING = 450_000.0, 4_250_000.0, 60.0
PART = 500_000
CHANGED = 0.01


def write_city(folder: Path, rows: int) -> None:
    """Write ``buildings.gpkg``, ``changed.gpkg`` (1 % of the rows differ), ``buildings.parquet``, and two recipes."""
    parts = []
    for start in range(0, rows, PART):
        frame = houses(start, min(PART, rows - start), rows)
        append = {"append": True} if start else {}
        pyogrio.write_dataframe(frame, folder / "buildings.gpkg", **append)
        parts.append(frame.to_arrow(index=False, geometry_encoding="WKB"))
        changed = np.random.default_rng(start).random(len(frame)) < CHANGED
        frame.loc[changed, "floors"] += 1
        pyogrio.write_dataframe(frame, folder / "changed.gpkg", **append)
    whole = pa.concat_tables([pa.table(part) for part in parts])
    gpd.GeoDataFrame.from_arrow(whole).to_parquet(folder / "buildings.parquet", row_group_size=65_536)
    extent = [EAST - 1e4, NORTH - 1e4, EAST + 1e6, NORTH + 1e6]
    city = f'[city]\nname = "Bench"\ncrs = "EPSG:4547"\nextent = {extent}\n\n'
    stop = gpd.GeoDataFrame({"stop_id": ["S"]}, geometry=[shapely.Point(EAST, NORTH)], crs=4547)
    stop.to_file(folder / "stop.gpkg")
    (folder / "set_up.toml").write_text(f'{city}[[source]]\nlayer = "transit_stop"\npath = "stop.gpkg"\n')
    for ending in ("gpkg", "parquet"):
        (folder / f"{ending}.toml").write_text(f'{city}[[source]]\nlayer = "building"\npath = "buildings.{ending}"\n')


def houses(start: int, count: int, rows: int) -> gpd.GeoDataFrame:
    """Houses number ``start`` and on."""
    random = np.random.default_rng(start + 1)
    side = int(np.ceil(np.sqrt(rows)))
    number = np.arange(start, start + count)
    x = EAST + SPACING * (number % side) + random.uniform(0, 20, count)
    y = NORTH + SPACING * (number // side) + random.uniform(0, 20, count)
    angle, half = random.uniform(0, np.pi, count), random.uniform(4, 12, (2, count))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
    dx, dy = corners[:, 0, None] * half[0], corners[:, 1, None] * half[1]
    across = x + dx * np.cos(angle) - dy * np.sin(angle)
    along = y + dx * np.sin(angle) + dy * np.cos(angle)
    ring = np.swapaxes(np.stack([across, along], axis=-1), 0, 1)
    return gpd.GeoDataFrame(
        {
            "building_id": [f"B{n:07d}" for n in number],
            "use": random.choice(["residential", "commercial", "public"], count),
            "floors": random.integers(1, 20, count),
            "dwellings": random.integers(0, 40, count),
            "built_year": random.integers(1950, 2024, count),
        },
        geometry=shapely.polygons(ring),
        crs=4547,
    )
