"""``twin grid``: zones made as cells of a grid."""

from __future__ import annotations

from pathlib import Path

import click
import geopandas as gpd

from layers.schema import Layer
from twin.database.connect import Connection, connect
from twin.database.features import all_features
from twin.database.sources import city_of
from twin.discover import discover
from twin.errors import StoreNotReady, UnknownName
from twin.exporters.exporter import Table, export
from twin.spatial.grid import cells

SIZE_M = 300.0


@click.command()
@click.option("--size", type=click.FloatRange(min=1), default=SIZE_M, show_default=True, help="Side of a cell, metres.")
@click.option("--layer", default="building", show_default=True, help="Cells are made where this layer has rows.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File; its ending decides.")
def grid(size: float, layer: str, out: Path) -> None:
    """Write square cells over a loaded layer, as zones for a recipe: .gpkg, .geojson or .parquet.

    Only cells that hold rows are written. A cell's code is its column and row from the origin of the city's CRS, so
    that it stays the same when the layer grows. Name the file as the source of the layer zone in the recipe, and load.
    """
    with connect(program="twin grid") as connection:
        table = _table(connection, layer, size)
    export(table, out)
    click.echo(f"{len(table.rows):,} cells of {size:g} m in {out}")


def _table(connection: Connection, name: str, size_m: float) -> Table:
    known = {key: each for key, each in discover("layers", Layer).items() if each.has_geometry}
    if name not in known:
        raise UnknownName("layer with places", name, known, "twin grid")
    city = city_of(connection)
    found = cells(all_features(connection, known[name]).geometry, size_m)
    if not len(found):
        raise StoreNotReady(f"The layer {name} has no rows to lay a grid over: load it first with `twin load`.")
    return Table("zone", gpd.GeoDataFrame({"code": found.code}, geometry=found.shape, crs=city.srid))


commands = (grid,)
