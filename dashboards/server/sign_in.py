"""``/sign-in``, ``/sign-out``, ``/me``: who is signed in; and what routes ask of whoever calls them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from dashboards.server.guard import COOKIE, Session, session_of
from dashboards.server.sign_in_page import sign_in_page
from dashboards.state import from_query
from twin.database.sessions import csrf_of, sign_in, sign_out, signed_in_by
from twin.database.store import Store
from twin.database.users import Role, User
from twin.errors import NotAllowed, SignInNeeded, SignInRefused, UsageError

LARGEST_BODY = 4096
SECONDS_OF_A_COOKIE = 7 * 24 * 3600

REFUSED_AFTER_S = 0.5
"""Every refusal takes as long, so that it cannot be measured what it was for."""

AT_ONCE = 2
"""Hashes that are computed at the same time; each takes 64 MiB, and readers must not wait for them."""

NOBODY = {"name": None, "role": None, "csrf": None, "can_edit": False}
NO_STORE = {"Cache-Control": "no-store"}


def signed_in(role: Role = Role.VIEWER) -> Callable[[Request], User]:
    """What a route depends on: ``user: Annotated[User, Depends(signed_in(Role.EDITOR))]``.

    The dependency raises ``SignInNeeded`` (401) for nobody, ``NotAllowed`` (403) for a lower role.
    """

    def user(request: Request) -> User:
        session: Session | None = request.state.session or session_of(request, request.state.store)
        if session is None:
            raise SignInNeeded("sign in first; the session may have ended")
        if not session.user.role.includes(role):
            raise NotAllowed(f"this is for the role {role.value}; you are signed in as {session.user.role.value}")
        return session.user

    return user


def sign_in_router(store: Store) -> APIRouter:
    """The routes of the sign-in."""
    router = APIRouter()
    limit = anyio.CapacityLimiter(AT_ONCE)

    @router.get("/sign-in", response_class=HTMLResponse)
    def page(request: Request) -> Response:
        """The form alone, for a twin that shows nothing without a sign-in."""
        return HTMLResponse(sign_in_page(from_query(request.url.query).lang), headers=NO_STORE)

    @router.post("/sign-in")
    async def begin(request: Request) -> Response:
        """Give name and password, get a cookie."""
        started = time.monotonic()
        name, password = await _given(request)
        try:
            token = await anyio.to_thread.run_sync(sign_in, store, name, password, limiter=limit)
        except SignInRefused:
            await anyio.sleep(max(0.0, started + REFUSED_AFTER_S - time.monotonic()))
            raise
        user = await run_in_threadpool(signed_in_by, store, token)
        response = JSONResponse(_told(user, token), headers=NO_STORE)
        _set_cookie(response, request, token, SECONDS_OF_A_COOKIE)
        return response

    @router.post("/sign-out")
    def end(request: Request) -> Response:
        """End this session, and forget what was read in it."""
        sign_out(store, request.cookies.get(COOKIE, ""))
        response = JSONResponse(NOBODY, headers={**NO_STORE, "Clear-Site-Data": '"cache"'})
        _set_cookie(response, request, "", 0)
        return response

    @router.get("/me")
    def me(request: Request) -> Response:
        """Who is signed in, and the token that changes must carry."""
        session = session_of(request, store)
        told = _told(session.user, session.token) if session else NOBODY
        return JSONResponse(told, headers=NO_STORE)

    return router


def _told(user: User | None, token: str) -> dict[str, Any]:
    if user is None:
        return NOBODY
    can_edit = user.role.includes(Role.EDITOR)
    return {"name": user.name, "role": user.role.value, "csrf": csrf_of(token), "can_edit": can_edit}


async def _given(request: Request) -> tuple[str, str]:
    """Name and password of a request. No error repeats what was sent: it may hold a password."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise UsageError("a sign-in is a name and a password; this is longer")
    is_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    try:
        given = json.loads(body) if is_json else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not all(isinstance(given.get(key), str) for key in ("name", "password")):
        raise UsageError('a sign-in is JSON: {"name": …, "password": …}')
    return given["name"].strip().lower(), given["password"]


def _set_cookie(response: Response, request: Request, token: str, seconds: int) -> None:
    # A browser keeps no Secure cookie that comes over plain http, where an office may serve its own network.
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )
