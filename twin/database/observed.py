"""What an operator watches of the store: age of the newest run, zones that wait, jobs, room that tiles take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from twin.database.connect import Connection
from twin.database.queries import query


@dataclass(frozen=True)
class Observed:
    """The store at one moment; ``jobs`` counts those of the queue by state, empty where there is none."""

    newest_run: datetime | None
    dirty_zones: int
    kept_tile_bytes: int
    jobs: Mapping[str, int]


def observe(connection: Connection) -> Observed:
    """Look at the store."""
    row = connection.execute(query("observe")).fetchone()
    assert row is not None
    jobs = {each["state"]: each["jobs"] for each in connection.execute(query("observe_jobs"))}
    return Observed(row["newest_run"], row["dirty_zones"], row["kept_tile_bytes"], jobs)
