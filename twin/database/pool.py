"""A pool of connections that is renewed after the store was gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from twin.database.connect import Connection
from twin.errors import StoreUnavailable

PATIENCE_S = 4.0
"""How long a request waits for a connection before it is told that the store is gone."""

Connections = ConnectionPool[Connection]


class Pool:
    """Connections of one kind. ``open`` and ``close`` it around the server's life."""

    def __init__(self, make: Callable[[], Connections]) -> None:
        """Hold no connection yet; ``make`` gives a closed pool."""
        self._make = make
        self._pool: Connections | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        """Start connecting; a store that is away is waited for, not an error."""
        with self._lock:
            self._pool = self._make()
            self._pool.open(wait=False)

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            if self._pool is not None:
                self._pool.close(timeout=1.0)
            self._pool = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A living connection; commits at the end, rolls back on an error.

        Raises:
            StoreUnavailable: the pool is not open.
            psycopg.OperationalError: the store does not answer in time.
        """
        with self._living().connection(timeout=PATIENCE_S) as connection:
            yield connection

    def stats(self) -> Mapping[str, int]:
        """How its connections are used, as ``psycopg_pool`` counts; empty while it is closed."""
        pool = self._pool
        return pool.get_stats() if pool is not None else {}

    def _living(self) -> Connections:
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

    def _renewed(self, failed: Connections) -> Connections:
        # After a restart every connection of a pool is dead, and it pauses longer and longer between attempts.
        with self._lock:
            if self._pool is failed:
                self._pool = self._make()
                self._pool.open(wait=False)
            renewed = self._pool
        failed.close(timeout=0.1)
        if renewed is None:
            raise StoreUnavailable("the server lets go of the store; it is stopping")
        return renewed
