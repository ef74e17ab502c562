"""The guard around WebSockets and open streams: shut without a session, and ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.websockets import WebSocketDisconnect

from dashboards.server import guard
from dashboards.server.guard import COOKIE, REFUSED_SOCKET, Guard
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.sessions import sign_in, sign_out
from twin.database.store import Store
from twin.database.users import Role, User, add_user

HOST, ORIGIN = (b"host", b"twin.example"), (b"origin", b"https://twin.example")
FOREIGN = (b"origin", b"https://evil.example")


@pytest.fixture
def opened(store: Cluster) -> Iterator[Store]:  # noqa: ARG001
    """A web server's store, with a viewer."""
    with connect() as connection:
        add_user(connection, User("bo", Role.VIEWER), "a lamp by the quay")
    made = Store()
    made.open()
    yield made
    made.close()


def guarded(store: Store, private: bool) -> FastAPI:
    """A server with a WebSocket and a stream, neither of which asks who calls."""
    server = FastAPI()

    @server.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        while True:
            await socket.send_text("news")
            await asyncio.sleep(0.01)

    @server.get("/events")
    def events() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield b"data: news\n\n"
                await asyncio.sleep(0.01)

        return StreamingResponse(parts(), media_type="text/event-stream", headers={"Cache-Control": "public"})

    server.add_middleware(GZipMiddleware)
    server.add_middleware(Guard, store=store, private=private)
    return server


def call(server: FastAPI, kind: str, headers: list[tuple[bytes, bytes]], at: int = 0, do: Any = None) -> list[Any]:
    """What comes back; ``do`` happens once ``at`` messages came, and 50 messages are enough."""
    scope: dict[str, Any] = {
        "type": kind,
        "path": "/live" if kind == "websocket" else "/events",
        "query_string": b"",
        "method": "GET",
    }
    scope |= {"headers": [HOST, *headers], "scheme": "https", "server": ("twin.example", 443), "subprotocols": []}
    scope |= {"client": ("192.0.2.7", 9), "root_path": "", "asgi": {"version": "3.0", "spec_version": "2.3"}}
    came: list[Any] = []

    async def run() -> None:
        left = asyncio.Event()
        asked = iter([{"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}])

        async def receive() -> Any:
            if first := next(asked, None):
                return first
            await left.wait()
            return (
                {"type": "websocket.disconnect", "code": 1000} if kind == "websocket" else {"type": "http.disconnect"}
            )

        async def send(message: Any) -> None:
            came.append(message)
            if do and len(came) == at:
                await asyncio.to_thread(do)
            if len(came) >= 50:
                left.set()
                raise OSError("the reader left")

        try:
            await asyncio.wait_for(server(scope, receive, send), 20)
        except (OSError, WebSocketDisconnect):
            assert len(came) >= 50

    asyncio.run(run())
    return came


def cookie(token: str) -> tuple[bytes, bytes]:
    return (b"cookie", f"{COOKIE}={token}".encode())


def test_a_private_twin_opens_no_websocket_and_no_stream_to_nobody(opened: Store) -> None:
    server = guarded(opened, private=True)
    for headers in ([], [ORIGIN], [ORIGIN, cookie("A" * 43)]):
        (closed,) = call(server, "websocket", headers)
        assert (closed["type"], closed["code"]) == ("websocket.close", REFUSED_SOCKET)
        assert call(server, "http", headers)[0]["status"] == 401


def test_a_websocket_of_another_page_is_refused_with_and_without_a_session(opened: Store) -> None:
    token = sign_in(opened, "bo", "a lamp by the quay")
    for private in (True, False):
        (closed,) = call(guarded(opened, private), "websocket", [FOREIGN, cookie(token)])
        assert (closed["type"], closed["code"]) == ("websocket.close", REFUSED_SOCKET)


def test_readers_of_an_open_twin_need_no_sign_in(opened: Store) -> None:
    server = guarded(opened, private=False)
    assert call(server, "websocket", [ORIGIN])[1] == {"type": "websocket.send", "text": "news"}
    assert len(call(server, "http", [])) == 50


@pytest.mark.parametrize("kind", ["websocket", "http"])
def test_what_stays_open_ends_with_its_session(opened: Store, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "AGAIN_S", 0.05)
    server = guarded(opened, private=True)
    token = sign_in(opened, "bo", "a lamp by the quay")
    assert len(call(server, kind, [ORIGIN, cookie(token)])) == 50
    came = call(server, kind, [ORIGIN, cookie(token)], at=3, do=lambda: sign_out(opened, token))
    assert 3 < len(came) < 50
    last = came[-1]
    assert last.get("code") == REFUSED_SOCKET if kind == "websocket" else last["more_body"] is False


def test_what_only_some_may_read_stays_in_no_shared_cache(opened: Store) -> None:
    token = sign_in(opened, "bo", "a lamp by the quay")
    start = call(guarded(opened, private=True), "http", [cookie(token)])[0]
    assert dict(start["headers"])[b"cache-control"] == b"private"
    start = call(guarded(opened, private=False), "http", [cookie(token)])[0]
    assert dict(start["headers"])[b"cache-control"] == b"public"
