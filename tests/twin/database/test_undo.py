"""Undoing one edit, one load, one user's day: a new edit by the same rules, refused where others stand on it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.twin.database.edited import GREEN, LAYERS, door, loaded, park, rows_of, said, saved
from twin.database.edits import Change, find_row
from twin.database.undo import Undone, undo_day, undo_edit, undo_load
from twin.errors import UsageError

pytestmark = pytest.mark.usefixtures("edited_city")


def edit(key: str, user: str = "ana", **fields: Any) -> int:
    with door() as connection:
        row = find_row(connection, GREEN, key)
    assert row is not None
    saved(GREEN, Change("update" if fields else "delete", row.id, row.version, fields), user=user)
    return row.id


def undo(id: int, version: int, user: str = "ana", role: str = "twin_editor") -> Undone:
    with door(user, role, "twin history undo") as connection:
        return undo_edit(connection, GREEN, id, version)


def by_load(load: int, role: str = "twin_steward") -> Undone:
    with door("sue", role) as connection:
        return undo_load(connection, LAYERS, load)


def today(user: str, by: str = "sue", role: str = "twin_steward") -> Undone:
    (row,) = rows_of("SELECT current_date AS day")
    assert isinstance(row["day"], datetime.date)
    with door(by, role) as connection:
        return undo_day(connection, LAYERS, user, row["day"])


def kinds() -> dict[str, str]:
    return {row["green_id"]: row["kind"] for row in rows_of("SELECT green_id, kind FROM layer.green_area")}


def outcome(undone: Undone) -> list[tuple[str, str]]:
    return sorted((each.key, each.operation) for each in undone.back)


def test_an_edit_is_undone_as_a_new_one_and_that_one_too() -> None:
    loaded(GREEN, said("a"))
    id = edit("a", kind="garden", name="New")
    assert outcome(undo(id, 2)) == [("a", "update")]
    assert rows_of("SELECT kind, name, version, edited_by, program FROM layer.green_area") == [
        {"kind": "park", "name": "Park a", "version": 3, "edited_by": "ana", "program": "twin history undo"}
    ]
    undo(id, 3)
    assert kinds() == {"a": "garden"}


def test_a_deletion_is_undone_by_the_row_that_it_was() -> None:
    loaded(GREEN, said("a"))
    before = rows_of("SELECT id, source_id, source_row, kind, geom FROM layer.green_area")
    id = edit("a")
    assert outcome(undo(id, 2)) == [("a", "insert")]
    assert rows_of("SELECT id, source_id, source_row, kind, geom FROM layer.green_area") == before
    assert outcome(undo(id, 3)) == [("a", "delete")]
    assert kinds() == {}


def test_what_others_built_on_is_not_undone_and_they_are_named() -> None:
    loaded(GREEN, said("a"))
    id = edit("a", kind="garden")
    edit("a", user="ben", name="Ben's")
    undone = undo(id, 2)
    assert undone.back == ()
    (stays,) = undone.stay
    assert (stays.key, stays.why) == ("a", "later edits stand on it: version 3 by ben")
    assert "Undo these first" in stays.hint
    assert kinds() == {"a": "garden"}


def test_editors_undo_what_they_did_and_stewards_what_others_did() -> None:
    loaded(GREEN, said("a"))
    id = edit("a", user="ben", kind="garden")
    (stays,) = undo(id, 2, "ana").stay
    assert stays.why == "ben did it"
    assert undo(id, 2, "sue", "twin_steward").stay == ()
    assert kinds() == {"a": "park"}


def test_a_load_is_undone_with_all_that_it_added_changed_and_closed() -> None:
    loaded(GREEN, said("a", "b", "c", "d"))
    load, _ = loaded(GREEN, said("a", "b", "d", "e", a={"kind": "forest"}, b={"kind": "garden"}))
    edit("b", name="Ben's", user="ben")
    assert {each.why for each in by_load(load, "twin_editor").stay} == {"a load did it"}
    undone = by_load(load)
    assert outcome(undone) == [("a", "update"), ("c", "insert"), ("e", "delete")]
    assert [(each.key, each.why) for each in undone.stay] == [("b", "later edits stand on it: version 3 by ben")]
    assert kinds() == {"a": "park", "b": "garden", "c": "park", "d": "park"}


def test_what_a_steward_undid_of_a_load_is_not_brought_again_by_the_next_one() -> None:
    loaded(GREEN, said("a"))
    news = said("a", "b", a={"kind": "forest"})
    load, _ = loaded(GREEN, news)
    by_load(load)
    _, merged = loaded(GREEN, news)
    assert (merged.new, merged.changed, merged.unchanged) == (0, 0, 2)
    assert kinds() == {"a": "park"}


def test_a_users_day_is_undone_over_all_layers_to_the_state_before_it() -> None:
    loaded(GREEN, said("a", "b", "c"))
    for kind in ("garden", "forest"):
        edit("a", kind=kind)
    edit("b")
    edit("c", user="ben", kind="square")
    assert {each.why for each in today("ana", "ben", "twin_editor").stay} == {"ana did it"}
    undone = today("ana")
    assert outcome(undone) == [("a", "update"), ("b", "insert")]
    assert {each.key: each.edits for each in undone.back} == {"a": 2, "b": 1}
    assert kinds() == {"a": "park", "b": "park", "c": "square"}


def test_a_former_state_that_breaks_a_rule_today_is_listed_and_the_others_go_back() -> None:
    loaded(GREEN, said("a", "b"))
    edit("a", kind="garden", green_id="z")
    edit("b", kind="garden")
    saved(GREEN, Change("insert", fields={"green_id": "a", "kind": "park"}, geometry=place("b")), user="ben")
    undone = today("ana")
    assert outcome(undone) == [("b", "update")]
    (stays,) = undone.stay
    assert (stays.key, stays.hint) == ("z", "Give each row a key of its own.")
    assert "refused today: green_id" in stays.why


def place(key: str) -> Any:
    with door() as connection:
        row = find_row(connection, GREEN, key)
    assert row is not None
    return row.geometry


def test_an_undo_that_is_rolled_back_was_a_rehearsal() -> None:
    loaded(GREEN, said("a"))
    id = edit("a", kind="garden")
    with door(commit=False) as connection:
        assert outcome(undo_edit(connection, GREEN, id, 2)) == [("a", "update")]
    assert kinds() == {"a": "garden"}


def test_a_load_that_never_was_is_named() -> None:
    with pytest.raises(UsageError, match="load 7 is not there"):
        by_load(7)
    assert park().area == 10_000
