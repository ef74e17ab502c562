"""Reported statistics: three levels in one column stay apart, and are never added together."""

from __future__ import annotations

from tests.pipelines.recipes.conftest import Bring, counts, one, rows

BY_LEVEL = """
SELECT CASE WHEN place = 'city' THEN 'city' WHEN place IN (SELECT code FROM layer.zone) THEN 'zone' ELSE 'district' END
    AS level, count(*) AS places, sum(value)::int AS people
FROM layer.statistic WHERE index = 'population' AND year = {year} GROUP BY 1 ORDER BY 1
"""


def levels_of(year: int) -> dict[str, tuple[int, int]]:
    """Places and people by level."""
    return {row["level"]: (row["places"], row["people"]) for row in rows(BY_LEVEL.format(year=year))}


def test_levels_are_told_apart_and_a_sum_is_not_always_the_reported_total(bring: Bring) -> None:
    found = counts(bring("leipzig", "leipzig_districts"))
    assert found == [("zone", 63, 63, 0), *[("statistic", 74, 74, 0)] * 24]
    levels = {year: levels_of(year) for year in (2000, 2023)}
    assert levels[2023] == {"city": (1, 628_718), "district": (10, 628_718), "zone": (63, 628_718)}
    assert levels[2000]["city"] == (1, 479_996)
    assert levels[2000]["zone"] == (63, 479_417)
    assert levels[2000]["district"][0] == 10
    assert one("SELECT count(*) FROM layer.zone WHERE NOT code IN (SELECT place FROM layer.statistic)") == 0
    assert one("SELECT count(DISTINCT year) FROM layer.statistic") == 24
    assert one("SELECT value FROM layer.statistic WHERE statistic_id = 'population/Böhlitz-Ehrenberg/2000'") == 9079
    assert one("SELECT count(DISTINCT attributes ->> 'OT') FROM layer.zone") == 63
