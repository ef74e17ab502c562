"""From errors to answers: one table of status codes; routes raise, and never build an error's answer."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from dashboards.server.edit_answers import details_of
from twin.errors import (
    AccessError,
    EditRefused,
    EditStale,
    NotAllowed,
    StoreNotReady,
    StoreUnavailable,
    TwinError,
    UnknownName,
    UsageError,
)

STATUS: tuple[tuple[type[TwinError], int], ...] = (
    (UnknownName, 404),
    (UsageError, 400),
    (StoreUnavailable, 503),
    (StoreNotReady, 409),
    (EditStale, 409),
    (EditRefused, 422),
    (NotAllowed, 403),
    (AccessError, 401),
    (TwinError, 500),
)
"""The first class that fits decides."""

RETRY_AFTER_S = 8


def status_of(error: TwinError) -> int:
    """The HTTP status of an error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


async def answer(_: Request, error: Exception) -> Response:
    """An error as JSON: its class, and the message with what to do."""
    assert isinstance(error, TwinError)
    status = status_of(error)
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    content = {"error": type(error).__name__, "message": str(error), **details_of(error)}
    return JSONResponse(content, status_code=status, headers=headers)


def answer_errors(server: FastAPI) -> None:
    """Have every error of the project answered by the table."""
    server.add_exception_handler(TwinError, answer)
