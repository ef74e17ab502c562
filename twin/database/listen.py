"""What the store announces: edits, finished runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
from psycopg import sql

from twin.database.connect import dsn_of_store
from twin.database.queries import query

AGAIN_S = 2.0
"""A connection that broke is opened again after so long."""


async def announced(channel: str) -> AsyncIterator[str]:
    """Payloads that are announced on a channel, for ever; "" after the connection broke, when some may be lost."""
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(dsn_of_store(), autocommit=True)
        except psycopg.OperationalError:
            await asyncio.sleep(AGAIN_S)
            continue
        try:
            async with connection:
                await connection.execute(query("listen", channel=sql.Identifier(channel)))
                async for each in connection.notifies():
                    yield each.payload
        except psycopg.OperationalError:
            await asyncio.sleep(AGAIN_S)
            yield ""
