"""Messiness of zones, evidence of premises, and flags: written by runs, read by screens and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql
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

ASKING = ("building", "node", "premises", "reach")
"""Those of them that say what is asked of supply."""


@dataclass(frozen=True)
class FormRow:
    """The messiness of a zone, as it is stored; ``looked_m`` says how far its buildings looked, by kind."""

    zone: str
    premises: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str
    metrics: Mapping[str, float]
    looked_m: Mapping[str, float]


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


def write_forms(connection: Connection, base: int, run: int, rows: Iterable[FormRow]) -> None:
    """Write the messiness of zones."""
    types = ["int4", "int4", "text", "int8", "float8", "float8", "float8", "int8", "text", "jsonb", "jsonb"]
    with connection.cursor() as cursor, cursor.copy(query("copy_forms")) as copy:
        copy.set_types(types)
        for r in rows:
            told = (Jsonb(dict(r.metrics)), Jsonb(dict(r.looked_m)))
            copy.write_row((base, run, r.zone, r.premises, r.value, r.low, r.high, r.n, r.reason, *told))


def write_premises(connection: Connection, base: int, run: int, rows: Iterable[PremiseRow]) -> None:
    """Write the evidence of premises."""
    with connection.cursor() as cursor:
        write_numbers(cursor)
        with cursor.copy(query("copy_premises")) as copy:
            copy.set_types(["int4", "int4", "text", "text", *(f"{kind}[]" for kind in ARRAY_TYPES.values())])
            for r in rows:
                arrays = (Numbers(r.columns[name], kind) for name, kind in ARRAY_TYPES.items())
                copy.write_row((base, run, r.goal, r.zone, *arrays))


def write_flags(
    connection: Connection,
    base: int,
    run: int,
    rows: Iterable[FlagRow],
    zones: Mapping[str, Iterable[str] | None] | None = None,
) -> int:
    """Make these the flags of a run: those that the runs of its base do not say yet are written; how many.

    What they say and is no longer so is closed. ``zones``: by goal, those that ``rows`` are all flags of (None: all);
    flags of other goals and zones stay. Without it ``rows`` are all flags there are.
    """
    wanted = {(row.goal, row.zone): row for row in rows}
    known = {(row["goal"], row["zone"]): FlagRow(**row) for row in _open_flags(connection, base, run, zones)}
    old = [key for key, row in known.items() if wanted.get(key) != row]
    goals, codes = [goal for goal, _ in old], [zone for _, zone in old]
    connection.execute(query("close_flags"), {"base": base, "run": run, "goals": goals, "zones": codes})
    new = [row for key, row in wanted.items() if known.get(key) != row]
    add_flags(connection, base, run, new)
    return len(new)


def add_flags(connection: Connection, base: int, run: int, rows: Iterable[FlagRow]) -> None:
    """Write flags of a run, of goals and zones of which it and the runs of its base have none yet."""
    types = [
        "int4",
        "int4",
        "text",
        "text",
        "text",
        "float8",
        "text",
        *["float8"] * 6,
        "text",
        "text",
        "jsonb",
        "jsonb",
    ]
    with connection.cursor() as cursor, cursor.copy(query("copy_flags")) as copy:
        copy.set_types(types)
        for r in rows:
            head = (base, run, r.goal, r.zone, r.cause, r.confidence, r.second_cause, r.value, r.target, r.shortfall)
            gains = (r.gain_if_tidy, r.gain_if_supplied, r.people_affected)
            said = (r.evidence, r.evidence_zh, Jsonb(dict(r.parts)), Jsonb(dict(r.details)))
            copy.write_row((*head, *gains, *said))


def _open_flags(
    connection: Connection, base: int, run: int, zones: Mapping[str, Iterable[str] | None] | None
) -> list[Row]:
    whole = [goal for goal, codes in (zones or {}).items() if codes is None]
    pairs = [(goal, code) for goal, codes in (zones or {}).items() if codes is not None for code in codes]
    goals, codes = [goal for goal, _ in pairs], [code for _, code in pairs]
    values = {"base": base, "run": run, "all": zones is None, "whole": whole, "goals": goals, "zones": codes}
    found = connection.execute(query("open_flags"), values).fetchall()
    return found + connection.execute(query("open_flags_of"), values).fetchall() if pairs else found


def forget_premises(connection: Connection, base: int) -> None:
    """Drop the evidence of all runs but the newest, which stands on ``base``."""
    connection.execute(query("forget_premises"), {"base": base})


def forget_own_premises(connection: Connection, base: int) -> None:
    """Drop the evidence of a run that maps do not show."""
    connection.execute(query("forget_own_premises"), {"base": base})


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


def premises_of_goal(connection: Connection, run: int, goal: str, zones: Iterable[str] | None = None) -> list[Row]:
    """Evidence of a goal by zone, of all or of some; each column of ``ARRAY_TYPES`` a NumPy array."""
    return _arrays(connection, "premises_of_goal", run, goal, zones)


def asking_premises_of_goal(connection: Connection, run: int, goal: str, zones: Iterable[str]) -> list[Row]:
    """Of the evidence of some zones, the columns of ``ASKING``."""
    return _arrays(connection, "asking_premises_of_goal", run, goal, zones)


def _arrays(connection: Connection, name: str, run: int, goal: str, zones: Iterable[str] | None) -> list[Row]:
    with connection.cursor(binary=True) as cursor:
        read_numbers(cursor)
        return cursor.execute(_of_zones(name, zones), _of_goal(run, goal, zones)).fetchall()


def scores_of_goal(connection: Connection, run: int, goal: str, zones: Iterable[str] | None = None) -> list[Row]:
    """What the index says of a goal, with the zone's premises; by zone, of all or of some."""
    return connection.execute(_of_zones("scores_of_goal", zones), _of_goal(run, goal, zones)).fetchall()


def _of_zones(name: str, zones: Iterable[str] | None) -> sql.SQL | sql.Composed:
    return query(name, zones=query("of_all_zones" if zones is None else "of_these_zones"))


def _of_goal(run: int, goal: str, zones: Iterable[str] | None) -> dict[str, Any]:
    return {"run": run, "goal": goal, "zones": list(zones or ())}


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
