"""What zones saw of networks and supply when they were computed, and which of them saw a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from twin.database.connect import Connection
from twin.database.queries import query
from twin.spatial.sight import AROUND_M, CELL_M, Sight

Seen = Mapping[str, Mapping[str, Sight]]
"""Sights by part, and by kind."""


def former_sights(connection: Connection, names: Iterable[str]) -> dict[str, dict[str, Sight]]:
    """Sights of the newest run, of the parts named; those of another size of squares are left out."""
    found: dict[str, dict[str, Sight]] = {}
    for row in connection.execute(query("seen"), {"names": list(names)}):
        if row["cell_m"] == CELL_M:
            x, y, cell = (np.array(row[name], dtype=np.int64) for name in ("x", "y", "cell"))
            found.setdefault(row["name"], {})[row["kind"]] = Sight(row["kind"], x, y, cell.view(np.uint64))
    return found


def note_sights(connection: Connection, sights: Mapping[str, Sequence[Sight] | None]) -> None:
    """Write down what zones see now, of all parts that there are; None where it is not known."""
    known = {name: parts for name, parts in sights.items() if parts is not None}
    connection.execute(query("forget_seen"), {"names": list(known)})
    noted = {(row["name"], row["kind"]): row["digest"] for row in connection.execute(query("seen_digests"))}
    for name, parts in known.items():
        for sight in parts:
            if noted.get((name, sight.kind)) == sight.digest:
                continue
            columns = {"x": sight.x.tolist(), "y": sight.y.tolist(), "cell": sight.cell.view(np.int64).tolist()}
            values = {"name": name, "kind": sight.kind, "digest": sight.digest, "cell_m": CELL_M, **columns}
            connection.execute(query("note_seen"), values)


def zones_that_see(connection: Connection, run: int, kind: str, x: Sequence[int], y: Sequence[int]) -> set[str]:
    """Codes of zones whose buildings looked, in a run, as far as any of these squares for things of a kind."""
    values = {"run": run, "kind": kind, "x": list(x), "y": list(y), "cell_m": CELL_M, "around": AROUND_M}
    return {row["code"] for row in connection.execute(query("zones_that_see"), values)}
