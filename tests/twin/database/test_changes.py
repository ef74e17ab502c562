"""Old changes are folded, and no version, kept tile or count of what was seen is another for it."""

from __future__ import annotations

import psycopg
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from tests.twin.database.tile_town import keep, kept, place_of, put
from twin.database.changes import fold_changes
from twin.database.cluster import Cluster
from twin.database.connect import Connection
from twin.database.features import layer_versions
from twin.database.published import data_version
from twin.database.tiles import layer_version

LAYERS = ("building", "street", "green_area")
NOTE = "INSERT INTO twin.change (layer, operation, changed_by, program) VALUES (%s, 'update', 'ana', 'psql')"


def versions(connection: Connection) -> tuple[object, ...]:
    each = [layer_version(connection, name) for name in LAYERS]
    return (layer_versions(connection), data_version(connection), *each)


def rows(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) AS n FROM twin.change").fetchone()
    assert row is not None
    return int(row["n"])


def test_versions_are_those_of_the_statements_before_and_after_folding(town: Connection) -> None:
    for name in ("building", "building", "street"):
        town.execute(NOTE, [name])
    town.commit()
    wanted = town.execute(
        "SELECT layer, max(id) || '-' || count(*) AS version FROM twin.change GROUP BY layer ORDER BY layer"
    ).fetchall()
    assert layer_versions(town) == {row["layer"]: row["version"] for row in wanted}
    before = versions(town)
    fold_changes(town, keep=1)
    town.commit()
    assert rows(town) == 1
    assert versions(town) == before
    town.execute(NOTE, ["building"])
    town.commit()
    assert layer_version(town, "building") != before[2]


STEPS = st.lists(st.sampled_from([*LAYERS, "fold"]), max_size=25)


@rounds(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(0, 4))
def test_however_changes_and_folding_alternate_the_count_is_that_of_all_statements(
    town: Connection, steps: list[str], keep_rows: int
) -> None:
    counts = {row["layer"]: row["n"] for row in town.execute("SELECT layer, n FROM twin.change_count")}
    for step in steps:
        if step == "fold":
            before = versions(town)
            fold_changes(town, keep=keep_rows)
            assert versions(town) == before
        else:
            town.execute(NOTE, [step])
            counts[step] = counts.get(step, 0) + 1
        town.commit()
    assert {row["layer"]: row["n"] for row in town.execute("SELECT layer, n FROM twin.change_count")} == counts


def test_a_transaction_that_commits_after_newer_changes_were_folded_makes_a_new_version(
    town: Connection, store: Cluster
) -> None:
    with psycopg.connect(store.dsn()) as slow:
        slow.execute(NOTE, ["building"])
        for _ in range(9):
            town.execute(NOTE, ["building"])
        town.commit()
        fold_changes(town, keep=1)
        town.commit()
        before = versions(town)
    after = versions(town)
    assert after[1] != before[1] and after[2] != before[2]
    fold_changes(town, keep=1)
    assert versions(town) == after


def test_who_looked_before_the_folding_goes_on_to_see_the_same(town: Connection, store: Cluster) -> None:
    for _ in range(9):
        town.execute(NOTE, ["building"])
    town.commit()
    count = "SELECT n FROM twin.change_count WHERE layer = 'building'"
    with psycopg.connect(store.dsn()) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        before = reader.execute(count).fetchone()
        fold_changes(town, keep=1)
        town.commit()
        assert reader.execute(count).fetchone() == before


def test_two_that_fold_at_once_count_each_change_once(town: Connection, store: Cluster) -> None:
    for _ in range(9):
        town.execute(NOTE, ["building"])
    town.commit()
    before = versions(town)
    with psycopg.connect(store.dsn(), autocommit=True) as other:
        fold_changes(town, keep=1)
        other.execute("SET lock_timeout = '300ms'")
        try:
            fold_changes(other, keep=1)  # type: ignore[arg-type]
        except psycopg.errors.LockNotAvailable:
            town.commit()
            fold_changes(other, keep=1)  # type: ignore[arg-type]
    assert versions(town) == before


def test_kept_tiles_stay_true_through_folding_and_edits_make_them_anew(town: Connection) -> None:
    place = place_of(town, 15)
    keep(town, place)
    town.commit()
    assert kept(town, place) is not None
    fold_changes(town, keep=1)
    town.commit()
    assert rows(town) == 1
    assert kept(town, place) is not None
    put(town, "NEW", 1200, 1200, 20)
    town.commit()
    assert kept(town, place) is None


def test_few_changes_are_left_as_rows(town: Connection) -> None:
    before = rows(town)
    fold_changes(town)
    assert rows(town) == before
