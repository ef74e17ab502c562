"""The server's ways to the store: reading, the sign-in, and acting as somebody who signed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import sql

from twin.database.connect import Connection, signing_pool, web_pool
from twin.database.pool import PATIENCE_S, Pool
from twin.database.queries import query
from twin.database.users import User
from twin.errors import NotAllowed, StoreError, StoreNotReady, StoreUnavailable

__all__ = ["PATIENCE_S", "Store"]

GATE = "twin_gate"
"""The group role that may ask for a password's hash and for sessions, and for nothing else."""

GONE = ("08", "53", "57", "58")
"""Classes of SQLSTATE for a server that is away, has no room, is stopping, or is ill."""


class Store:
    """Two pools: one whose login can only ever read, one that takes a user's role for each transaction."""

    def __init__(self) -> None:
        """Hold no connection yet."""
        self._reading = Pool(web_pool)
        self._signing = Pool(signing_pool)

    def open(self) -> None:
        """Start connecting; a store that is away is waited for, not an error."""
        self._reading.open()
        self._signing.open()

    def close(self) -> None:
        """Let go of all connections."""
        self._reading.close()
        self._signing.close()

    def use(self) -> dict[str, Mapping[str, int]]:
        """How the connections of each pool are used."""
        return {"reading": self._reading.stats(), "signing": self._signing.stats()}

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for some reading.

        Raises:
            StoreUnavailable: the store does not answer within four seconds, or goes away.
            StoreNotReady: a table that is asked for was not made yet.
            StoreError: it refuses what is asked.
        """
        with _told(), self._reading.connection() as connection:
            yield connection

    @contextmanager
    def act(self, user: User) -> Iterator[Connection]:
        """A connection for one transaction with the rights of a signed-in user, in whose name history is written.

        Commits at the end, rolls back on an error. Nothing that an anonymous request reaches may call it.

        Raises:
            NotAllowed: the user's role may not do it.
            StoreUnavailable, StoreNotReady, StoreError: as for ``read``.
        """
        with self._as(user.role.group) as connection:
            connection.execute(query("take_name"), {"name": user.name})
            yield connection

    @contextmanager
    def gate(self) -> Iterator[Connection]:
        """A connection for one transaction of the sign-in: it reaches the functions of sessions alone.

        Raises:
            StoreUnavailable, StoreNotReady, StoreError: as for ``read``.
        """
        with self._as(GATE) as connection:
            yield connection

    @contextmanager
    def _as(self, role: str) -> Iterator[Connection]:
        with _told(), self._signing.connection() as connection, connection.transaction():
            connection.execute(query("take_role", role=sql.Identifier(role)))
            yield connection


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the database as the project's own."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        if (error.sqlstate or GONE[0]).startswith(GONE):
            raise StoreUnavailable(f"the store does not answer: {error}. Run `twin up`.") from error
        raise StoreError(f"the store cannot answer this: {' '.join(str(error).split())}") from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction) as error:
        what = error.diag.message_primary
        raise StoreNotReady(f"the store is not set up yet ({what}). Run `twin up`, then `twin load`.") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotAllowed(f"your role may not do this ({error.diag.message_primary}); ask an admin") from error
    except psycopg.Error as error:
        raise StoreError(f"the store cannot answer this: {' '.join(str(error).split())}") from error
