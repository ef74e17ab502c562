"""Runs and their scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from twin.database.connect import Connection, Row
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
    row = connection.execute(query("lock_runs")).fetchone()
    if not row or not row["free"]:
        other = unfinished(connection)
        name = f"run {other['id']} (since {other['started_at']:%H:%M:%S})" if other else "a run that is just starting"
        raise RunInProgress(f"{name} goes on; wait for it, or end its process: the next call resumes it")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute(query("unlock_runs"))


def unfinished(connection: Connection) -> Row | None:
    """The run that was begun and not finished."""
    return connection.execute(query("running")).fetchone()


def begin_run(
    connection: Connection,
    identity: Identity,
    profile_name: str,
    profile: Mapping[str, Any],
    zones: int,
    batches: int,
    facts: str = "",
) -> int:
    """The id of a new run; other unfinished ones are given up."""
    values = {
        **vars(identity),
        "profile_name": profile_name,
        "profile": Jsonb(profile),
        "zones": zones,
        "batches": batches,
        "goals": Jsonb({}),
        "facts": facts,
    }
    row = connection.execute(query("begin_run"), values).fetchone()
    assert row is not None
    connection.execute(query("give_up_runs"), {"keep": row["id"]})
    return int(row["id"])


def done_batches(connection: Connection, run: int) -> set[int]:
    """Numbers of the batches that a run has written."""
    return {row["number"] for row in connection.execute(query("done_batches"), {"run": run})}


def is_wanted(connection: Connection, run: int, number: int) -> bool:
    """Whether a batch is still to be computed: its run goes on, and nobody wrote it yet."""
    row = connection.execute(query("batch_is_wanted"), {"run": run, "number": number}).fetchone()
    return bool(row and row["wanted"])


def write_batch(connection: Connection, done: DoneBatch, scores: Iterable[ScoreRow]) -> bool:
    """Write a batch's scores and its checkpoint; the caller's transaction makes them one.

    False where another worker wrote it in the meantime: then nothing is written.
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
    if connection.execute(query("end_batch"), values).fetchone() is None:
        return False
    run = done.run
    types = ["int4", "text", "text", "float8", "float8", "float8", "int2", "int8", "float8", "float8", "text"]
    with connection.cursor() as cursor, cursor.copy(query("copy_scores")) as copy:
        copy.set_types([*types, "float8", "float8", "jsonb"])
        for s in scores:
            measured = (s.value, s.attainment, s.shortfall, s.distance_class, s.n, s.quality, s.people_affected)
            copy.write_row((run, s.goal, s.zone, *measured, s.reason, s.numerator, s.denominator, Jsonb(s.parts)))
    return True


def notes_of(connection: Connection, run: int) -> dict[str, list[str]]:
    """Sentences that the indices of a run's goals noted, by goal, over all batches."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(query("batch_notes"), {"run": run}):
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


def copy_former_scores(connection: Connection, run: int, former: int, recomputed: Iterable[str]) -> None:
    """Take over, from run ``former``, the scores of all zones but those ``recomputed``."""
    values = {"run": run, "former": former, "zones": list(recomputed)}
    connection.execute(query("copy_former_scores"), values)


def note_goals(connection: Connection, run: int, goals: Mapping[str, Any]) -> None:
    """Write down what the goals of a run mean: unit, parameters, method version, notes."""
    connection.execute(query("note_goals"), {"run": run, "goals": Jsonb(goals)})


def end_run(connection: Connection, run: int, stages: Mapping[str, float]) -> None:
    """A run is finished: it is what exports and maps show from now on."""
    connection.execute(query("end_run"), {"run": run, "stages": Jsonb(stages)})
    connection.execute(query("announce_run"), {"run": run})


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
