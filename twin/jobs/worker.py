"""A worker: takes jobs from the queue, and turns edits that the store announces into recomputes."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from procrastinate import App
from procrastinate.exceptions import AppNotOpen, ConnectorException

from twin.database.listen import CHANGES, announced
from twin.errors import StoreUnavailable
from twin.jobs.queue import ask, job_queue, let_go, make_queue, put_back_stalled
from twin.log import log

FOLD_S = 0.2
"""Edits that follow each other this fast are answered by one recompute."""

AT_ONCE = 2
"""A recompute, and the sweep beside it."""

HEARTBEAT_S = 5.0

AGAIN_S = 2.0
"""A worker whose store went away begins anew after so long."""

STOPS = (signal.SIGTERM, signal.SIGINT)


def work(*, once: bool = False, name: str = "twin worker") -> None:
    """Take jobs until told to stop (SIGTERM, SIGINT), through restarts of the store too.

    ``once``: put back what a killed worker left, ask for what is dirty, take what waits, and return; schedules are
    for workers that stay.
    """
    try:
        asyncio.run(_once(name) if once else _until_told(name))
    finally:
        let_go()


async def _once(name: str) -> None:
    app = job_queue(schedules=False)
    async with app.open_async():
        await make_queue(app)
        await put_back_stalled(app)
        await ask(app)
        await app.run_worker_async(
            name=name,
            concurrency=AT_ONCE,
            wait=False,
            listen_notify=False,
            update_heartbeat_interval=HEARTBEAT_S,
        )


async def _until_told(name: str) -> None:
    told = asyncio.Event()
    working = asyncio.create_task(_keep_on(name, told))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # Who says it twice does not want to wait for the job.
        for each in STOPS:
            loop.remove_signal_handler(each)
        told.set()
        working.cancel()

    for each in STOPS:
        loop.add_signal_handler(each, stop)
    with suppress(asyncio.CancelledError):
        await working


async def _keep_on(name: str, told: asyncio.Event) -> None:
    while True:
        try:
            await _work(name)
            why = "its connection broke"
        except (ConnectorException, StoreUnavailable) as error:
            why = " ".join(str(error).split())
        # A store that is away lets the end that was asked for look like an error.
        if told.is_set():
            return
        log("jobs").warning("the worker begins anew in %s s: %s", AGAIN_S, why)
        await asyncio.sleep(AGAIN_S)


async def _work(name: str) -> None:
    app = job_queue()
    async with app.open_async():
        await make_queue(app)
        await ask(app)
        listening = asyncio.create_task(_listen(app))
        try:
            await app.run_worker_async(
                name=name,
                concurrency=AT_ONCE,
                update_heartbeat_interval=HEARTBEAT_S,
                install_signal_handlers=False,
            )
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def _listen(app: App) -> None:
    asking: asyncio.Task[None] | None = None
    async for _ in announced(CHANGES):
        if asking is None or asking.done():
            asking = asyncio.create_task(_ask_soon(app))


async def _ask_soon(app: App) -> None:
    await asyncio.sleep(FOLD_S)
    # A store that went away meanwhile: the worker begins anew, and asks then.
    with suppress(AppNotOpen, ConnectorException):
        await ask(app)
