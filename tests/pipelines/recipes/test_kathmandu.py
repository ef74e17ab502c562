"""A dense quarter: tags as JSON in one column, zones without names."""

from __future__ import annotations

import pytest

from tests.pipelines.recipes.conftest import Bring, counts, one


def test_a_dense_quarter_is_loaded(bring: Bring) -> None:
    found = counts(bring("kathmandu", "kathmandu"))
    assert found[:2] == [("zone", 122, 122, 0), ("building", 667, 667, 0)]
    assert [each[1:] for each in found[2:]] == [(n, n, 0) for n in (8, 5, 3, 3, 2, 1)]
    assert one("SELECT count(*) FROM layer.street") == 22
    assert one("SELECT count(*) FROM layer.building WHERE NOT ST_IsValid(geom)") == 0
    median = one("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ST_Area(geom)) FROM layer.building")
    assert median == pytest.approx(75.7, abs=0.1)
    cover = one("SELECT sum(ST_Area(geom)) / ST_Area(ST_ConvexHull(ST_Collect(geom))) FROM layer.building")
    assert cover == pytest.approx(0.36, abs=0.005)
    pairs = (
        "SELECT count(*) FROM layer.building AS a JOIN layer.building AS b ON a.id < b.id AND a.geom && b.geom "
        "WHERE ST_Area(ST_Intersection(a.geom, b.geom)) > 0.01"
    )
    assert one(pairs) == 3
    assert one("SELECT count(DISTINCT code) FROM layer.zone") == 122


def test_the_same_files_again_change_nothing_though_keys_were_made(bring: Bring) -> None:
    bring("kathmandu", "kathmandu")
    again = bring("kathmandu", "kathmandu")
    assert all(each.skipped for each in again)
    assert one("SELECT count(*) FROM history.zone") == 0
