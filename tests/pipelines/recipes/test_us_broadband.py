"""Reported tables without a map: available is not used, what is not reported is no value."""

from __future__ import annotations

from tests.pipelines.recipes.conftest import Bring, counts, one, rows


def test_available_and_used_stay_apart(bring: Bring) -> None:
    found = counts(bring("us_broadband", "us_broadband_use"))
    assert found == [
        ("statistic", 3143 - 32, 3143 - 32, 0),
        ("statistic", 3143 - 9, 3143 - 9, 0),
        ("statistic", 3142 - 9, 3142 - 9, 0),
        ("statistic", 3142 - 11, 3142 - 11, 0),
        ("statistic", 32_735, 32_735 - 82, 82),
    ]
    autauga = rows("SELECT index, year, value FROM layer.statistic WHERE place = '1001' ORDER BY year, index")
    counties = [(row["index"], row["year"], row["value"]) for row in autauga if "postcode" not in row["index"]]
    assert counties == [
        ("broadband_available", 2019, 0.81),
        ("broadband_use", 2019, 0.28),
        ("broadband_available", 2020, 0.8057),
        ("broadband_use", 2020, 0.391),
    ]
    assert rows("SELECT min(value) AS low, max(value) AS high FROM layer.statistic") == [{"low": 0, "high": 1}]
    twice = rows("SELECT rule, original -> 'attributes' ->> 'ST' AS state FROM twin.reject")
    assert {(row["rule"], row["state"]) for row in twice} == {("key_double", state) for state in ("AK", "MN", "SD")}
    assert one("SELECT attributes ->> 'ERROR RANGE (95%)(+/-)' FROM layer.statistic WHERE place = '29639'") == "0.11"
