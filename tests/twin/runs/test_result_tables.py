"""Scores, flags and messiness as files: the columns, types and order of the contract, also where there is no row."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest

from tests.twin.runs.village import loaded, profile, village
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.discover import discover
from twin.errors import StoreNotReady
from twin.exporters.exporter import export
from twin.messiness.measure import METRICS
from twin.messiness.metric import Metric
from twin.runs.engine import score
from twin.runs.tables import table_of

TEXTS = {"zone", "goal", "cause", "second_cause", "evidence"}
WHOLE = {"n", "run"}
COLUMNS = {
    "scores": ["zone", "goal", "value", "target", "attainment", "n", "quality", "run"],
    "flags": [
        "zone",
        "goal",
        "cause",
        "confidence",
        "second_cause",
        "value",
        "target",
        "shortfall",
        "gain_if_tidy",
        "gain_if_supplied",
        "people_affected",
        "evidence",
        "run",
    ],
    "messiness": ["zone", "value", "low", "high", "n", "run", *discover(METRICS, Metric)],
}
KINDS = {"text": ("object", "large_string"), "whole": ("int64", "int64"), "number": ("float64", "double")}

pytestmark = pytest.mark.usefixtures("store")


def kind(column: str) -> str:
    return "text" if column in TEXTS else "whole" if column in WHOLE else "number"


@pytest.fixture(params=["rows", "no rows"])
def some(request: pytest.FixtureRequest, store: Cluster, tmp_path: Path) -> bool:  # noqa: ARG001
    """Whether the tables have rows: a scored village, or one whose goals hold for no zone and whose zones are gone."""
    loaded(tmp_path, village())
    if request.param == "rows":
        score(profile())
        return True
    goal = {"index": "road_density", "direction": "at_least", "target": 0.0, "zone_types": ["park"]}
    run = score(profile(goal=[goal])).run
    with connect() as connection:
        connection.execute("UPDATE twin.form_state SET value = NULL, low = NULL, high = NULL, metrics = '{}'")
        assert len(table_of(connection, "messiness", run).rows) == 2
    return False


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize("what", COLUMNS)
def test_each_format_has_the_columns_and_types_of_the_contract(what: str, some: bool, tmp_path: Path) -> None:
    with connect() as connection:
        table = table_of(connection, what)
    paths = {ending: tmp_path / f"out.{ending}" for ending in ("csv", "gpkg", "geojson", "parquet", "xlsx")}
    for path in paths.values():
        export(table, path)
    wanted, count = COLUMNS[what], len(table.rows)
    assert bool(count) == (some or what == "messiness")
    assert pd.read_csv(paths["csv"]).columns.tolist() == wanted
    info = pyogrio.read_info(paths["gpkg"])
    assert info["fields"].tolist() == wanted
    assert list(info["dtypes"]) == [KINDS[kind(name)][0] for name in wanted]
    schema = pq.read_schema(paths["parquet"])
    assert schema.names == [*wanted, "geometry"]
    assert [str(each) for each in schema.types[:-1]] == [KINDS[kind(name)][1] for name in wanted]
    assert pd.read_excel(paths["xlsx"]).columns.tolist() == wanted
    features = json.loads(paths["geojson"].read_text(), parse_constant=lambda name: pytest.fail(name))["features"]
    assert len(features) == info["features"] == pq.read_metadata(paths["parquet"]).num_rows == count
    assert all(list(each["properties"]) == wanted for each in features)


def test_a_run_of_a_release_that_sought_no_causes_says_so(tmp_path: Path) -> None:
    loaded(tmp_path, village())
    run = score(profile()).run
    with connect() as connection:
        connection.execute("DELETE FROM twin.form_state; DELETE FROM twin.flag_state")
        assert len(table_of(connection, "scores").rows)
        for what in ("flags", "messiness"):
            with pytest.raises(StoreNotReady, match=f"run {run} is of an earlier release.*run `twin score`"):
                table_of(connection, what)
