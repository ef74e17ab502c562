"""``/zones/…`` and ``/places.json``: where zones lie, their neighbours, the rows behind numbers as a file."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from dashboards.server.scores import json_answer
from dashboards.server.tiles import drawn_layers
from twin.database.connect import Connection, Row
from twin.database.published import ANY_SOURCE, zone_facts, zone_neighbours, zone_places, zone_rows
from twin.database.store import Store
from twin.errors import UnknownName

COLUMNS = ("layer", "key", "file", "row", "edited_by", "edited_at", "version")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that spreadsheet programs would run."""


def zones_router(store: Store) -> APIRouter:
    """The routes of zones."""
    router = APIRouter()

    @router.get("/zones/{zone}.json", response_class=Response)
    def zone(zone: str, if_none_match: Annotated[str, Header()] = "") -> Response:
        """Bounds in degrees ``[[south, west], [north, east]]`` and the neighbour in each direction."""
        with store.read() as connection:
            return json_answer(_place(connection, zone), if_none_match)

    @router.get("/places.json", response_class=Response)
    def places(if_none_match: Annotated[str, Header()] = "") -> Response:
        """By zone ``[latitude, longitude, width in metres]`` of a place inside it, where a glyph can stand."""
        with store.read() as connection:
            return json_answer(zone_places(connection), if_none_match)

    @router.get("/zones/{zone}/rows.csv", response_class=Response)
    def rows(
        zone: str,
        layer: str,
        source: int = ANY_SOURCE,
        by_hand: bool = False,
        reach: Annotated[float, Query(ge=0, le=5000)] = 0.0,
    ) -> Response:
        """Rows of a layer in a zone or within ``reach`` metres of it: all, of one source, or drawn by hand."""
        known = drawn_layers()
        if layer not in known:
            raise UnknownName("layer", layer, known)
        with store.read() as connection:
            found = zone_rows(connection, known[layer], zone, reach, None if by_hand else source, None)
        name = {"Content-Disposition": f'attachment; filename="{layer}.csv"'}
        return Response(_table(layer, found), media_type="text/csv; charset=utf-8", headers=name)

    return router


def _place(connection: Connection, zone: str) -> dict[str, Any]:
    facts = zone_facts(connection, zone)
    if facts is None:
        raise UnknownName("zone", zone, [])
    bounds = [[facts["south"], facts["west"]], [facts["north"], facts["east"]]]
    return {"code": zone, "bounds": bounds, "neighbours": zone_neighbours(connection, zone)}


def _table(layer: str, rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        who = (row["edited_by"], row["edited_at"].isoformat(), row["version"])
        writer.writerow([_harmless(cell) for cell in (layer, row["key"], row["path"], row["source_row"], *who)])
    # The mark at the front makes spreadsheet programs read it as UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet program would take for a formula, marked as text; numbers as they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
