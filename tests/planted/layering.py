"""The layers of a planted city, by name, with the fields that the twin knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from tests.planted.cabinets import Lines, as_points
from tests.planted.parameters import Parameters
from tests.planted.records import Record
from tests.planted.sewers import PERSONS, Sewers
from tests.planted.shapes import Form
from twin.batch import Features

HOMES = {"front": (1, 5), "slab": (10, 26), "inner": (1, 3), "court": (1, 4), "rear": (1, 3)}
SLOW_MBPS = (16.0, 50.0, 100.0, 250.0)


def inhabited(houses: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Houses with dwellings, floors, use and, for some, residents; a few have no homes."""
    houses, count = houses.copy(), len(houses)
    low, high = np.array([HOMES[place] for place in houses["place"]]).T
    homes = random.integers(low, high)
    shops = (houses["place"] == "front") & (random.random(count) < 0.04)
    houses["dwellings"] = np.where(shops, 0, homes)
    houses["use"] = np.where(shops, random.choice(["retail", "office", "workshop"], count), "residential")
    houses["floors"] = np.where(houses["place"] == "slab", random.integers(4, 9, count), random.integers(1, 4, count))
    people = np.round(houses["dwellings"].to_numpy() * PERSONS * random.uniform(0.85, 1.15, count))
    houses["residents"] = np.where(random.random(count) < 0.6, people, np.nan)
    return houses


def layers_of(
    form: Form,
    houses: pd.DataFrame,
    traits: pd.DataFrame,
    lines: Lines,
    sewers: Sewers,
    greens: pd.DataFrame,
    kept: dict[str, Record],
    p: Parameters,
    random: np.random.Generator,
) -> dict[str, Features]:
    """All layers; what is not mapped is left out."""
    points = shapely.point_on_surface(houses["shape"].to_numpy())
    cabinets, manholes, pipes = lines.nodes, sewers.nodes, sewers.pipes
    return {
        "zone": _zones(form, houses, traits, random),
        "building": _features(
            houses["shape"],
            building_id=[f"B{n:05d}" for n in range(len(houses))],
            **{name: houses[name] for name in ("use", "floors", "dwellings", "residents")},
        ),
        "street": _streets(form.streets, p, random),
        "green_area": _features(
            greens["shape"], **{name: greens[name] for name in ("green_id", "kind", "access", "updated_on")}
        ),
        "broadband_coverage": _coverage(points, houses, kept["broadband_gigabit"], random),
        "broadband_node": _features(as_points(cabinets), **_columns(cabinets, "x", "y")),
        "sewer_pipe": _features(pipes["line"], **_columns(pipes, "line")),
        "sewer_node": _features(shapely.points(manholes["x"], manholes["y"]), **_columns(manholes, "x", "y")),
        "sewer_connection": _connections(points, houses, kept["sewer_connection"]),
    }


def _features(geometry: Any, **columns: Any) -> Features:
    """Rows 0…n-1 of a layer."""
    shapes = np.asarray(geometry, dtype=object)
    return Features.of(shapes, **{name: np.asarray(values) for name, values in columns.items()})


def _columns(frame: pd.DataFrame, *without: str) -> dict[str, Any]:
    return {str(name): frame[name] for name in frame.columns if name not in without}


def _zones(form: Form, houses: pd.DataFrame, traits: pd.DataFrame, random: np.random.Generator) -> Features:
    homes = np.bincount(houses["zone"], houses["dwellings"], minlength=len(traits))
    people = np.round(homes * PERSONS * random.uniform(0.93, 1.07, len(traits)))
    kind = np.where(random.random(len(traits)) < 0.85, "residential", "mixed")
    return _features(
        form.zones, code=traits["code"], population=people, zone_type=kind, income_index=traits["income_index"]
    )


def _streets(streets: pd.DataFrame, p: Parameters, random: np.random.Generator) -> Features:
    mapped = streets[streets["mapped"]]
    measured = np.round(mapped["width"].to_numpy() * random.normal(1, 0.03, len(mapped)), 1)
    width = np.where(random.random(len(mapped)) < p.width_missing, np.nan, measured)
    names = [f"S{n:05d}" for n in range(len(mapped))]
    return _features(mapped["line"], street_id=names, road_class=mapped["road_class"], width_m=width)


def _coverage(points: Any, houses: pd.DataFrame, record: Record, random: np.random.Generator) -> Features:
    """A row a house that has one; of some fresh ones the survey before stands there too."""
    slow = random.choice(SLOW_MBPS, len(houses))
    speed = np.where(record.covered, random.choice([1000.0, 2000.0], len(houses)), slow)
    has = np.flatnonzero(record.present & (houses["dwellings"].to_numpy() > 0))
    twice = has[random.random(len(has)) < 0.03]
    row = np.concatenate([has, twice])
    date = record.date[row].copy()
    date[len(has) :] -= np.timedelta64(900, "D")
    return _features(
        points[row],
        premises=houses["dwellings"].to_numpy()[row],
        max_down_mbps=np.concatenate([speed[has], slow[twice]]),
        place_id=[f"A{n:05d}" for n in row],
        surveyed_on=date,
    )


def _connections(points: Any, houses: pd.DataFrame, record: Record) -> Features:
    has = np.flatnonzero(record.present & (houses["dwellings"].to_numpy() > 0))
    return _features(
        points[has],
        connection_id=[f"C{n:05d}" for n in has],
        connected=record.covered[has],
        premises=houses["dwellings"].to_numpy()[has],
        recorded_on=record.date[has],
    )
