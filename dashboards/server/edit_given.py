"""What the edit page sends, read with care: a limited body, JSON, and each change of the right shape."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request

from twin.database.edits import Change
from twin.errors import UsageError

LARGEST_BODY = 8 * 1024 * 1024
MOST_CHANGES = 1000
OPERATIONS = ("insert", "update", "delete")
SHAPE = '{"changes": [{"operation": "update", "id": 1, "version": 3, "fields": {…}, "geometry": {…}}]}'


async def given_json(request: Request) -> dict[str, Any]:
    """The object that a request's body holds.

    Raises:
        UsageError: it is too long, or no JSON object.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise UsageError(f"a save holds at most {LARGEST_BODY // 1024**2} MiB; save fewer features at once")
    is_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    try:
        given = json.loads(bytes(body)) if is_json else None
    except (ValueError, RecursionError) as error:
        raise UsageError("the request is no JSON") from error
    if not isinstance(given, dict):
        raise UsageError("the request is no JSON object")
    return given


def given_changes(given: dict[str, Any]) -> list[Change]:
    """The changes of a save.

    Raises:
        UsageError: one of them has another shape; it is named.
    """
    listed = given.get("changes")
    if not isinstance(listed, list) or not listed:
        raise UsageError(f"a save is {SHAPE}")
    if len(listed) > MOST_CHANGES:
        raise UsageError(f"{len(listed)} changes at once; save at most {MOST_CHANGES}")
    return [_change(each, number) for number, each in enumerate(listed)]


def given_number(given: dict[str, Any], name: str) -> int:
    """A whole number of a request that a column can hold.

    Raises:
        UsageError: it is missing, or something else.
    """
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise UsageError(f"{name} is a whole number, such as 3")
    return value


def _change(given: Any, number: int) -> Change:
    if not isinstance(given, dict) or given.get("operation") not in OPERATIONS:
        raise UsageError(f"change {number} is not insert, update or delete; a save is {SHAPE}")
    fields, geometry = given.get("fields") or {}, given.get("geometry")
    if not isinstance(fields, dict) or not (geometry is None or isinstance(geometry, dict)):
        raise UsageError(f"change {number}: fields and geometry are JSON objects; a save is {SHAPE}")
    if given["operation"] == "insert":
        return Change("insert", fields=fields, geometry=geometry)
    return Change(given["operation"], given_number(given, "id"), given_number(given, "version"), fields, geometry)
