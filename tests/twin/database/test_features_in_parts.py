"""A layer that comes part by part holds the same rows as the whole, and a network of parts is that of the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.building import building
from layers.sewer_connection import sewer_connection
from layers.sewer_node import sewer_node
from layers.sewer_pipe import sewer_pipe
from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.twin.runs.conftest import write_supply, write_town
from twin.batch import CityFacts, Features
from twin.database import features
from twin.database.connect import connect
from twin.database.features import all_features, features_in_parts
from twin.networks.sewer import sewer


@pytest.mark.usefixtures("store")
def test_parts_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "PART_ROWS", 7)
    write_town(tmp_path)
    write_supply(tmp_path)
    load(read_recipe(tmp_path))
    with connect(autocommit=True) as connection:
        whole, parts = all_features(connection, building), list(features_in_parts(connection, building))
        assert {len(part) for part in parts[:-1]} == {7} and len(parts) > 2
        together = Features.joined(parts)
        by_key = together.take(np.argsort(together.words("building_id").astype(str), kind="stable"))
        assert whole.words("building_id").tolist() == sorted(whole.words("building_id"))
        assert np.array_equal(by_key.ids, whole.ids)
        assert shapely.equals_identical(by_key.geometry, whole.geometry).all()
        pd.testing.assert_frame_equal(by_key.frame(), whole.frame())
        layers = {each.id: all_features(connection, each) for each in (sewer_pipe, sewer_node, sewer_connection)}
        facts = CityFacts.of(layers, "2025-06-30")
        drawn = {name: layers[name] for name in ("sewer_pipe", "sewer_node")}
        gathered = {"sewer_connection": features_in_parts(connection, sewer_connection)}
        people = sewer.build(drawn, facts, gathered).people()
        assert people.sum() > 0
        np.testing.assert_allclose(people, sewer.build(layers, facts).people(), rtol=1e-12)
