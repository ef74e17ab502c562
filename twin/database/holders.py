"""Who holds what others wait for."""

from __future__ import annotations

from twin.database.connect import Connection
from twin.database.queries import query


def holder_of_runs(connection: Connection) -> str:
    """Who holds the lock of runs, as words for a message: login and program; empty where it is free by now."""
    row = connection.execute(query("lock_holder")).fetchone()
    if row is None:
        return ""
    program = f" with {row['program']}" if row["program"] else ""
    return f"{row['login'] or 'somebody who is gone'}{program}"
