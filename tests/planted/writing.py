"""A planted city as files: one GPKG a layer, a recipe and a profile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np

from tests.planted.labels import TARGETS
from twin.batch import Features

PROFILE = "planted.toml"


def write(layers: Mapping[str, Features], crs: str, reference_date: str, folder: Path) -> Path:
    """Write all files into a folder; the path of the recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, features in layers.items():
        frame = gpd.GeoDataFrame(features.frame(), geometry=np.asarray(features.geometry), crs=crs)
        for column in frame.columns:
            if np.issubdtype(np.asarray(frame[column]).dtype, np.datetime64):
                frame[column] = np.asarray(frame[column]).astype("datetime64[D]").astype(object)
        frame.to_file(folder / f"{name}.gpkg", layer=name, driver="GPKG")
    (folder / PROFILE).write_text(profile(), encoding="utf-8")
    recipe = folder / "city.toml"
    recipe.write_text(_recipe(layers, crs, reference_date), encoding="utf-8")
    return recipe


def profile() -> str:
    """The three goals."""
    head = 'name = "Planted"\nyear = 2035\nstale_after_years = 5\n'
    goal = '\n[[goal]]\nindex = "{}"\ntarget = {}\ndirection = "at_least"\n'
    return head + "".join(goal.format(index, target) for index, target in TARGETS.items())


def _recipe(layers: Mapping[str, Features], crs: str, reference_date: str) -> str:
    head = f'[city]\nname = "Planted"\ncrs = "{crs}"\nreference_date = {reference_date}\nprofile = "{PROFILE}"\n'
    return head + "".join(f'\n[[source]]\nlayer = "{name}"\npath = "{name}.gpkg"\n' for name in layers)
