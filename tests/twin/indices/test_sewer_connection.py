"""Sewer connection: records count; only where the city has none, pipes that are near."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString, Point, box
from small_city import values_of

from twin.batch import Features
from twin.index import Values

HOMES = Features.of([box(0, 0, 10, 10), box(20, 0, 30, 10)], dwellings=[60, 40])
WEST, EAST = box(-100, -100, 15, 100), box(15, -100, 100, 100)
BOTH = box(-100, -100, 100, 100)
DAY = np.array(["2024-01-01", "2018-01-01"], dtype="datetime64[D]")


def records(*rows: tuple[float, int, bool], **columns: object) -> Features:
    xs, premises, connected = zip(*rows, strict=True)
    return Features.of([Point(x, 5) for x in xs], premises=list(premises), connected=list(connected), **columns)


def pipe(y: float, **columns: object) -> Features:
    return Features.of([LineString([(-50, y), (15, y)])], pipe_id=["p"], from_node=["a"], to_node=["b"], **columns)


def found(zones: object = (BOTH,), params: dict[str, float] | None = None, **layers: Features) -> Values:
    given = {"building": HOMES, **layers}
    return values_of("sewer_connection", list(zones), given, **(params or {}))  # type: ignore[call-overload]


def test_premises_of_connected_points_in_the_zone_count() -> None:
    values = found((WEST, EAST), sewer_connection=records((5, 30, True), (5, 20, False), (25, 40, True)))
    assert (values.value.tolist(), values.numerator.tolist(), values.n.tolist()) == ([0.5, 1], [30, 40], [60, 40])


def test_what_no_record_speaks_of_is_unrecorded_and_bounds_the_value() -> None:
    values = found(sewer_connection=records((5, 30, True), (5, 20, False)))
    assert {name: part.tolist() for name, part in values.parts.items()} == {
        "recorded": [50],
        "unrecorded": [50],
        "low": [0.3],
        "high": [0.8],
        "connected": [30],
    }
    assert values.notes == ()


def test_more_than_all_are_all_but_the_numerator_tells() -> None:
    values = found(sewer_connection=records((5, 130, True)))
    assert (values.value[0], values.numerator[0], values.parts["unrecorded"][0]) == (1, 130, 0)


def test_quality_is_the_share_of_premises_with_a_fresh_record() -> None:
    values = found(sewer_connection=records((5, 30, True), (5, 20, True), recorded_on=DAY))
    assert (values.quality.tolist(), values.value.tolist()) == ([0.3], [0.5])


def test_a_record_anywhere_in_the_city_rules_out_the_proxy() -> None:
    values = found((WEST, EAST), sewer_connection=records((25, 40, True)), sewer_pipe=pipe(0))
    assert (values.value.tolist(), values.notes) == ([0, 1], ())


@pytest.mark.parametrize(("y", "covered"), [(-30, 0.6), (-30.001, 0), (5, 0.6)])
def test_without_any_record_buildings_within_30_m_of_a_pipe_are_a_proxy(y: float, covered: float) -> None:
    # The pipe ends 5 m before the second house: beside the first one alone at 30 m.
    values = found(sewer_pipe=pipe(y), params={"reach_m": 30} if y != 5 else {"reach_m": 4.9})
    assert values.value.tolist() == [covered]
    assert values.notes[0].startswith("Proxy: ")
    assert (values.quality[0], values.parts["recorded"][0], values.parts["high"][0]) == (0, 0, 1)


def test_a_storm_pipe_is_no_sewer() -> None:
    assert found(sewer_pipe=pipe(0, kind=["storm"])).value.tolist() == [0]
    assert found(sewer_pipe=pipe(0, kind=["combined"])).value.tolist() == [1]


def test_neither_connections_nor_pipes_is_no_data() -> None:
    values = found()
    assert values.reason.tolist() == ["Nothing is loaded in the layer sewer_connection or sewer_pipe"]
    assert np.isnan(values.value[0])


def test_without_buildings_there_is_no_share_but_what_is_connected_is_told() -> None:
    values = values_of("sewer_connection", [BOTH], {"sewer_connection": records((5, 471, True))})
    assert (values.reason[0], values.n[0]) == ("Nothing is loaded in the layer building", 0)
    assert (values.numerator[0], values.parts["connected"][0]) == (471, 471)
    empty = found((BOTH, box(500, 0, 600, 100)), sewer_connection=records((5, 1, True)))
    assert empty.reason.tolist() == ["", "No building lies in this zone"]


def test_what_serves_attribution_alone_does_not_change_the_value() -> None:
    layers = {"sewer_connection": records((5, 30, True))}
    values = found(params={"litres_per_person_day": 1.0, "peak_factor": 9.0}, **layers)
    assert values.value.tolist() == [0.3]
