"""What the edit page is told: rows, edits, what became of a save, and why one was refused, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from twin.database.edits import Change, EditRow, Saved
from twin.database.history import Edit
from twin.database.undo import Undone
from twin.errors import EditRefused, EditStale, TwinError


def row_answer(row: EditRow | None) -> dict[str, Any] | None:
    """A row as the form shows it."""
    return None if row is None else {**asdict(row), "edited_at": row.edited_at.isoformat()}


def edit_answer(edit: Edit) -> dict[str, Any]:
    """One edit of a row, with what changed in words."""
    return {**asdict(edit), "at": edit.at.isoformat(), "words": edit.words}


def saved_answer(saved: list[Saved]) -> dict[str, Any]:
    """What became of each change, and every sentence that the store said, once."""
    remarks = dict.fromkeys(remark for each in saved for remark in each.remarks)
    return {"saved": [asdict(each) for each in saved], "remarks": list(remarks)}


def undone_answer(undone: Undone) -> dict[str, Any]:
    """Rows that went back, and rows that stay with why and what to do."""
    return {"back": [asdict(each) for each in undone.back], "stay": [asdict(each) for each in undone.stay]}


def details_of(error: TwinError) -> dict[str, Any]:
    """What an error about an edit tells beside its message; nothing for others."""
    if isinstance(error, EditRefused):
        return {
            "message": error.message,
            "hint": error.hint,
            "field": error.field,
            "place": error.place,
            "index": error.index,
        }
    if isinstance(error, EditStale):
        return {"yours": _change(error.yours), "theirs": row_answer(error.theirs), "index": error.index}
    return {}


def _change(change: Change) -> dict[str, Any]:
    return asdict(change)
