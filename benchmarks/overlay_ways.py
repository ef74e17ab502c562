"""The overlay indices as others compute them: geopandas, PostGIS and DuckDB."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely
from numpy.typing import NDArray

from twin.database.cluster import Cluster

SRID, WALK_M = 4547, 300.0

Numbers = dict[str, NDArray[np.float64]]
Way = Callable[[], Numbers]

QUERIES = {
    "green": """
        SELECT z.id, sum(ST_Area(CASE WHEN ST_Covers(z.geom, g.geom) THEN g.geom
            ELSE ST_Intersection(z.geom, g.geom) END))
        FROM zones AS z JOIN greens AS g ON ST_Intersects(z.geom, g.geom) GROUP BY z.id""",
    "near": """
        SELECT z.id, count(*) FROM zones AS z JOIN houses AS h ON ST_Intersects(z.geom, h.centroid)
        WHERE EXISTS (SELECT FROM greens AS g WHERE ST_DWithin(g.geom, h.centroid, 300)) GROUP BY z.id""",
    "street": """
        SELECT z.id, sum(ST_Length(CASE WHEN ST_Covers(z.geom, s.geom) THEN s.geom
            ELSE ST_Intersection(z.geom, s.geom) END))
        FROM zones AS z JOIN streets AS s ON ST_Intersects(z.geom, s.geom) GROUP BY z.id""",
    "count": """
        SELECT z.id, count(*) FROM zones AS z JOIN houses AS h ON ST_Intersects(z.geom, h.centroid) GROUP BY z.id""",
}
"""For PostGIS; centroids stand in a column with an index of their own."""

NEAR_OF_DUCKDB = """
    WITH near AS (SELECT DISTINCT h.id FROM houses AS h JOIN greens AS g ON ST_DWithin(h.centroid, g.geom, 300))
    SELECT z.id, count(*) FROM zones AS z
    JOIN (SELECT h.centroid FROM houses AS h SEMI JOIN near USING (id)) AS h ON ST_Intersects(z.geom, h.centroid)
    GROUP BY z.id"""


@dataclass(frozen=True)
class City:
    """Shapes of a city in metres, and the centroids of its houses."""

    zones: Any
    houses: Any
    greens: Any
    streets: Any
    centroids: Any

    def layers(self) -> dict[str, Any]:
        """Shapes by layer."""
        return {name: shapes for name, shapes in vars(self).items() if name != "centroids"}


def by_geopandas(city: City, _: ExitStack) -> Way:
    """As its documentation does: ``overlay`` for what is cut, ``sjoin`` for what is counted, ``sjoin_nearest``."""
    frames = {name: gpd.GeoDataFrame(geometry=shapes, crs=SRID) for name, shapes in vars(city).items()}
    frames["zones"]["zone"] = np.arange(len(city.zones))
    return functools.partial(_geopandas, frames, len(city.zones))


def _geopandas(frames: dict[str, Any], count: int) -> Numbers:
    zones, greens = frames["zones"], frames["greens"]
    held = frames["centroids"].sjoin(zones, predicate="within")
    near = held[["geometry", "zone"]].sjoin_nearest(greens, max_distance=WALK_M)
    near = near[~near.index.duplicated()]
    green = gpd.overlay(zones, greens, how="intersection")
    street = gpd.overlay(frames["streets"], zones, how="intersection", keep_geom_type=True)
    return {
        "green": _by_zone(green["zone"], green.area, count),
        "near": _by_zone(near["zone"], np.ones(len(near)), count),
        "street": _by_zone(street["zone"], street.length, count),
        "count": _by_zone(held["zone"], np.ones(len(held)), count),
    }


def _by_zone(zone: Any, amounts: Any, count: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(np.asarray(zone), np.asarray(amounts, dtype=float), minlength=count), dtype=float)


def by_postgis(city: City, stack: ExitStack) -> Way:
    """Tables with GiST on a private cluster of their own, analyzed; the server's defaults but for memory."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    cluster = Cluster(home)
    cluster.up()
    stack.callback(cluster.delete)
    connection = stack.enter_context(psycopg.connect(cluster.dsn(), autocommit=True))
    connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    for name, shapes in city.layers().items():
        connection.execute(f"CREATE TABLE {name} (id integer, geom geometry)".encode())
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN".encode()) as copy:
            for row, wkb in enumerate(shapely.to_wkb(shapes, hex=True)):
                copy.write_row((row, wkb))
        connection.execute(f"CREATE INDEX ON {name} USING gist (geom)".encode())
    connection.execute("ALTER TABLE houses ADD centroid geometry")
    connection.execute("UPDATE houses SET centroid = ST_Centroid(geom)")
    connection.execute("CREATE INDEX ON houses USING gist (centroid)")
    for name in city.layers():
        connection.execute(f"VACUUM ANALYZE {name}".encode())
    return functools.partial(_postgis, connection, len(city.zones))


def _postgis(connection: psycopg.Connection[Any], count: int) -> Numbers:
    found = {}
    for name, statement in QUERIES.items():
        rows = connection.execute(statement.encode()).fetchall()
        found[name] = _by_zone([zone for zone, _ in rows], [value for _, value in rows], count)
    return found


def by_duckdb(city: City, stack: ExitStack) -> Way:
    """Tables in memory, as many threads as the machine has processors; centroids stand in a column."""
    import duckdb  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import duckdb_extension_spatial  # type: ignore[import-not-found,import-untyped,unused-ignore]

    extension = next(Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension"))
    connection = duckdb.connect()
    stack.callback(connection.close)
    connection.execute(f"LOAD '{extension}'")
    for name, shapes in city.layers().items():
        frame = pd.DataFrame({"id": np.arange(len(shapes)), "wkb": shapely.to_wkb(shapes)})
        connection.register("given", frame)
        connection.execute(f"CREATE TABLE {name} AS SELECT id, ST_GeomFromWKB(wkb) AS geom FROM given")  # noqa: S608
        connection.unregister("given")
    connection.execute("ALTER TABLE houses ADD COLUMN centroid GEOMETRY")
    connection.execute("UPDATE houses SET centroid = ST_Centroid(geom)")
    return functools.partial(_duckdb, connection, len(city.zones))


def _duckdb(connection: Any, count: int) -> Numbers:
    found = {}
    for name, statement in (QUERIES | {"near": NEAR_OF_DUCKDB}).items():
        rows = connection.execute(statement).fetchnumpy()
        zone, value = rows.values()
        found[name] = _by_zone(zone, value, count)
    return found
