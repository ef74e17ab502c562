"""The server's way to the store: connections that may only read, renewed after the store was gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from twin.database.connect import Connection, web_pool
from twin.errors import StoreError, StoreNotReady, StoreUnavailable

PATIENCE_S = 4.0
"""How long a request waits for a connection before it is told that the store is gone."""


class Store:
    """A pool of reading connections. ``open`` and ``close`` it around the server's life."""

    def __init__(self) -> None:
        """Hold no connection yet."""
        self._pool: ConnectionPool[Connection] | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        """Start connecting; a store that is away is waited for, not an error."""
        with self._lock:
            self._pool = web_pool()
            self._pool.open(wait=False)

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            if self._pool is not None:
                self._pool.close(timeout=1.0)
            self._pool = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for some reading.

        Raises:
            StoreUnavailable: the store does not answer within four seconds, or goes away.
            StoreNotReady: a table that is asked for was not made yet.
            StoreError: it refuses what is asked.
        """
        try:
            with self._living().connection(timeout=PATIENCE_S) as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise StoreUnavailable(f"the store does not answer: {error}. Run `twin up`.") from error
        except psycopg.errors.UndefinedTable as error:
            what = error.diag.message_primary
            raise StoreNotReady(f"the store is not set up yet ({what}). Run `twin up`, then `twin load`.") from error
        except psycopg.Error as error:
            raise StoreError(f"the store cannot answer this: {' '.join(str(error).split())}") from error

    def _living(self) -> ConnectionPool[Connection]:
        """The pool, renewed where it gives a dead connection; where it gives none, renewed for the next call."""
        pool = self._pool
        if pool is None:
            raise StoreUnavailable("the server has no connection to the store; it is starting or stopping")
        try:
            with pool.connection(timeout=PATIENCE_S) as connection:
                ConnectionPool.check_connection(connection)
        except PoolTimeout:
            self._renewed(pool)
            raise
        except (psycopg.OperationalError, psycopg.InterfaceError):
            return self._renewed(pool)
        return pool

    def _renewed(self, failed: ConnectionPool[Connection]) -> ConnectionPool[Connection]:
        # After a restart every connection of a pool is dead, and it pauses longer and longer between attempts.
        with self._lock:
            if self._pool is failed:
                self._pool = web_pool()
                self._pool.open(wait=False)
            renewed = self._pool
        failed.close(timeout=0.1)
        if renewed is None:
            raise StoreUnavailable("the server lets go of the store; it is stopping")
        return renewed
