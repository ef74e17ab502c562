"""Where the queue of jobs lies."""

from __future__ import annotations

from twin.database.connect import Connection
from twin.database.queries import query


def has_queue(connection: Connection) -> bool:
    """Whether the tables of the queue are there."""
    row = connection.execute(query("has_queue")).fetchone()
    return bool(row and row["there"])
