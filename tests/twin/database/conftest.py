"""What several tests of the store share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.conftest import empty_store
from tests.twin.database import edited
from tests.twin.database.tile_town import LAYERS, SIDE_M, SRID, put
from twin.database.cluster import Cluster
from twin.database.connect import Connection, connect
from twin.database.tables import make_tables


@pytest.fixture
def town(store: Cluster) -> Iterator[Connection]:  # noqa: ARG001
    """A store with tables, and 400 buildings from small to larger than a cell."""
    with connect() as connection:
        make_tables(connection, LAYERS, SRID)
        connection.execute("INSERT INTO twin.city (name, srid, profile) VALUES ('T', %s, 'p')", [SRID])
        draw = np.random.default_rng(5)
        for number in range(400):
            x, y = draw.uniform(0, SIDE_M, 2)
            put(connection, f"B{number}", x, y, 150.0 if number % 40 == 0 else draw.uniform(6, 40))
        connection.commit()
        yield connection


@pytest.fixture
def edited_city(home: Cluster) -> None:  # noqa: ARG001
    """The city of ``edited`` without a row, emptied rather than made anew for each test."""
    if not edited.is_made():
        empty_store()
        edited.make_city()
        return
    tables = [f"{schema}.{layer}" for schema in ("layer", "history") for layer in edited.LAYERS]
    beside = ("source", "load", "reject", "change", "conflict", "warning", "dirty", "run")
    with connect() as connection:
        connection.execute(
            f"TRUNCATE {', '.join([*tables, *(f'twin.{name}' for name in beside)])} RESTART IDENTITY CASCADE"
        )
