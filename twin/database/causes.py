"""Messiness of zones, evidence of premises, and flags: written by runs, read by screens and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from twin.database.arrays import Numbers, read_numbers, write_numbers
from twin.database.connect import Connection, Row
from twin.database.queries import query
from twin.database.results import run_to_show
from twin.errors import StoreNotReady

ARRAY_TYPES = {
    "building": "int8",
    "node": "int8",
    "premises": "float4",
    "fresh": "float8",
    "covered": "float8",
    "hindered": "float4",
    "reach": "float8",
    "network": "float4",
    "closed": "float4",
    "depth": "int2",
    "usable_m": "float4",
    "width_m": "float4",
}
"""Columns of ``twin.premise`` that hold arrays, as they stand in ``copy_premises``."""


@dataclass(frozen=True)
class FormRow:
    """The messiness of a zone, as it is stored."""

    zone: str
    premises: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class PremiseRow:
    """What is known of the premises of a zone for a goal; ``columns`` by the names of ``ARRAY_TYPES``."""

    goal: str
    zone: str
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class FlagRow:
    """Why a zone misses a goal, as it is stored."""

    goal: str
    zone: str
    cause: str
    confidence: float
    second_cause: str
    value: float
    target: float
    shortfall: float
    gain_if_tidy: float | None
    gain_if_supplied: float | None
    people_affected: float | None
    evidence: str
    evidence_zh: str
    parts: Mapping[str, float]
    details: Mapping[str, Any]


def write_forms(connection: Connection, run: int, rows: Iterable[FormRow]) -> None:
    """Write the messiness of zones."""
    types = ["int4", "text", "int8", "float8", "float8", "float8", "int8", "text", "jsonb"]
    with connection.cursor() as cursor, cursor.copy(query("copy_forms")) as copy:
        copy.set_types(types)
        for r in rows:
            copy.write_row((run, r.zone, r.premises, r.value, r.low, r.high, r.n, r.reason, Jsonb(dict(r.metrics))))


def write_premises(connection: Connection, run: int, rows: Iterable[PremiseRow]) -> None:
    """Write the evidence of premises."""
    with connection.cursor() as cursor:
        write_numbers(cursor)
        with cursor.copy(query("copy_premises")) as copy:
            copy.set_types(["int4", "text", "text", *(f"{kind}[]" for kind in ARRAY_TYPES.values())])
            for r in rows:
                arrays = (Numbers(r.columns[name], kind) for name, kind in ARRAY_TYPES.items())
                copy.write_row((run, r.goal, r.zone, *arrays))


def write_flags(connection: Connection, run: int, rows: Iterable[FlagRow]) -> None:
    """Write the flags of a run in place of those that it has."""
    types = ["int4", "text", "text", "text", "float8", "text", *["float8"] * 6, "text", "text", "jsonb", "jsonb"]
    connection.execute(query("forget_flags"), {"run": run})
    with connection.cursor() as cursor, cursor.copy(query("copy_flags")) as copy:
        copy.set_types(types)
        for r in rows:
            head = (run, r.goal, r.zone, r.cause, r.confidence, r.second_cause, r.value, r.target, r.shortfall)
            gains = (r.gain_if_tidy, r.gain_if_supplied, r.people_affected)
            said = (r.evidence, r.evidence_zh, Jsonb(dict(r.parts)), Jsonb(dict(r.details)))
            copy.write_row((*head, *gains, *said))


def copy_former(connection: Connection, run: int, former: int, recomputed: Iterable[str]) -> None:
    """Take over, from run ``former``, messiness and evidence of all zones but those ``recomputed``."""
    values = {"run": run, "former": former, "zones": list(recomputed)}
    connection.execute(query("copy_former_forms"), values)
    connection.execute(query("copy_former_premises"), values)


def forget_premises(connection: Connection, keep: int) -> None:
    """Drop the evidence of all runs but one."""
    connection.execute(query("forget_premises"), {"run": keep})


def run_with_causes(connection: Connection, run: int | None = None) -> Row:
    """The newest finished run, or the one of that number, if it sought causes.

    Raises:
        StoreNotReady: there is none, or it was computed by a release that sought none.
    """
    found = run_to_show(connection, run)
    row = connection.execute(query("has_forms"), {"run": found["id"]}).fetchone()
    if not row or not row["there"]:
        raise StoreNotReady(
            f"run {found['id']} is of an earlier release, which measured no messiness and sought no causes; "
            "run `twin score`"
        )
    return found


def premises_of_goal(connection: Connection, run: int, goal: str, zone: str | None = None) -> list[Row]:
    """Evidence of a goal by zone (or of one zone), each column of ``ARRAY_TYPES`` a NumPy array."""
    with connection.cursor(binary=True) as cursor:
        read_numbers(cursor)
        return cursor.execute(query("premises_of_goal"), {"run": run, "goal": goal, "zone": zone}).fetchall()


def scores_of_goal(connection: Connection, run: int, goal: str) -> list[Row]:
    """What each zone's index says of a goal, with the zone's premises; by zone."""
    return connection.execute(query("scores_of_goal"), {"run": run, "goal": goal}).fetchall()


def flags(
    connection: Connection,
    run: int,
    *,
    goal: str | None = None,
    cause: str | None = None,
    zone: str | None = None,
) -> list[Row]:
    """Flags of a run, of one goal, cause or zone or of all, those that touch most people first."""
    return connection.execute(query("flags"), {"run": run, "goal": goal, "cause": cause, "zone": zone}).fetchall()


def forms(connection: Connection, run: int, zone: str | None = None) -> list[Row]:
    """Messiness of the zones of a run, by zone."""
    return connection.execute(query("forms"), {"run": run, "zone": zone}).fetchall()
