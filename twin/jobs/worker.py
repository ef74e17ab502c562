"""A worker: takes jobs from the queue, and turns edits that the store announces into recomputes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from procrastinate import App

from twin.database.listen import CHANGES, announced
from twin.jobs.queue import ask, job_queue, make_queue

FOLD_S = 0.2
"""Edits that follow each other this fast are answered by one recompute."""

AT_ONCE = 2
"""A recompute, and the sweep beside it."""

HEARTBEAT_S = 5.0


def work(*, once: bool = False, name: str = "twin worker") -> None:
    """Take jobs until the process is ended; ``once``: ask for what is dirty, take what waits, and return."""
    asyncio.run(_work(once, name))


async def _work(once: bool, name: str) -> None:
    app = job_queue()
    async with app.open_async():
        await make_queue(app)
        await ask(app)
        if once:
            await app.run_worker_async(name=name, concurrency=AT_ONCE, wait=False, listen_notify=False)
            return
        listening = asyncio.create_task(_listen(app))
        try:
            await app.run_worker_async(name=name, concurrency=AT_ONCE, update_heartbeat_interval=HEARTBEAT_S)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def _listen(app: App) -> None:
    asking: asyncio.Task[bool] | None = None
    async for _ in announced(CHANGES):
        if asking is None or asking.done():
            asking = asyncio.create_task(_ask_soon(app))


async def _ask_soon(app: App) -> bool:
    await asyncio.sleep(FOLD_S)
    return await ask(app)
