"""Layers as they stood at any moment."""

from __future__ import annotations

import datetime
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twin.database.edited import GREEN, door, loaded, rows_of, said
from twin.cli import main
from twin.database.as_of import layer_rows_at
from twin.database.connect import connect

pytestmark = pytest.mark.usefixtures("edited_city")


def now() -> datetime.datetime:
    moment = rows_of("SELECT clock_timestamp() AS now")[0]["now"]
    assert isinstance(moment, datetime.datetime)
    return moment


def standing(moment: datetime.datetime | None = None) -> dict[str, str]:
    if moment is None:
        return {row["green_id"]: row["kind"] for row in rows_of("SELECT green_id, kind FROM layer.green_area")}
    with connect() as connection:
        return {row["green_id"]: row["kind"] for row in layer_rows_at(connection, GREEN, moment)}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["load", "update", "delete", "insert"]),
        st.sampled_from("abc"),
        st.sampled_from(["park", "garden", "forest"]),
    ),
    max_size=6,
)


@given(steps=STEPS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_moment_is_remembered_as_it_was(steps: list[tuple[str, str, str]]) -> None:
    step("delete all", "", "")
    remembered = [(now(), standing())]
    for what, key, kind in steps:
        step(what, key, kind)
        remembered.append((now(), standing()))
    for moment, rows in remembered:
        assert standing(moment) == rows


def step(what: str, key: str, kind: str) -> None:
    if what == "load":
        loaded(GREEN, said("a", "b", **{key: {"kind": kind}} if key != "c" else {}))
        return
    statement = {
        "update": "UPDATE layer.green_area SET kind = %(kind)s WHERE green_id = %(key)s",
        "delete all": "DELETE FROM layer.green_area WHERE %(key)s = %(kind)s",
        "delete": "DELETE FROM layer.green_area WHERE green_id = %(key)s AND %(kind)s <> ''",
        "insert": "INSERT INTO layer.green_area (green_id, kind, geom) SELECT %(key)s, %(kind)s, "
        "ST_Multi(ST_Buffer(ST_Point(500000, 4320000, 4547), 9)) "
        "WHERE NOT EXISTS (SELECT FROM layer.green_area WHERE green_id = %(key)s)",
    }[what]
    with door() as connection:
        connection.execute(statement, {"key": key, "kind": kind})


def twin(*words: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, words)])


def test_a_layer_is_exported_as_it_stood(tmp_path: Path) -> None:
    loaded(GREEN, said("a", "b"))
    with door() as connection:
        connection.execute("UPDATE layer.green_area SET edited_at = edited_at, kind = 'garden' WHERE green_id = 'a'")
    (row,) = rows_of("SELECT lower(valid) + (upper(valid) - lower(valid)) / 2 AS between FROM history.green_area")
    today, then = tmp_path / "today.gpkg", tmp_path / "then.gpkg"
    assert twin("green_area", "--out", today).exit_code == 0
    later = f"{row['between'] + datetime.timedelta(days=1):%Y-%m-%d}"
    assert twin("green_area", "--out", then, "--as-of", later).exit_code == 0
    assert sorted(gpd.read_file(then)["kind"]) == sorted(gpd.read_file(today)["kind"]) == ["garden", "park"]
    assert twin("green_area", "--out", then, "--as-of", "2020-01-01T10:00").stdout.startswith("0 rows")
    refused = twin("scores", "--out", today, "--as-of", "2020-01-01")
    assert refused.exit_code == 2
    assert "--as-of is for layers" in refused.stderr
