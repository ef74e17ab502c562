"""What the store announces: edits, and runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from twin.database.connect import dsn_of_reader, dsn_of_store
from twin.database.queries import query
from twin.errors import StoreNotReady

CHANGES, RUNS = "twin_change", "twin_run"
"""Channels: the layer that a statement changed; the number of a run that is scored, and again when it is done."""

AGAIN_S = 2.0
"""A connection that broke is opened again after so long."""


@dataclass(frozen=True)
class Announced:
    """What was said on a channel; both empty after the connection broke, when something may have been missed."""

    channel: str
    payload: str


async def announced(*channels: str, as_reader: bool = False) -> AsyncIterator[Announced]:
    """All that is announced on some channels, for ever; ``as_reader``: as who may only read what is published."""
    while True:
        try:
            dsn = dsn_of_reader() if as_reader else dsn_of_store()
            connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        except (psycopg.OperationalError, StoreNotReady):
            await asyncio.sleep(AGAIN_S)
            continue
        try:
            async with connection:
                for channel in channels:
                    await connection.execute(query("listen", channel=sql.Identifier(channel)))
                async for each in connection.notifies():
                    yield Announced(each.channel, each.payload)
        except psycopg.OperationalError:
            await asyncio.sleep(AGAIN_S)
        yield Announced("", "")
