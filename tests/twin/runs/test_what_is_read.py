"""What values are computed from is what their index declares that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from twin.database.connect import Connection
from twin.database.features import NOW, layer_versions, zones_in_order
from twin.database.sources import city_of
from twin.goals import load_profile
from twin.runs.batch import Cut, Shared, arriving_batch, cut
from twin.runs.facts import city_facts
from twin.runs.plan import plan
from twin.runs.prepare import Preparation
from twin.runs.rows import score_rows
from twin.runs.work import compute

PLAN = plan(load_profile("xiongan_2035"))


@contextmanager
def prepared() -> Iterator[tuple[Connection, Cut, Shared]]:
    """All zones of the town as one batch to be read, and what batches share."""
    held = Preparation()
    with held.connected() as connection:
        city = city_of(connection)
        facts = city_facts(connection, city, PLAN.profile, NOW)
        shared = held.ready(connection, city.srid, PLAN, facts, layer_versions(connection)).shared
        (part,) = cut(zones_in_order(connection), 100)
        yield connection, part, shared


@pytest.mark.usefixtures("town")
def test_every_goal_alone_is_what_it_is_among_all() -> None:
    with prepared() as (connection, part, shared):
        for each in PLAN.goals:
            alone = replace(PLAN, goals=(each,))
            assert set(alone.value_reach_m) <= set(PLAN.value_reach_m)
            found = []
            for reach_m in (alone.value_reach_m, PLAN.reach_m):
                with arriving_batch(connection, reach_m, part, shared) as (batch, own):
                    found.append(list(score_rows(each, compute(each, batch), batch, own)))
            assert found[0] == found[1], each.goal.index
            assert len(found[0]) == 25


@pytest.mark.usefixtures("town")
def test_a_batch_that_is_asked_for_what_nobody_declared_says_so() -> None:
    with (
        prepared() as (connection, part, shared),
        arriving_batch(connection, {"building": 0.0}, part, shared) as (batch, _),
    ):
        assert len(batch.layer("building")) > 0
        assert len(batch.layer("water_body")) == 0, "the city has none"
        with pytest.raises(KeyError, match="layer street has rows, but this batch was made without"):
            batch.layer("street")
