"""Runs and their scores."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from twin.database.connect import Connection, Row
from twin.database.holders import holder_of_runs, take_runs
from twin.database.queries import layer_table, query
from twin.errors import RunInProgress, StoreNotReady


@dataclass(frozen=True)
class Identity:
    """What a run is of: an unfinished one is resumed when all three are equal."""

    profile_hash: str
    data_version: str
    code_version: str


def identity_of(run: Row) -> Identity:
    """What a stored run is of."""
    return Identity(run["profile_hash"], run["data_version"], run["code_version"])


@dataclass(frozen=True)
class ScoreRow:
    """One zone × goal, as it is stored."""

    goal: str
    zone: str
    value: float | None
    attainment: float | None
    shortfall: float | None
    distance_class: int
    n: int
    quality: float
    people_affected: float | None
    reason: str
    numerator: float
    denominator: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class DoneBatch:
    """A batch that was computed: seconds by stage, sentences that its indices noted by goal, and who computed it."""

    run: int
    number: int
    zones: int
    stages: Mapping[str, float]
    notes: Mapping[str, Iterable[str]]
    worker: str


@contextmanager
def only_run(connection: Connection) -> Iterator[None]:
    """Hold the lock of runs while in the block; it ends with the connection at the latest.

    Raises:
        RunInProgress: another run goes on; it is named.
    """
    if not take_runs(connection):
        other = unfinished(connection)
        name = f"run {other['id']} (since {other['started_at']:%H:%M:%S})" if other else "a run that is just starting"
        name += f", held by {holder}," if (holder := holder_of_runs(connection)) else ""
        raise RunInProgress(f"{name} goes on; wait for it, or end its process: the next call resumes it")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute(query("unlock_runs"))


def unfinished(connection: Connection) -> Row | None:
    """The run that was begun and not finished."""
    return connection.execute(query("running")).fetchone()


def resumable(connection: Connection, as_of: datetime.datetime | None) -> Row | None:
    """The run that was begun and not finished: of layers as they are, or ``as_of`` a moment."""
    return connection.execute(query("resumable"), {"as_of": as_of}).fetchone()


def begin_run(
    connection: Connection,
    identity: Identity,
    profile_name: str,
    profile: Mapping[str, Any] | None,
    zones: int,
    batches: int,
    facts: str = "",
    base: int | None = None,
    as_of: datetime.datetime | None = None,
    former: int | None = None,
) -> int:
    """The id of a new run; without a ``profile`` it has that of the ``former`` one. Unfinished ones are given up."""
    values = {
        **vars(identity),
        "profile_name": profile_name,
        "profile": None if profile is None else Jsonb(profile),
        "zones": zones,
        "batches": batches,
        "facts": facts,
        "base": base,
        "as_of": as_of,
        "former": former,
    }
    row = connection.execute(query("begin_run"), values).fetchone()
    assert row is not None
    return int(row["id"])


def done_batches(connection: Connection, run: int) -> set[int]:
    """Numbers of the batches that a run has written."""
    return {row["number"] for row in connection.execute(query("done_batches"), {"run": run})}


def is_wanted(connection: Connection, run: int, number: int) -> bool:
    """Whether a batch is still to be computed: its run goes on, and nobody wrote it yet."""
    row = connection.execute(query("batch_is_wanted"), {"run": run, "number": number}).fetchone()
    return bool(row and row["wanted"])


def note_batch(connection: Connection, done: DoneBatch) -> bool:
    """Write the checkpoint of a batch; the caller's transaction makes it one with what the batch gave.

    False where another worker wrote it in the meantime: then nothing is to be written.
    """
    values = {
        "run": done.run,
        "number": done.number,
        "zones": done.zones,
        "seconds": sum(done.stages.values()),
        "stages": Jsonb(dict(done.stages)),
        "notes": Jsonb({name: list(notes) for name, notes in done.notes.items()}),
        "worker": done.worker,
    }
    return connection.execute(query("end_batch"), values).fetchone() is not None


def write_scores(connection: Connection, base: int, run: int, scores: Iterable[ScoreRow]) -> None:
    """Write the scores of zones."""
    types = ["int4", "int4", "text", "text", "float8", "float8", "float8", "int2", "int8", "float8", "float8", "text"]
    with connection.cursor() as cursor, cursor.copy(query("copy_scores")) as copy:
        copy.set_types([*types, "float8", "float8", "jsonb"])
        for s in scores:
            measured = (s.value, s.attainment, s.shortfall, s.distance_class, s.n, s.quality, s.people_affected)
            told = (s.reason, s.numerator, s.denominator, Jsonb(s.parts))
            copy.write_row((base, run, s.goal, s.zone, *measured, *told))


def notes_of(connection: Connection, base: int, since: int, run: int) -> dict[str, list[str]]:
    """Sentences that indices noted, by goal: what run ``since`` says, and what batches of it and of later ones do."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(query("batch_notes"), {"base": base, "since": since, "run": run}):
        found.setdefault(row["goal"], []).append(row["note"])
    return found


def ask_to_cancel(connection: Connection, run: int) -> bool:
    """Ask a run to end; False where no unfinished run has that number."""
    return connection.execute(query("ask_to_cancel"), {"run": run}).rowcount == 1


