"""Real cities by their recipes, with the files that a user downloads: loaded into the store, read back, measured."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from layers.schema import Layer
from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import PROJECT, realdata
from twin.batch import Batch, CityFacts, Features
from twin.database.connect import connect
from twin.database.features import all_features
from twin.discover import discover
from twin.messiness.measure import messiness
from twin.networks.ways import ways
from twin.spatial.grid import cells

GRID_M = 300.0
READ = ("zone", "building", "street", "green_area")


def loaded_layers(name: str, folder: Path) -> dict[str, Features]:
    """What is read of a recipe in ``data/recipes/``, by layer; ``folder`` is empty, the store too."""
    shutil.copy(PROJECT / "data" / "recipes" / name / "city.toml", folder)
    for path in realdata(name).iterdir():
        (folder / path.name).symlink_to(path)
    load(read_recipe(folder))
    known = discover("layers", Layer)
    with connect() as connection:
        return {layer: all_features(connection, known[layer]) for layer in READ}


def grid_of(layers: dict[str, Features], size_m: float = GRID_M) -> Features:
    """Zones of a grid over the buildings, as ``twin grid`` writes them."""
    found = cells(layers["building"].geometry, size_m)
    return Features.of(found.shape, code=found.code)


def batch_of(zones: Features, layers: dict[str, Features], street_classes: tuple[str, ...] = ()) -> Batch:
    """All zones in one batch."""
    city = CityFacts.of(layers, "2025-06-30", street_classes=street_classes)
    return Batch(zones, layers, city, {"ways": ways.build(layers, city)})


def table_of(batch: Batch) -> pd.DataFrame:
    """Code, name, buildings, messiness with its interval and metrics: one row a zone, in their order."""
    found, zones = messiness(batch), batch.zones
    plain = {"code": zones.words("code"), "name": zones.words("name"), "n": found.n}
    measured = {"value": found.value, "low": found.low, "high": found.high, "reason": found.reason}
    metrics = {name: np.asarray(each) for name, each in found.metrics.items()}
    return pd.DataFrame({**plain, **measured, **metrics})
