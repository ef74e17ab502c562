"""The guard before every request: what changes something comes from our page and from somebody signed in.

It stands around the whole server, WebSockets and files included, so that no route can be forgotten.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.server.errors import answer
from dashboards.state import from_query
from twin.database.sessions import csrf_of, signed_in_by
from twin.database.store import Store
from twin.database.users import User
from twin.errors import NotAllowed, SignInNeeded, TwinError

COOKIE = "twin_session"
CSRF = "x-csrf-token"
SIGN_IN = "/sign-in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

CALLBACKS = "/_dash-update-component"
"""Readers ask for parts of the page by POST; these only ever read, as ``twin_web``."""

FREE = frozenset({SIGN_IN, "/me", "/healthz"})
"""What is answered to everybody with ``TWIN_PRIVATE``, beside ``/assets/``."""

AGAIN_S = 10.0
"""How often it is looked whether the session of an open stream or WebSocket still lasts."""

REFUSED_SOCKET = 4401


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in, and what the browser must send back with every change."""

    user: User
    csrf: str
    token: str


class Ended(Exception):
    """The session of an open stream has ended; raised through the program that writes it."""


def session_of(asked: HTTPConnection, store: Store) -> Session | None:
    """The session of a request's cookie, if it lasts."""
    token = asked.cookies.get(COOKIE, "")
    user = signed_in_by(store, token) if token else None
    return Session(user, csrf_of(token), token) if user else None


def is_own_origin(asked: HTTPConnection) -> bool:
    """Whether the browser says that the request comes from a page of this server."""
    origin, host = asked.headers.get("origin", ""), asked.headers.get("host", "")
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


class Guard:
    """Wraps the server; ``private`` asks for a sign-in before reading, too."""

    def __init__(self, app: ASGIApp, store: Store, private: bool) -> None:
        """Stand before ``app``."""
        self._app = app
        self._store = store
        self._private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        try:
            session = await self._admit(asked)
        except TwinError as error:
            await _refuse(asked, error, receive, send)
            return
        state = scope.setdefault("state", {})
        state["store"], state["session"] = self._store, session
        watched = _Watched(self._store, session, scope["type"], send) if session and self._private else None
        try:
            await self._app(scope, receive, watched or send)
        except Ended:
            return

    async def _admit(self, asked: HTTPConnection) -> Session | None:
        """The session where one is needed.

        Raises:
            SignInNeeded: it is needed, and there is none.
            NotAllowed: the request comes from another page, or lacks the session's CSRF token.
        """
        path = asked.scope["path"]
        is_socket = asked.scope["type"] == "websocket"
        changes = not is_socket and asked.scope["method"] not in SAFE and path != CALLBACKS
        if (changes or (is_socket and "origin" in asked.headers)) and not is_own_origin(asked):
            raise NotAllowed("this request does not come from a page of this server")
        needs_name = changes and path != SIGN_IN
        if not needs_name and not (self._private and not _is_free(path)):
            return None
        session = await run_in_threadpool(session_of, asked, self._store)
        if session is None:
            raise SignInNeeded("sign in first; the session may have ended")
        if needs_name and not hmac.compare_digest(asked.headers.get(CSRF, "").encode(), session.csrf.encode()):
            raise NotAllowed("this request lacks the token of the session; reload the page")
        return session


class _Watched:
    """What is sent to somebody signed in; a stream or WebSocket that stays open ends with the session."""

    def __init__(self, store: Store, session: Session, kind: str, send: Send) -> None:
        self._store, self._session, self._kind, self._send = store, session, kind, send
        self._looked = time.monotonic()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [_unshared(*each) for each in message["headers"]]}
        elif time.monotonic() - self._looked > AGAIN_S:
            self._looked = time.monotonic()
            if await run_in_threadpool(signed_in_by, self._store, self._session.token) is None:
                await self._end()
        await self._send(message)

    async def _end(self) -> None:
        if self._kind == "websocket":
            await self._send({"type": "websocket.close", "code": REFUSED_SOCKET, "reason": "the session has ended"})
        else:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        raise Ended


def _unshared(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; what only some may read must not stay in a cache that many share."""
    return (name, value.replace(b"public", b"private")) if name.lower() == b"cache-control" else (name, value)


def _is_free(path: str) -> bool:
    return path in FREE or path.startswith("/assets/")


async def _refuse(asked: HTTPConnection, error: TwinError, receive: Receive, send: Send) -> None:
    if asked.scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": REFUSED_SOCKET, "reason": str(error)[:120]})
        return
    request = Request(asked.scope, receive)
    is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if isinstance(error, SignInNeeded) and is_page:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        lang = from_query(request.url.query).lang
        where = f"{SIGN_IN}?lang={lang}&to={quote(wanted, safe='')}"
        response = RedirectResponse(where, status_code=303, headers={"Cache-Control": "no-store"})
        await response(asked.scope, receive, send)
        return
    await (await answer(request, error))(asked.scope, receive, send)
