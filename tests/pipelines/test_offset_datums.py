"""GCJ-02 and BD-09 against published pairs, and there and back without a trace."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.offset_datums import (
    CHINA,
    TO_WGS84,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_gcj02,
)
from tests.conftest import REALDATA

PAIRS = REALDATA / "china" / "coordinate_pairs.csv"
ROWS = list(csv.DictReader(PAIRS.read_text(encoding="utf-8").splitlines())) if PAIRS.exists() else []
GROUND = pyproj.Geod(ellps="WGS84")
EXACT_M = 0.5

INLAND = st.tuples(st.floats(CHINA[0] + 0.1, CHINA[2] - 0.1), st.floats(CHINA[1] + 0.1, CHINA[3] - 0.1))

# Published worked examples, so that these tests say something without the files of others.
TIANANMEN = {"wgs84": (116.404, 39.915), "gcj02": (116.41024449916938, 39.91640428150164)}
SHANGHAI = {"wgs84": (121.5272106, 31.1774276), "gcj02": (121.531541859215, 31.17530398364597)}
BD = {"gcj02": (116.404, 39.915), "bd09": (116.41036949371029, 39.92133699351021)}


def one(place: tuple[float, float]) -> np.ndarray[Any, Any]:
    return np.array([place], dtype=float)


def apart(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    """Metres on the ground."""
    return float(GROUND.inv(first[0, 0], first[0, 1], second[0, 0], second[0, 1])[2])


@pytest.mark.parametrize("pair", [TIANANMEN, SHANGHAI])
def test_the_shift_is_the_published_one_and_its_inverse_exact(pair: dict[str, tuple[float, float]]) -> None:
    assert apart(wgs84_to_gcj02(one(pair["wgs84"])), one(pair["gcj02"])) < 0.01
    assert apart(gcj02_to_wgs84(one(pair["gcj02"])), one(pair["wgs84"])) < 0.01


def test_the_second_shift_is_the_published_one_and_its_inverse_exact() -> None:
    assert apart(gcj02_to_bd09(one(BD["gcj02"])), one(BD["bd09"])) < 0.01
    assert apart(bd09_to_gcj02(one(BD["bd09"])), one(BD["gcj02"])) < 0.01


@pytest.mark.parametrize("row", ROWS, ids=[row["place"] for row in ROWS])
def test_pairs_of_nine_places_within_their_tolerance(row: dict[str, str]) -> None:
    places = {
        datum: one((float(row[f"{datum}_lon"]), float(row[f"{datum}_lat"])))
        for datum in ("wgs84", "gcj02", "bd09")
        if row[f"{datum}_lon"]
    }
    tolerance = float(row["tolerance_m"]) + 1e-6
    if "wgs84" in places:
        assert apart(wgs84_to_gcj02(places["wgs84"]), places["gcj02"]) <= tolerance
        assert apart(gcj02_to_wgs84(places["gcj02"]), places["wgs84"]) <= EXACT_M
    if "bd09" in places:
        assert apart(gcj02_to_bd09(places["gcj02"]), places["bd09"]) <= tolerance
        assert apart(bd09_to_gcj02(places["bd09"]), places["gcj02"]) <= tolerance


@given(st.lists(INLAND, min_size=1, max_size=30))
def test_there_and_back_is_where_one_was(places: list[tuple[float, float]]) -> None:
    start = np.array(places)
    assert np.abs(gcj02_to_wgs84(wgs84_to_gcj02(start)) - start).max() < 1e-9
    assert np.abs(bd09_to_wgs84(gcj02_to_bd09(wgs84_to_gcj02(start))) - start).max() < 1e-9


@given(INLAND)
def test_the_shift_is_never_more_than_a_kilometre_or_so(place: tuple[float, float]) -> None:
    assert 0 < apart(wgs84_to_gcj02(one(place)), one(place)) < 1200


@pytest.mark.parametrize("place", [(116.391, 39.907), (121.474, 31.230), (114.058, 22.543), (104.066, 30.573)])
def test_in_cities_the_shift_is_some_hundred_metres(place: tuple[float, float]) -> None:
    assert 100 < apart(wgs84_to_gcj02(one(place)), one(place)) < 1000


@pytest.mark.parametrize("place", [(-0.1276, 51.5072), (2.35, 48.85), (139.7, 35.7), (151.2, -33.9)])
@pytest.mark.parametrize("datum", TO_WGS84)
def test_outside_china_nothing_is_shifted(datum: str, place: tuple[float, float]) -> None:
    assert (TO_WGS84[datum](one(place)) == one(place)).all()


def test_what_is_no_place_stays_none() -> None:
    odd = np.array([[np.nan, 30.0], [np.inf, 30.0], [114.0, 22.5]])
    moved = bd09_to_wgs84(odd)
    assert np.isnan(moved[0, 0])
    assert np.isinf(moved[1, 0])
    assert np.isfinite(moved[2]).all()


def test_nothing_is_nothing() -> None:
    assert gcj02_to_wgs84(np.empty((0, 2))).shape == (0, 2)
