"""Loads meet edits: what staff corrected is kept, what the file says otherwise is listed, decided once, remembered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.database.edited import GREEN, LAYERS, door, loaded, park, rows_of, said, saved, without
from twin.database.conflicts import Conflict, conflicts, decide
from twin.database.edits import Change, find_row
from twin.errors import UnknownName, UsageError

KEYS = ("a", "b", "c", "d")


@pytest.fixture(autouse=True)
def city(edited_city: None) -> None:  # noqa: ARG001
    loaded(GREEN, said(*KEYS))


def edit(key: str, **fields: Any) -> None:
    with door() as connection:
        row = find_row(connection, GREEN, key)
    assert row is not None
    saved(GREEN, Change("update" if fields else "delete", row.id, row.version, fields))


def listed(decided: bool = False) -> list[Conflict]:
    with door() as connection:
        return conflicts(connection, LAYERS, decided=decided)


def choose(number: int, keep: Any) -> None:
    with door("sue", "twin_steward", "twin conflicts") as connection:
        decide(connection, LAYERS, number, keep)


def kinds() -> dict[str, str]:
    return {row["green_id"]: row["kind"] for row in rows_of("SELECT green_id, kind FROM layer.green_area")}


def test_where_the_file_says_what_it_said_before_staffs_state_stays_and_nobody_is_asked() -> None:
    edit("a", kind="garden")
    edit("b")
    _, merged = loaded(GREEN, said(*KEYS, c={"kind": "forest"}))
    assert (merged.new, merged.changed, merged.unchanged, merged.closed, merged.conflicts) == (0, 1, 3, 0, 0)
    assert kinds() == {"a": "garden", "c": "forest", "d": "park"}
    assert listed() == []


def test_where_it_says_something_new_both_are_listed_and_staffs_state_stays() -> None:
    edit("a", kind="garden")
    load, merged = loaded(GREEN, said(*KEYS, a={"kind": "forest", "geom": park(3, 4)}))
    assert (merged.changed, merged.unchanged, merged.conflicts) == (0, 4, 1)
    (found,) = listed()
    assert (found.layer, found.key, found.source, found.load) == ("green_area", "a", "file.gpkg", load)
    assert (found.file, found.staff) == ({"kind": "forest"}, {"kind": "garden"})
    assert (found.shape, found.staff_by, found.decided) == ("moved by 5 m", "ana", "")
    assert kinds()["a"] == "garden"


def test_the_same_state_is_asked_once_and_a_new_one_takes_its_place_while_it_is_open() -> None:
    edit("a", kind="garden")
    for kind in ("forest", "forest", "square"):
        loaded(GREEN, said(*KEYS, a={"kind": kind}))
        (found,) = listed()
        assert found.file == {"kind": kind}
    loaded(GREEN, said(*KEYS))
    assert listed() == []


def test_what_was_decided_for_staff_is_remembered() -> None:
    edit("a", kind="garden")
    loaded(GREEN, said(*KEYS, a={"kind": "forest"}))
    choose(listed()[0].id, "staff")
    for kind in ("forest", "park", "forest"):
        assert loaded(GREEN, said(*KEYS, a={"kind": kind}))[1].conflicts == 0
    assert kinds()["a"] == "garden"
    (found,) = listed(decided=True)
    assert (found.decided, found.decided_by) == ("staff", "sue")
    assert loaded(GREEN, said(*KEYS, a={"kind": "square"}))[1].conflicts == 1


def test_a_row_decided_for_the_file_follows_it_again() -> None:
    edit("a", kind="garden", name=None)
    loaded(GREEN, said(*KEYS, a={"kind": "forest", "updated_on": "2024-02-29"}))
    choose(listed()[0].id, "file")
    assert rows_of(
        "SELECT kind, name, updated_on::text, version, edited_by FROM layer.green_area WHERE green_id = 'a'"
    ) == [{"kind": "forest", "name": "Park a", "updated_on": "2024-02-29", "version": 3, "edited_by": "sue"}]
    _, merged = loaded(GREEN, said(*KEYS, a={"kind": "square"}))
    assert (merged.changed, merged.conflicts, kinds()["a"]) == (1, 0, "square")
    edit("a", kind="garden")
    assert loaded(GREEN, said(*KEYS, a={"kind": "cemetery"}))[1].conflicts == 1


def test_a_row_that_staff_took_out_stays_out_until_the_file_says_something_new() -> None:
    edit("a")
    assert loaded(GREEN, said(*KEYS))[1].unchanged == 4
    _, merged = loaded(GREEN, said(*KEYS, a={"kind": "forest"}))
    assert (merged.new, merged.unchanged, merged.conflicts) == (0, 4, 1)
    (found,) = listed()
    assert found.staff is None
    assert found.file is not None
    assert found.file["kind"] == "forest"
    choose(found.id, "file")
    assert kinds()["a"] == "forest"
    row = rows_of("SELECT version, source_id FROM layer.green_area WHERE green_id = 'a'")
    assert row == [{"version": 3, "source_id": 1}]
    assert loaded(GREEN, said(*KEYS, a={"kind": "square"}))[1].changed == 1


def test_a_layer_that_staff_emptied_stays_empty() -> None:
    for key in KEYS:
        edit(key)
    _, merged = loaded(GREEN, said(*KEYS))
    assert (merged.new, merged.unchanged, merged.conflicts, kinds()) == (0, 4, 0, {})


def test_a_corrected_row_that_vanished_from_the_file_is_asked_about() -> None:
    edit("a", kind="garden")
    edit("b", kind="garden")
    _, merged = loaded(GREEN, without(without(without(said(*KEYS), "a"), "b"), "c"))
    assert (merged.closed, merged.conflicts) == (1, 2)
    first, second = listed()
    assert first.file is second.file is None
    choose(first.id, "staff")
    choose(second.id, "file")
    assert kinds() == {"a": "garden", "d": "park"}
    assert loaded(GREEN, said("d", "e"))[1].conflicts == 0
    _, merged = loaded(GREEN, said(*KEYS))
    assert (merged.new, kinds()["a"]) == (2, "garden")


def test_a_row_that_staff_renamed_is_not_brought_again_under_its_old_name() -> None:
    edit("a", green_id="z")
    _, merged = loaded(GREEN, said(*KEYS))
    assert (merged.new, merged.unchanged, merged.closed, merged.conflicts) == (0, 4, 0, 0)
    assert sorted(kinds()) == ["b", "c", "d", "z"]
    assert loaded(GREEN, said(*KEYS, a={"kind": "forest"}))[1].conflicts == 1
    assert listed()[0].key == "z"


def test_when_staff_and_file_agree_at_last_nothing_is_left_to_decide() -> None:
    edit("a", kind="garden")
    loaded(GREEN, said(*KEYS, a={"kind": "forest"}))
    edit("a", kind="forest")
    loaded(GREEN, said(*KEYS, a={"kind": "forest"}, b={"kind": "square"}))
    assert listed() == []


def test_a_conflict_is_decided_once() -> None:
    edit("a", kind="garden")
    loaded(GREEN, said(*KEYS, a={"kind": "forest"}))
    number = listed()[0].id
    with pytest.raises(Exception, match="permission denied"), door() as connection:
        decide(connection, LAYERS, number, "staff")
    choose(number, "staff")
    with pytest.raises(UsageError, match=f"conflict {number} is decided: sue kept what staff says"):
        choose(number, "file")
    with pytest.raises(UnknownName, match="no conflict '99'"):
        choose(99, "file")


def test_who_decides_is_who_says_so_whatever_name_the_statement_gives() -> None:
    edit("a", kind="garden")
    loaded(GREEN, said(*KEYS, a={"kind": "forest"}))
    with door("sue", "twin_steward", "psql") as connection:
        connection.execute("UPDATE twin.conflict SET decided = 'staff', decided_by = 'somebody else'")
    (found,) = listed(decided=True)
    assert (found.decided, found.decided_by) == ("staff", "sue")
