"""``/events``: what happens in the store, as server-sent events, so that open maps follow.

Two kinds: ``layers`` gives the new version of each layer that was changed, so that its tiles are asked for again;
``run`` gives the number of a run whose scores are there, with sentences that say what changed and by how much, and
comes a second time when its flags are made. Both times the sentences are with it: who reads late, or reads the run only
when its flags are there already, is told the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from dashboards.figures import Figures
from dashboards.server.scores import Lang
from dashboards.server.tiles import drawn_layers
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.connect import Row
from twin.database.listen import CHANGES, RUNS, announced
from twin.database.published import changed_values, read_run
from twin.database.store import Store
from twin.database.tiles import layer_version
from twin.errors import TwinError

FOLD_S = 0.2
"""Statements that follow each other this fast are told of once."""

PULSE_S = 15.0
"""So often something is sent, so that proxies keep the stream open and its end is noticed."""

WAITING = 64
"""Who reads so slowly that more wait than these is let go; the browser then comes back by itself."""

TOLD = 3
"""Changes that are told in words; of more only the number."""

Event = dict[str, Any]


class Events:
    """One listener a server, and a queue for each page that is open."""

    def __init__(self, store: Store) -> None:
        """Of one store; ``listening`` starts it."""
        self._store = store
        self._queues: set[asyncio.Queue[Event | None]] = set()
        self._changed: set[str] = set()
        self._compared: tuple[int, list[Row]] = (0, [])
        self._over = False

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen while in the block; at its end all streams end."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self.end()

    def end(self) -> None:
        """Let every open stream end, and those that come."""
        self._over = True
        for queue in self._queues:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(None)

    async def stream(self, lang: str) -> AsyncIterator[bytes]:
        """Events for one page, for ever; first the run and the versions as they are."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(WAITING)
        self._queues.add(queue)
        try:
            yield b"retry: 2000\n\n"
            for event in await run_in_threadpool(self._state):
                yield _written(event, lang)
            while not self._over:
                try:
                    following = await asyncio.wait_for(queue.get(), PULSE_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if following is None:
                    return
                yield _written(following, lang)
        finally:
            self._queues.discard(queue)

    async def _listen(self) -> None:
        folding: asyncio.Task[None] | None = None
        async for each in announced(CHANGES, RUNS, as_reader=True):
            if each.channel == RUNS:
                await self._tell(await run_in_threadpool(self._runs))
            elif each.channel == CHANGES:
                self._changed.add(each.payload)
                if folding is None or folding.done():
                    folding = asyncio.create_task(self._fold())
            else:
                await self._tell(await run_in_threadpool(self._state))

    async def _fold(self) -> None:
        # What comes while the changes before are told of waits for the next round.
        while self._changed:
            await asyncio.sleep(FOLD_S)
            changed, self._changed = self._changed, set()
            await self._tell(await run_in_threadpool(self._versions, changed))

    async def _tell(self, events: list[Event]) -> None:
        for queue in list(self._queues):
            if queue.qsize() + len(events) > WAITING:
                self._let_go(queue)
                continue
            for event in events:
                queue.put_nowait(event)

    def _let_go(self, queue: asyncio.Queue[Event | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def _state(self) -> list[Event]:
        return [*self._runs(), *self._versions(set(drawn_layers()))]

    def _versions(self, layers: set[str]) -> list[Event]:
        try:
            with self._store.read() as connection:
                wanted = layers & set(drawn_layers())
                return [{"kind": "layers", "layers": {name: layer_version(connection, name) for name in wanted}}]
        except TwinError:
            return []

    def _runs(self) -> list[Event]:
        try:
            with self._store.read() as connection:
                run = read_run(connection)
                if run is None:
                    return []
                if self._compared[0] != run.id:
                    self._compared = run.id, changed_values(connection, run.id)
        except TwinError:
            return []
        return [{"kind": "run", "run": run, "changes": self._compared[1]}]


def _written(event: Event, lang: str) -> bytes:
    content = {"layers": event["layers"]} if event["kind"] == "layers" else _of_run(event, lang)
    return f"event: {event['kind']}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n".encode()


def _of_run(event: Event, lang: str) -> dict[str, Any]:
    run, figures = event["run"], Figures(words(lang))
    said = [figures.words("follow.all")] if run.is_whole else []
    for row in event["changes"][:TOLD]:
        spoken = goal_words(run, row["goal"], figures)
        before, after = _apart(spoken, row["before"], row["after"])
        said.append(figures.words("follow.change", zone=row["zone"], goal=spoken.title, before=before, after=after))
    more = len(event["changes"]) - TOLD
    if more > 0:
        said.append(figures.words("follow.more", count=figures.count(more), n=more))
    return {"run": run.id, "flagged": run.flagged, "said": said}


def _apart(spoken: GoalWords, before: float | None, after: float | None) -> tuple[str, str]:
    """Two values as people read them, with decimals where they would look alike."""
    plain = spoken.value(before), spoken.value(after)
    if plain[0] != plain[1] or before is None or after is None:
        return plain
    if spoken.unit != "share":
        return f"{before:.4g}", f"{after:.4g}"
    decimals = next((n for n in (1, 2, 3) if round(100 * before, n) != round(100 * after, n)), 4)
    return spoken.figures.share(before, decimals), spoken.figures.share(after, decimals)


def events_router(events: Events) -> APIRouter:
    """The route of the events."""
    router = APIRouter()

    @router.get("/events")
    async def follow(lang: Lang = "en") -> StreamingResponse:
        """Events for as long as the page is open."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(events.stream(lang), media_type="text/event-stream", headers=headers)

    return router
