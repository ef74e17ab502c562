"""Timetables of public transport (GTFS): the stops, with mode and morning headway."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyproj

from pipelines.encoding import suggestion
from pipelines.places import places
from pipelines.readers._archive import names_in
from pipelines.readers._timetable import busiest_weekday, headways, modes
from pipelines.readers._where import filtered
from pipelines.readers.reader import Chunk, Contents, Reader, again
from pipelines.recipe import Source
from twin.errors import SourceEncoding, SourceUnreadable, UnknownName

NEEDED = {
    "routes": ("route_id", "route_type"),
    "trips": ("route_id", "service_id", "trip_id"),
    "stop_times": ("trip_id", "departure_time", "stop_id"),
}
"""Tables, with the columns that are read, without which stops have neither mode nor headway."""

DATES = {
    "calendar": ("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
}
STOPS = ("stop_id", "stop_name", "stop_lat", "stop_lon")
COLUMNS = ("stop_id", "name", "mode", "headway_min", "stop_lat", "stop_lon")
BOARDING = ("", "0")
"""``location_type`` of places where people board; others are stations, entrances, nodes and boarding areas."""


def is_timetable(path: Path) -> bool:
    """Whether a zip is a GTFS feed."""
    return zipfile.is_zipfile(path) and any(PurePosixPath(name).name == "stops.txt" for name in names_in(path))


def open_gtfs(path: Path, source: Source) -> Contents:
    """Open the stops of a feed; rows are numbered by the lines of ``stops.txt``, coordinates are WGS 84.

    Raises:
        SourceUnreadable: it is no feed, or a table that is needed is broken.
        SourceEncoding: a table is not UTF-8.
        UnknownName: a table lacks a column, or ``sublayer`` is not ``stops``.
        RecipeError: ``where`` is not a filter that can be run.
    """
    if source.sublayer not in ("", "stops"):
        raise UnknownName("table", source.sublayer, ("stops",), str(path))
    inside = {PurePosixPath(name).name: name for name in names_in(path)}
    if "stops.txt" not in inside:
        raise SourceUnreadable(f"{path}: holds no stops.txt; it is no GTFS feed")
    stops = _read(path, inside["stops.txt"], STOPS, source.encoding)
    notes: list[str] = []
    chunks = again(notes, functools.partial(_chunks, path, source, inside, stops, notes))
    return filtered(
        Contents(pyproj.CRS.from_user_input("OGC:CRS84"), COLUMNS, len(stops), chunks, notes), path, source.where
    )


def _read(path: Path, name: str, columns: tuple[str, ...], encoding: str) -> pd.DataFrame:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as handle:
            frame = pd.read_csv(handle, dtype="str", keep_default_na=False, encoding=encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        told = suggestion([bytes(error.object)])
        raise SourceEncoding(f"{path}: {name} is not {encoding or 'utf-8'}. {told}") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, zipfile.BadZipFile, OSError) as error:
        raise SourceUnreadable(f"{path}: {name} cannot be read: {error}") from error
    frame.columns = [str(each).strip() for each in frame.columns]
    for wanted in columns:
        if wanted not in frame:
            raise UnknownName("column", wanted, list(frame.columns), f"{path}: {name}")
    return frame


def _chunks(
    path: Path, source: Source, inside: dict[str, str], stops: pd.DataFrame, notes: list[str]
) -> Iterator[Chunk]:
    rows = np.arange(2, 2 + len(stops), dtype=np.int64)
    kinds = stops["location_type"].str.strip() if "location_type" in stops else pd.Series([""] * len(stops))
    boarding = kinds.isin(BOARDING).to_numpy(dtype=bool)
    if not boarding.all():
        notes.append(f"{int((~boarding).sum())} stations, entrances and the like of stops.txt are no stops; left out")
    kept = stops.loc[boarding, list(STOPS)].reset_index(drop=True).rename(columns={"stop_name": "name"})
    kept = kept.assign(**_served(path, inside, source, kept["stop_id"], notes))[list(COLUMNS)]
    there = source.model_copy(update={"x": "stop_lon", "y": "stop_lat", "wkt": ""})
    geometry, broken = places(kept, there)
    yield Chunk(rows[boarding], kept, geometry, broken)


def _served(
    path: Path, inside: dict[str, str], source: Source, stops: pd.Series[Any], notes: list[str]
) -> dict[str, pd.Series[Any]]:
    """Mode and headway of the stops, as far as the feed tells; what it does not tell is noted."""
    blank = {
        "mode": pd.Series([None] * len(stops), dtype=object),
        "headway_min": pd.Series(np.full(len(stops), np.nan)),
    }
    lost = [f"{name}.txt" for name in NEEDED if f"{name}.txt" not in inside]
    if lost:
        notes.append(f"the feed has no {', '.join(lost)}: stops have neither mode nor headway")
        return blank
    wanted = NEEDED | {name: columns for name, columns in DATES.items() if f"{name}.txt" in inside}
    tables = {name: _read(path, inside[f"{name}.txt"], each, source.encoding) for name, each in wanted.items()}
    if "frequencies.txt" in inside:
        notes.append("trips of frequencies.txt count once: the true headway of their stops is shorter")
    found = {"mode": stops.map(modes(tables)).astype(object), "headway_min": blank["headway_min"]}
    day = busiest_weekday(tables)
    if day is None:
        notes.append("no trip runs on a weekday: stops have no headway")
        return found
    notes.append(f"headways are those between 7 and 9 h of {day.date()}, the weekday with most trips")
    return found | {"headway_min": stops.map(headways(tables, day)).astype(float)}


gtfs = Reader(
    id="gtfs",
    title="Timetables (GTFS)",
    suffixes=(".zip",),
    open=open_gtfs,
    doc=(
        "The stops of a feed: `stop_id`, `name`, `mode` (that of most departures) and `headway_min` (median minutes "
        "between departures from 7 to 9 h of the weekday with most trips). Told from other zips by its `stops.txt`."
    ),
    sniff=is_timetable,
)
