"""Recipes of real places: the recipe beside the files that a user downloads, where they are beside the project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.load import load
from pipelines.outcome import Outcome
from pipelines.recipe import read_recipe
from tests.conftest import PROJECT, empty_store, realdata
from twin.database.cluster import Cluster
from twin.database.connect import connect

Bring = Callable[[str, str], list[Outcome]]
"""Loads a recipe, by its name, with the files of a folder of real data."""


@pytest.fixture
def store(home: Cluster) -> Cluster:
    """An empty store: real places lie in CRSs of their own."""
    empty_store()
    return home


@pytest.fixture
def bring(store: Cluster, tmp_path: Path) -> Bring:  # noqa: ARG001
    """Load a recipe into an empty store; what became of each source. Their rows add up."""

    def run(name: str, data: str) -> list[Outcome]:
        folder = beside(name, data, tmp_path / name)
        outcomes = load(read_recipe(folder)).sources
        for each in outcomes:
            assert each.read == each.loaded + each.unchanged + each.rejected
        return outcomes

    return run


def beside(name: str, data: str, folder: Path) -> Path:
    """A folder with a recipe, and all files of a set of real data."""
    source = realdata(data)
    folder.mkdir(exist_ok=True)
    shutil.copy(PROJECT / "data" / "recipes" / name / "city.toml", folder)
    for path in source.iterdir():
        if not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    return folder


def counts(outcomes: list[Outcome]) -> list[tuple[str, int, int, int]]:
    """Layer, and rows read, loaded and rejected, of each source."""
    return [(each.layer, each.read, each.loaded, each.rejected) for each in outcomes]


def rows(statement: str) -> list[dict[str, Any]]:
    """What a statement gives."""
    with connect() as connection:
        return connection.execute(statement).fetchall()


def one(statement: str) -> Any:
    """The only value that a statement gives."""
    (row,) = rows(statement)
    (value,) = row.values()
    return value
