"""Who holds what others wait for."""

from __future__ import annotations

import time

from twin.database.connect import Connection
from twin.database.queries import query

PATIENCE_S = 3.0
"""PostgreSQL notices within so long that who held the lock was killed: at the end of the statement that it is at."""

LOOKS_AGAIN_S = 0.05


def take_runs(connection: Connection) -> bool:
    """Take the lock of runs; False where a run that is alive holds it."""
    end = time.monotonic() + PATIENCE_S
    while True:
        row = connection.execute(query("lock_runs")).fetchone()
        if row and row["free"]:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(LOOKS_AGAIN_S)


def holder_of_runs(connection: Connection) -> str:
    """Who holds the lock of runs, as words for a message: login and program; empty where it is free by now."""
    row = connection.execute(query("lock_holder")).fetchone()
    if row is None:
        return ""
    program = f" with {row['program']}" if row["program"] else ""
    return f"{row['login'] or 'somebody who is gone'}{program}"
