"""Ways: which a service vehicle can use, how wide they are taken to be, how they are joined."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from layers.street import OSM_HIGHWAYS
from twin.batch import CityFacts, Features
from twin.discover import discover
from twin.networks.network import Network
from twin.networks.ways import ASSUMED_WIDTH_M, USABLE_M, Ways, ways, widths


def built(rows: Features, **facts: object) -> Ways:
    return ways.build({"street": rows}, CityFacts.of({"street": rows}, "2025-06-30", **facts))


def streets(*classes: str | None, width: list[float | None] | None = None) -> Features:
    lines = [LineString([(0, 10 * i), (100, 10 * i)]) for i in range(len(classes))]
    keys = [f"S{i}" for i in range(len(classes))]
    return Features.of(lines, street_id=keys, road_class=list(classes), width_m=width or [None] * len(classes))


def by_class(found: Ways, value: np.ndarray) -> dict[str, object]:
    return dict(zip(found.road_class.tolist(), value.tolist(), strict=True))


def test_the_network_is_found_by_its_file_name() -> None:
    assert discover("twin.networks", Network)["ways"] is ways


def test_a_width_that_is_missing_is_the_median_of_the_class_and_then_the_assumed_one() -> None:
    rows = streets("alley", "alley", "alley", "track", "residential", "escape", width=[1, 2.4, None, 0, None, None])
    assert widths(rows)[:5].tolist() == [1, 2.4, 1.7, ASSUMED_WIDTH_M["track"], ASSUMED_WIDTH_M["residential"]]
    assert np.isnan(widths(rows)[5])


def test_few_widths_of_a_class_do_not_speak_for_it() -> None:
    given = [3.0, 3.0, *[None] * 18]
    assert widths(streets(*["residential"] * 20, width=given))[2:].tolist() == [3.0] * 18
    rows = streets(*["residential"] * 21, width=[*given, None])
    assert widths(rows)[:3].tolist() == [3.0, 3.0, ASSUMED_WIDTH_M["residential"]]


def test_classes_are_assumed_narrow_or_wide_as_documented() -> None:
    narrow = {name for name, width in ASSUMED_WIDTH_M.items() if width < USABLE_M}
    assert {"alley", "path", "footway", "steps", "cycleway", "bridleway", "track"} <= narrow
    assert not narrow & {"service", "residential", "pedestrian", "local", "living_street", "tertiary"}
    assert set(ASSUMED_WIDTH_M) <= {*OSM_HIGHWAYS, "arterial", "collector", "local", "alley"}


def test_usable_is_a_service_class_at_least_three_and_a_half_metres_wide() -> None:
    rows = streets(
        *("residential", "service", "alley", "footway", "escape", "motorway", "platform", "corridor"),
        width=[3.5, 3.4, 5, 9, None, None, 6, 6],
    )
    found = built(rows)
    assert by_class(found, found.usable) == {
        "residential": True,
        "service": False,
        "alley": True,
        "footway": False,
        "escape": True,
        "motorway": False,
        "platform": False,
        "corridor": False,
    }
    assert by_class(found, found.service)["service"] is True


def test_the_profile_may_say_which_classes_a_service_vehicle_can_use() -> None:
    found = built(
        streets("residential", "footway", "motorway", width=[6, 4, 20]), street_classes=("footway", "motorway")
    )
    assert by_class(found, found.usable) == {"residential": False, "footway": True, "motorway": False}


def test_each_way_that_can_be_entered_is_in_one_tree() -> None:
    found = built(streets("residential", "alley", "footway", "motorway", "motorway_link", "construction", "proposed"))
    pieces = [found.usable_pieces, found.narrow_pieces, found.foot_pieces]
    assert [found.road_class[each.line].tolist() for each in pieces] == [["residential"], ["alley"], ["footway"]]
    assert sorted(found.road_class) == ["alley", "footway", "motorway", "motorway_link", "residential"]


def test_the_graph_holds_service_ways_of_any_width_and_all_components() -> None:
    found = built(streets("residential", "alley", "footway", "motorway"))
    assert sorted({y for _, y in found.graph.xy.tolist()}) == [0, 10]
    assert np.diff(found.graph.starts).tolist() == [1, 1, 1, 1]


vertices = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=14, unique=True)


@given(st.lists(vertices, min_size=1, max_size=4))
def test_stretches_are_short_and_together_the_whole_lines(lines: list[list[tuple[int, int]]]) -> None:
    rows = Features.of([MultiLineString([a]) for a in lines], road_class=["local"] * len(lines))
    found = built(rows)
    pieces = found.usable_pieces.drawn(slice(None))
    assert shapely.get_num_points(pieces).max() <= 5
    for way, line in enumerate(rows.geometry[found.ids]):
        own = pieces[found.usable_pieces.line == way]
        assert shapely.length(own).sum() == pytest.approx(line.length)
        assert shapely.union_all(own).hausdorff_distance(line) < 1e-9


def test_the_order_of_rows_does_not_matter_and_the_widest_come_first() -> None:
    rows = streets("alley", "residential", "escape", "footway", "residential", width=[2, 7, None, None, None])
    one, other = built(rows), built(rows.take(np.array([3, 1, 4, 0, 2])))
    assert one.ids.tolist() == other.ids.tolist() == [2, 1, 4, 0, 3]
    np.testing.assert_array_equal(one.width_m, other.width_m)
    np.testing.assert_array_equal(one.graph.xy, other.graph.xy)


def test_ways_travel_to_workers() -> None:
    again = pickle.loads(pickle.dumps(built(streets("residential", "alley"))))
    assert again.usable_pieces.closest(np.array([shapely.Point(0, 3)]), np.inf)[1].tolist() == [0]


@pytest.mark.parametrize("layers", [{}, {"street": Features.of([])}, {"street": Features.of([None, LineString()])}])
def test_a_city_without_lines_has_no_ways_to_use(layers: dict[str, Features]) -> None:
    found = ways.build(layers, CityFacts.of({}, "2025-06-30"))
    assert len(found.usable_pieces) == len(found.graph) == 0
