"""Timetables: which mode serves a stop, and how often in the morning of the busiest weekday."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from pipelines.readers.reader import reader_for
from tests.conftest import realdata
from tests.pipelines.readers.conftest import read
from twin.errors import SourceEncoding, SourceUnreadable, UnknownName

FEED = {
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon,location_type\n"
        "A,Market,28.1,-15.4,\nB,Harbour,28.2,-15.5,0\nST,Central,28.1,-15.4,1\nC,Nowhere,,,\nD,Hill,28.3,-15.4,\n"
    ),
    "routes.txt": "route_id,route_type\nR1,3\nR2,0\nR3,109\n",
    "trips.txt": "route_id,service_id,trip_id\nR1,WEEK,T1\nR1,WEEK,T2\nR1,WEEK,T3\nR2,WEEK,T4\nR3,SUN,T5\nR1,FAIR,T6\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,07:00:00,07:00:00,A,1\nT2,07:10:00,07:10:00,A,1\nT3,07:40:00,07:40:00,A,1\nT4,08:00:00,08:00:00,A,1\n"
        "T1,07:05:00,07:05:00,B,2\nT4,08:59:00,09:00:00,B,2\n"
        "T5,07:00:00,07:00:00,D,1\nT6,07:20:00,07:20:00,A,1\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "WEEK,1,1,1,1,1,0,0,20240101,20240131\nSUN,0,0,0,0,0,0,1,20240101,20240131\n"
    ),
    "calendar_dates.txt": "service_id,date,exception_type\nFAIR,20240110,1\nWEEK,20240101,2\n",
}


def feed(folder: Path, inside: str = "", **changed: str | None) -> Path:
    """A feed as a zip; ``changed`` replaces tables by name without ending, None leaves one out."""
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FEED.items():
            content = changed.get(name.removesuffix(".txt"), text)
            if content is not None:
                archive.writestr(inside + name, content)
    return path


def by_stop(path: Path, column: str) -> dict[str, object]:
    """A column by stop."""
    whole = read(path)
    return dict(zip(whole.values("stop_id"), whole.values(column), strict=True))


def test_a_zip_with_stops_is_a_timetable(tmp_path: Path) -> None:
    assert reader_for(feed(tmp_path)).id == "gtfs"
    assert reader_for(feed(tmp_path, inside="folder/")).id == "gtfs"


def test_the_busiest_weekday_gives_the_headway(tmp_path: Path) -> None:
    whole = read(feed(tmp_path))
    # 10 January has the fair's trip too: 7:00, 7:10, 7:20, 7:40, 8:00 at A; one departure before 9 h at B.
    assert by_stop(feed(tmp_path), "headway_min") == {"A": 15, "B": None, "C": None, "D": None}
    assert "headways are those between 7 and 9 h of 2024-01-10, the weekday with most trips" in whole.notes


def test_an_exception_takes_a_day_out(tmp_path: Path) -> None:
    path = feed(tmp_path, calendar_dates="service_id,date,exception_type\nWEEK,20240101,2\n")
    assert any("of 2024-01-02" in note for note in read(path).notes)
    assert by_stop(path, "headway_min")["A"] == 20


def test_the_mode_is_that_of_most_departures_and_extended_types_are_known(tmp_path: Path) -> None:
    assert by_stop(feed(tmp_path), "mode") == {"A": "bus", "B": "tram", "C": None, "D": "rail"}


def test_stations_are_left_out_and_told_and_rows_are_lines(tmp_path: Path) -> None:
    whole = read(feed(tmp_path))
    assert whole.rows == [2, 3, 5, 6]
    assert "1 stations, entrances and the like of stops.txt are no stops; left out" in whole.notes
    assert whole.types == ["Point", "Point", None, "Point"]
    assert whole.geometry[0].wkt == "POINT (-15.4 28.1)"
    assert whole.crs is not None
    assert whole.crs.is_geographic


def test_without_times_stops_are_read_all_the_same(tmp_path: Path) -> None:
    whole = read(feed(tmp_path, stop_times=None))
    assert whole.values("mode") == [None] * 4
    assert "the feed has no stop_times.txt: stops have neither mode nor headway" in whole.notes


def test_without_a_calendar_there_is_no_headway(tmp_path: Path) -> None:
    whole = read(feed(tmp_path, calendar=None, calendar_dates=None))
    assert whole.values("headway_min") == [None] * 4
    assert "no trip runs on a weekday: stops have no headway" in whole.notes


def test_a_missing_column_names_the_table(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"feed.zip: stops.txt: there is no column 'stop_lat'"):
        read(feed(tmp_path, stops="stop_id,stop_name,stop_lon\nA,B,1\n"))


def test_a_broken_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"feed.zip: routes.txt cannot be read"):
        read(feed(tmp_path, routes=""))


def test_another_encoding_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stops.txt", FEED["stops.txt"].replace("Harbour", "Muñoz").encode("cp1252"))
    with pytest.raises(SourceEncoding, match=r"stops.txt is not utf-8"):
        read(path)


def test_a_real_city() -> None:
    path = realdata("las_palmas") / "gtfs_guaguas_20230222.zip"
    whole = read(path)
    assert len(whole.rows) == 793
    assert whole.columns["mode"].value_counts().to_dict() == {"bus": 792}
    assert whole.broken == {}
    assert headway_by_hand(path, "1001", day="20151211") == whole.columns.set_index("stop_id")["headway_min"]["1001"]


def headway_by_hand(path: Path, stop: str, day: str) -> float:
    """The headway at one stop, worked out row by row for a Friday without exceptions."""
    with zipfile.ZipFile(path) as archive:
        table = {n: pd.read_csv(archive.open(f"{n}.txt"), dtype=str) for n in ("calendar", "trips", "stop_times")}
    services = {
        row["service_id"]
        for _, row in table["calendar"].iterrows()
        if row["friday"] == "1" and row["start_date"] <= day <= row["end_date"]
    }
    trips = {row["trip_id"] for _, row in table["trips"].iterrows() if row["service_id"] in services}
    times = table["stop_times"][table["stop_times"]["stop_id"] == stop]
    seconds = sorted(
        {
            sum(int(part) * unit for part, unit in zip(row["departure_time"].split(":"), (3600, 60, 1), strict=True))
            for _, row in times.iterrows()
            if row["trip_id"] in trips
        }
    )
    morning = [each for each in seconds if 7 * 3600 <= each < 9 * 3600]
    return float(pd.Series(morning).diff().median() / 60)
