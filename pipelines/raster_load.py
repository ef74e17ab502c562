"""The cells of a planned raster: written as a file, entered into the catalogue, or set aside with a reason."""

from __future__ import annotations

import getpass
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyproj
import rasterio
import shapely

from layers.schema import Meaning, Raster
from pipelines.cells import Tally, Written, write
from pipelines.clean import Reject, coordinate
from pipelines.outcome import Outcome
from pipelines.raster import PlannedRaster
from twin.database.backup import rasters_folder
from twin.database.connect import Connection
from twin.database.rasters import enter_raster, overlapped, raster_of_source
from twin.database.staging import quarantine, register_geometry


def load_raster(
    connection: Connection, planned: PlannedRaster, outcome: Outcome, ids: tuple[int, int], srid: int
) -> None:
    """Write the cells of a source and enter them, within the transaction of the load. A raster counts as one row.

    Raises:
        SourceUnreadable: the file breaks off.
        StoreUnavailable: the folder of rasters cannot be written.
    """
    register_geometry(connection)
    source, load = ids
    outcome.read = 1
    reject = _misplaced(connection, planned, source, srid)
    if reject is None:
        written, tally = write(planned.layer, planned.renamed, planned.band, rasters_folder())
        outcome.notes += _notes(planned.layer, tally)
        before = raster_of_source(connection, planned.layer.id, planned.source.name)
        if written is None:
            reject = _empty(planned, tally)
        elif before and before["file"] == written.file:
            outcome.unchanged = 1
        else:
            enter_raster(connection, _entry(planned, written, tally, (source, load), srid))
            outcome.loaded = 1
    _set_aside(connection, outcome, [reject] if reject else [], (source, load), srid)


def _set_aside(
    connection: Connection, outcome: Outcome, rejects: list[Reject], ids: tuple[int, int], srid: int
) -> None:
    quarantine(connection, *ids, outcome.layer, srid, rejects)
    outcome.rejected, outcome.reasons = len(rejects), Counter(each.rule for each in rejects)


def rehearse_raster(planned: PlannedRaster, outcome: Outcome) -> None:
    """Read and check the cells, and keep nothing."""
    outcome.read = 1
    with tempfile.TemporaryDirectory(prefix="twin-raster-") as folder:
        _, tally = write(planned.layer, planned.renamed, planned.band, Path(folder))
    outcome.notes += _notes(planned.layer, tally)
    reject = None if tally.cells else _empty(planned, tally)
    if planned.extent.is_empty:
        reject = _elsewhere(planned)
    outcome.rejected, outcome.loaded = (1, 0) if reject else (0, 1)
    outcome.reasons = Counter([reject.rule] if reject else [])


def _notes(layer: Raster, tally: Tally) -> list[str]:
    notes = []
    if tally.dropped:
        notes.append(
            f"{tally.dropped:,} cells hold what cannot be true, such as {tally.example:g}: they have no data now"
        )
    if layer.meaning is Meaning.COUNT and tally.cells:
        notes.append(f"{tally.cells:,} cells with data add up to {tally.total:,.0f} {layer.unit.partition('/')[0]}")
    return notes


def _misplaced(connection: Connection, planned: PlannedRaster, source: int, srid: int) -> Reject | None:
    if planned.extent.is_empty:
        return _elsewhere(planned)
    if planned.layer.meaning is not Meaning.COUNT:
        return None
    with rasterio.open(planned.path) as file:
        half_a_row = planned.extent.area / min(file.width, file.height) / 2
    entry = {"layer": planned.layer.id, "source": source, "srid": srid, "sliver_m2": half_a_row}
    other = overlapped(connection, {**entry, "extent": shapely.to_wkb(planned.extent)})
    if other is None:
        return None
    reason = f"It covers ground that {other} covers too: what is counted there would count twice"
    return _reject(planned, "count_overlap", reason, "Load one of them, or cut one to where the other ends.")


def _elsewhere(planned: PlannedRaster) -> Reject:
    x, y = shapely.bounds(next(planned.contents.chunks()).geometry[0])[:2]
    reason = f"The raster lies outside the city's area of use: x {coordinate(x)}, y {coordinate(y)}"
    hint = "Look whether it is of this city, or name the file's CRS in the recipe."
    return _reject(planned, "geometry_extent", reason, hint)


def _empty(planned: PlannedRaster, tally: Tally) -> Reject:
    said = f"none of its {tally.dropped:,} numbers can be true" if tally.dropped else "no cell has data"
    hint = "Look at its unit, its codes and its mark of no data; map codes in the recipe: values = { … }."
    return _reject(planned, "no_cells", f"The raster holds nothing: {said}", hint)


def _reject(planned: PlannedRaster, rule: str, reason: str, hint: str) -> Reject:
    original = {"file": planned.path.name, "band": planned.band.number}
    shape = None if planned.extent.is_empty else planned.extent
    return Reject(1, None, "cells", rule, reason, hint, original, shape)


def _entry(planned: PlannedRaster, written: Written, tally: Tally, ids: tuple[int, int], srid: int) -> dict[str, Any]:
    source, load = ids
    with rasterio.open(rasters_folder() / written.file) as file:
        grid = {"width": file.width, "height": file.height, "cell_x": file.transform.a, "cell_y": -file.transform.e}
    crs = pyproj.CRS.from_wkt(planned.band.wkt)
    counted = {name: getattr(tally, name) for name in ("cells", "dropped", "total", "minimum", "maximum")}
    lies = {"crs": planned.band.wkt, "epsg": crs.to_epsg(), "extent": shapely.to_wkb(planned.extent), "srid": srid}
    who = {"layer": planned.layer.id, "source": source, "load": load, "by": getpass.getuser()}
    return {**who, **vars(written), **grid, **counted, **lies}
