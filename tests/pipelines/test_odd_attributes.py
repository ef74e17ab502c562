"""What a file holds beside the layer's fields is kept, also where JSON or PostgreSQL have no such value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.load import load
from pipelines.recipe import read_recipe
from twin.database.connect import connect

RECIPE = """
[city]
name = "Oddtown"
crs = "EPSG:4547"
[[source]]
layer = "transit_stop"
path = "stops.{ending}"
crs = "EPSG:4490"
crs_override = true
x = "x"
y = "y"
"""

pytestmark = pytest.mark.usefixtures("store")


def stored(folder: Path, ending: str) -> tuple[dict[str, Any], dict[str, Any]]:
    recipe = RECIPE.format(ending=ending)
    (folder / "city.toml").write_text(recipe if ending == "csv" else recipe.replace('x = "x"\ny = "y"\n', ""))
    load(read_recipe(folder))
    with connect() as connection:
        rows = connection.execute("SELECT stop_id, attributes FROM layer.transit_stop").fetchall()
        rejects = connection.execute("SELECT key, original FROM twin.reject").fetchall()
    return {r["stop_id"]: r["attributes"] for r in rows}, {r["key"]: r["original"] for r in rejects}


def test_zero_characters_and_infinity_in_a_table(tmp_path: Path) -> None:
    lines = ["stop_id,note,depth,headway_min,x,y", "A,n\x00m,inf,5,114.1,38.9", "B,,-inf,-5,114.1,38.9"]
    (tmp_path / "stops.csv").write_text("\n".join([*lines, "C,z\x00,1.5,-1,114.1,38.9", "D,,2,1,114.1,38.9", ""]))
    kept, rejected = stored(tmp_path, "csv")
    assert kept["A"]["note"] == "nm"
    assert kept["D"]["depth"] in (2, "2")
    assert set(rejected) == {"B", "C"}
    assert "\x00" not in rejected["C"]["note"]


def test_lists_in_features(tmp_path: Path) -> None:
    def feature(key: str, headway: float, **more: Any) -> dict[str, Any]:
        place = {"type": "Point", "coordinates": [114.1, 38.9]}
        return {"type": "Feature", "geometry": place, "properties": {"stop_id": key, "headway_min": headway, **more}}

    features = [feature("A", 5, lines=[1, 2, 3]), feature("B", 5), feature("C", -5, lines=[4, 5])]
    (tmp_path / "stops.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    kept, rejected = stored(tmp_path, "geojson")
    assert kept == {"A": {"lines": [1, 2, 3]}, "B": None}
    assert rejected["C"]["lines"] == [4, 5]
