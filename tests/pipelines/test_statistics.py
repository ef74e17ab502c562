"""Statistics: rows without a place, whose key is made of three fields."""

from __future__ import annotations

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.pipelines.conftest import SmallCity
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.sources import rejects

HEAD = "index,place,year,value,unit\n"


def values() -> dict[str, float]:
    with connect() as connection:
        rows = connection.execute("SELECT statistic_id, value FROM layer.statistic ORDER BY 1").fetchall()
    return {row["statistic_id"]: row["value"] for row in rows}


def test_a_statistic_is_told_apart_by_index_place_and_year(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.text("s.csv", HEAD + "jobs,Z1,2020,10,n\njobs,Z1,2021,12,n\njobs,city,2021,99,n\njobs,Z1,2020,11,n\n")
    village.source("statistic", "s.csv")
    outcome = load(read_recipe(village.write())).sources[-1]
    assert (outcome.read, outcome.loaded, outcome.rejected) == (4, 3, 1)
    assert values() == {"jobs/Z1/2020": 10.0, "jobs/Z1/2021": 12.0, "jobs/city/2021": 99.0}
    with connect() as connection:
        (reject,) = rejects(connection, "statistic")
    assert reject["reason"] == "statistic_id 'jobs/Z1/2020' stands already in row 2"


def test_a_changed_value_is_a_change_and_not_a_new_row(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.text("s.csv", HEAD + "jobs,Z1,2020,10,n\n")
    village.source("statistic", "s.csv")
    load(read_recipe(village.write()))
    village.text("s.csv", HEAD + "jobs,Z1,2020,11,n\n")
    outcome = load(read_recipe(village.write())).sources[-1]
    assert (outcome.loaded, outcome.closed) == (1, 0)
    assert values() == {"jobs/Z1/2020": 11.0}


def test_a_line_that_cannot_be_read_is_kept_aside(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    village.text("s.csv", HEAD + "jobs,Z1,2020,10,n\njobs,Z2,2020,10,n,too,many\n")
    village.source("statistic", "s.csv")
    outcome = load(read_recipe(village.write())).sources[-1]
    assert (outcome.loaded, outcome.rejected) == (1, 1)
    with connect() as connection:
        (reject,) = rejects(connection, "statistic")
    assert reject["reason"].startswith("The row cannot be read: ")
