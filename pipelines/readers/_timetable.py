"""What a GTFS timetable says of its stops: by which mode they are served, and how often in the morning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MODES = {
    0: "tram",
    1: "metro",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "tram",
    6: "cable_car",
    7: "funicular",
    11: "trolleybus",
    12: "monorail",
    100: "rail",
    200: "bus",
    300: "rail",
    400: "metro",
    500: "metro",
    600: "metro",
    700: "bus",
    800: "trolleybus",
    900: "tram",
    1000: "ferry",
    1200: "ferry",
    1300: "cable_car",
    1400: "funicular",
}
"""Mode by ``route_type``; of the extended types the hundreds count."""

MORNING = (7 * 60, 9 * 60)
"""Minutes after midnight, the end left out."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
Tables = Mapping[str, pd.DataFrame]


def modes(tables: Tables) -> pd.Series[Any]:
    """Mode of each stop, by stop_id: that of most of the departures there."""
    routes = tables["routes"].assign(mode=_modes_of(tables["routes"]["route_type"]))
    trips = tables["trips"].merge(routes, on="route_id", how="left").set_index("trip_id")["mode"]
    served = tables["stop_times"].assign(mode=tables["stop_times"]["trip_id"].map(trips)).dropna(subset=["mode"])
    counts = served.groupby(["stop_id", "mode"]).size().reset_index(name="count")
    return counts.sort_values(["count", "mode"]).drop_duplicates("stop_id", keep="last").set_index("stop_id")["mode"]


def _modes_of(kinds: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(kinds, errors="coerce").fillna(-1).astype(int)
    return numbers.map(lambda kind: MODES.get(kind, MODES.get(kind // 100 * 100))).astype(object)


def headways(tables: Tables, day: pd.Timestamp) -> pd.Series[Any]:
    """Median minutes between departures of the morning (7 to 9 h) of a day, by stop_id; stops with two or more."""
    running = _running(tables, pd.DatetimeIndex([day]))
    services = [service for service, on in running.items() if on[0]]
    trips = tables["trips"].loc[tables["trips"]["service_id"].isin(services), "trip_id"]
    times = tables["stop_times"].loc[tables["stop_times"]["trip_id"].isin(trips), ["stop_id", "departure_time"]]
    minutes = _minutes(times["departure_time"])
    some = times.assign(minutes=minutes)[(minutes >= MORNING[0]) & (minutes < MORNING[1])]
    ordered = some.drop_duplicates(["stop_id", "minutes"]).sort_values(["stop_id", "minutes"])
    gaps = ordered.assign(gap=ordered.groupby("stop_id")["minutes"].diff()).dropna(subset=["gap"])
    return gaps.groupby("stop_id")["gap"].median()


def busiest_weekday(tables: Tables) -> pd.Timestamp | None:
    """The day from Monday to Friday on which most trips run, the first of equals; None where no trip runs."""
    days = _weekdays(tables)
    if len(days) == 0:
        return None
    trips = tables["trips"]["service_id"].value_counts()
    total = np.zeros(len(days))
    for service, on in _running(tables, days).items():
        total += on * int(trips.get(service, 0))
    return days[int(total.argmax())] if total.max() > 0 else None


def _weekdays(tables: Tables) -> pd.DatetimeIndex:
    dates = [_dates(tables["calendar"][name]) for name in ("start_date", "end_date") if "calendar" in tables]
    if "calendar_dates" in tables:
        dates.append(_dates(tables["calendar_dates"]["date"]))
    known = pd.concat(dates).dropna() if dates else pd.Series([], dtype="datetime64[ns]")
    if known.empty:
        return pd.DatetimeIndex([])
    return pd.bdate_range(known.min(), known.max())


def _running(tables: Tables, days: pd.DatetimeIndex) -> dict[str, NDArray[np.bool_]]:
    """By service, whether it runs on each of the days."""
    found: dict[str, NDArray[np.bool_]] = {}
    if "calendar" in tables:
        calendar = tables["calendar"]
        begin, end = _dates(calendar["start_date"]), _dates(calendar["end_date"])
        week = calendar[list(DAYS)].to_numpy() == "1"
        for at, service in enumerate(calendar["service_id"]):
            found[service] = np.asarray((days >= begin.iloc[at]) & (days <= end.iloc[at])) & week[at][days.day_of_week]
    if "calendar_dates" in tables:
        changes = tables["calendar_dates"]
        positions = days.get_indexer(pd.DatetimeIndex(_dates(changes["date"])))
        for service, position, kind in zip(changes["service_id"], positions, changes["exception_type"], strict=True):
            if position >= 0:
                found.setdefault(service, np.zeros(len(days), dtype=bool))[position] = kind == "1"
    return found


def _dates(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(column, format="%Y%m%d", errors="coerce")


def _minutes(column: pd.Series[Any]) -> pd.Series[Any]:
    parts = column.str.strip().str.extract(r"^(\d{1,2}):(\d\d):(\d\d)$").astype(float)
    return parts[0] * 60 + parts[1] + parts[2] / 60
