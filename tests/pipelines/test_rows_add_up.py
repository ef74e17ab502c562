"""Rows read = loaded + unchanged + rejected, over every file of the real data that can be opened at all."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.guess.sample import Sample, files_of, samples_of
from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import empty_store, realdata
from twin.database.cluster import Cluster
from twin.database.connect import connect

CITY = '[city]\nname = "Everywhere"\ncrs = "EPSG:32632"\nextent = [-2e7, -2e7, 2e7, 2e7]\n'
LAYERS = {
    "Polygon": ("building", {}),
    "LineString": ("street", {"road_class": "local"}),
    "Point": ("transit_stop", {}),
    "": ("statistic", {"index": "any", "place": "city", "year": 2020, "value": 1}),
}


def source(sample: Sample) -> str:
    """A source that takes the table as it is: keys from its content, whatever is required as a constant."""
    kind = next((name for name in LAYERS if name in sample.kinds), "")
    layer, constants = LAYERS[kind]
    lines = {"layer": layer, "path": str(sample.path), "sublayer": sample.sublayer, "encoding": sample.encoding}
    lines |= {"x": sample.x, "y": sample.y, "crs": "" if sample.crs or not kind else "EPSG:4326"}
    text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in lines.items() if value)
    pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in constants.items())
    return f"[[source]]\n{text}\n" + (f"set = {{ {pairs} }}\n" if pairs else "")


def test_over_every_file_no_row_is_lost(home: Cluster, tmp_path: Path) -> None:  # noqa: ARG001
    empty_store()
    root = realdata("README.md").parent
    samples = [item for path in files_of(root) for item in samples_of(path) if isinstance(item, Sample)]
    assert len(samples) > 60
    recipe = tmp_path / "city.toml"
    recipe.write_text(CITY + "".join(dict.fromkeys(source(sample) for sample in samples)), encoding="utf-8")
    outcomes = load(read_recipe(recipe)).sources
    assert len(outcomes) > 60
    for each in outcomes:
        assert each.read == each.loaded + each.unchanged + each.rejected, each
    assert sum(each.read for each in outcomes) > 100_000
    with connect() as connection:
        stored = connection.execute(
            "SELECT sum(rows_read) AS read, sum(rows_loaded) AS loaded, sum(rows_rejected) AS rejected FROM twin.load"
        ).fetchone()
        kept = connection.execute("SELECT count(*) AS n FROM twin.reject").fetchone()
    assert stored is not None
    assert kept is not None
    assert stored["read"] == stored["loaded"] + stored["rejected"]
    assert kept["n"] == stored["rejected"]
