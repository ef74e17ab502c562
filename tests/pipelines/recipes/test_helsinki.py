"""The centre of a tidy city from OpenStreetMap, with the cells of a population grid as zones."""

from __future__ import annotations

from tests.pipelines.recipes.conftest import Bring, counts, one, rows
from twin.goals import load_profile
from twin.runs.engine import score


def test_the_centre_is_loaded_and_scored(bring: Bring) -> None:
    assert counts(bring("helsinki", "helsinki")) == [
        ("zone", 92, 92, 0),
        ("building", 494, 482, 12),
        ("street", 2504, 2504, 0),
        ("green_area", 17, 16, 1),
        ("green_area", 98, 91, 7),
        ("transit_stop", 92, 92, 0),
        ("transit_stop", 36, 36, 0),
    ]
    assert one("SELECT sum(population) FROM layer.zone") == 71_724
    near = (
        "SELECT count(*) AS cells, sum(population) AS people FROM layer.zone WHERE ST_Intersects(geom, "
        "ST_Transform(ST_MakeEnvelope(24.9352, 60.1642, 24.9534, 60.1791, 4326), 3879))"
    )
    assert rows(near) == [{"cells": 22, "people": 7801}]
    assert one("SELECT count(*) FROM twin.reject WHERE reason LIKE '%LinearRing%' AND key LIKE 'way/%'") == 9
    run = score(load_profile("xiongan_2035")).run
    built = one(f"SELECT count(*) FROM twin.score WHERE run_id = {run} AND goal = 'green_access' AND value IS NOT NULL")
    assert 10 < built < 40