def is_cancelled(connection: Connection, run: int) -> bool:
    """Whether somebody asked the run to end."""
    row = connection.execute(query("is_cancelled"), {"run": run}).fetchone()
    return bool(row and row["cancelled"])


def give_up(connection: Connection, run: int) -> None:
    """An unfinished run failed: it is not resumed."""
    connection.execute(query("give_up_run"), {"run": run})


def run_details(connection: Connection, run: int) -> tuple[Row, list[Row]]:
    """A run with how far it is, and its batches by number.

    Raises:
        StoreNotReady: no run has that number.
    """
    found = connection.execute(query("run_details"), {"run": run}).fetchone()
    if found is None:
        raise StoreNotReady(f"there is no run {run}; `twin runs` lists them")
    return found, connection.execute(query("run_batches"), {"run": run}).fetchall()


@dataclass(frozen=True)
class Replaced:
    """What a run on a ``base`` computed again: ``goals`` of ``zones``; ``gone``: some zones are there no longer."""

    base: int
    run: int
    goals: tuple[str, ...]
    zones: tuple[str, ...]
    gone: bool


def close_scores(connection: Connection, replaced: Replaced) -> None:
    """What former runs of the base say of the zones' values holds no longer."""
    _close(connection, replaced, "score_state")


def close_evidence(connection: Connection, replaced: Replaced) -> None:
    """Nor does what they say of their premises and their form."""
    _close(connection, replaced, "premise_state")
    connection.execute(query("close_forms"), _values(replaced))
    if replaced.gone:
        for table in ("form_state", "flag_state"):
            connection.execute(query("close_gone", table=sql.Identifier("twin", table)), _values(replaced))


def _close(connection: Connection, replaced: Replaced, table: str) -> None:
    name = sql.Identifier("twin", table)
    connection.execute(query("close_states", table=name), _values(replaced))
    if replaced.gone:
        connection.execute(query("close_gone", table=name), _values(replaced))


def _values(replaced: Replaced) -> dict[str, Any]:
    return {**vars(replaced), "goals": list(replaced.goals), "zones": list(replaced.zones)}


def publish_run(connection: Connection, run: int, stages: Mapping[str, float], goals: Mapping[str, Any]) -> None:
    """Scores of a run are all there: maps show them from now on, with the former flags until its own are made."""
    values = {"run": run, "stages": Jsonb(stages), "goals": Jsonb(goals)}
    connection.execute(query("publish_run"), values)
    connection.execute(query("announce_run"), {"run": run})


def end_run(connection: Connection, run: int, stages: Mapping[str, float], goals: Mapping[str, Any]) -> None:
    """A run is finished: it is what exports and maps show from now on.

    ``goals`` say by goal what its numbers mean: unit, parameters, method version, notes.
    """
    connection.execute(query("end_run"), {"run": run, "stages": Jsonb(stages), "goals": Jsonb(goals)})
    connection.execute(query("announce_run"), {"run": run})


def scored_run(connection: Connection) -> Row | None:
    """The newest run whose scores are all there, be its flags made or not."""
    return connection.execute(query("last_scored")).fetchone()


def finished_run(connection: Connection, run: int | None = None) -> Row | None:
    """The newest finished run, or the one of that number."""
    return connection.execute(query("last_run"), {"run": run}).fetchone()


def run_to_show(connection: Connection, run: int | None = None) -> Row:
    """The newest finished run, or the one of that number.

    Raises:
        StoreNotReady: there is none.
    """
    found = finished_run(connection, run)
    if found is None:
        which = f"run {run} is not there, or not finished" if run is not None else "nothing is scored yet"
        raise StoreNotReady(f"{which}; run `twin score`")
    return found


def runs(connection: Connection, limit: int = 20) -> list[Row]:
    """The newest runs, with how many of their batches are done."""
    return connection.execute(query("runs"), {"limit": limit}).fetchall()


def class_counts(connection: Connection, run: int) -> dict[str, dict[int, int]]:
    """Zones by class of distance to the target, by goal."""
    found: dict[str, dict[int, int]] = {}
    for row in connection.execute(query("run_classes"), {"run": run}):
        found.setdefault(row["goal"], {})[row["class"]] = row["zones"]
    return found


def city_values(connection: Connection, run: int, goal: str | None = None) -> dict[str, Row]:
    """Numerator, denominator and count of the whole city, by goal; overlapping zones are counted once."""
    return {row["goal"]: row for row in connection.execute(query("city_values"), {"run": run, "goal": goal})}


def scores(connection: Connection, run: int, zone: str | None = None) -> list[Row]:
    """Scores of a run by goal and zone (or of one zone), with the zone's name and geometry (WKB)."""
    return connection.execute(query("scores"), {"run": run, "zone": zone}).fetchall()


def sources_of_zone(connection: Connection, layer: str, zone: str, reach_m: float) -> list[Row]:
    """Which files gave the rows of a layer within ``reach_m`` of a zone, and how many."""
    statement = query("sources_of_zone", table=layer_table(layer))
    return connection.execute(statement, {"zone": zone, "reach": reach_m}).fetchall()
