"""What is noted of statements that change layers."""

from __future__ import annotations

from twin.database.connect import Connection
from twin.database.queries import query

KEPT_CHANGES = 1000
"""So many of the newest are kept as rows; twice as many are folded down to that."""


def fold_changes(connection: Connection, keep: int = KEPT_CHANGES) -> None:
    """Fold all but the newest ``keep`` changes into a count a layer; versions of layers stay the same."""
    connection.execute(query("fold_changes"), {"keep": keep})
