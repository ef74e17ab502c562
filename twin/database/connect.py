"""Connections: to the private cluster, or to the PostGIS that ``TWIN_DSN`` names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from twin.database.cluster import OWNER, SIGN_IN, WEB, Cluster
from twin.database.queries import query
from twin.errors import StoreMismatch, StoreNotReady, StoreUnavailable
from twin.settings import settings

MINIMUM_POSTGIS = (3, 3)

NO_ROOM = ("53", "58")
"""Classes of SQLSTATE for a lack of resources (a full disk among them) and for errors of the system below."""

COULD_NOT_WRITE = re.compile(r"could not (?:extend|write)")
"""PostgreSQL calls a file that reached its limit an internal error."""

BROWSER = "browser"
"""What history calls the program of edits that were made in the browser."""

Row = dict[str, Any]
Connection = psycopg.Connection[Row]


def cluster() -> Cluster:
    """The private cluster of this process's ``TWIN_HOME``."""
    return Cluster(settings().home.resolve(), settings().listen)


def ensure_up(say: Callable[[str], None] = lambda _: None) -> None:
    """Start the private cluster where it does not run, or see that the server of ``TWIN_DSN`` answers.

    Raises:
        StoreUnavailable: it does not answer.
        StoreMismatch: its PostGIS is too old.
    """
    if settings().is_private:
        cluster().up(say)


def _dsn(login: str = OWNER) -> str:
    """As one of the private cluster's logins; the server of ``TWIN_DSN`` has one for all."""
    if settings().is_private:
        if not cluster().exists:
            raise StoreNotReady(f"there is no store in {cluster().home} yet. Run `twin up`, or `twin load DIR`.")
        return cluster().dsn(login)
    return settings().dsn


def dsn_of_store() -> str:
    """Connection string of the store's owner."""
    return _dsn()


def dsn_of_reader() -> str:
    """Connection string of the web server's login, which by itself may read what is published."""
    return _dsn(WEB)


def _whose() -> str:
    return f"the private PostGIS in {cluster().folder}" if settings().is_private else "the server of TWIN_DSN"


def _explained(error: psycopg.OperationalError) -> StoreUnavailable:
    said = " ".join(str(error).split())
    what_to_do = "Run `twin up`." if settings().is_private else "Look at TWIN_DSN, and whether the server runs."
    return StoreUnavailable(f"{_whose()} does not answer: {said}. {what_to_do}")


def _interruption_behind(error: BaseException) -> KeyboardInterrupt | None:
    """Ctrl-C between sending a statement and waiting for it: what tidies up then meets a busy connection."""
    before: BaseException | None = error
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before


@contextmanager
def connect(*, autocommit: bool = False, program: str = "twin") -> Iterator[Connection]:
    """A connection as the store's owner; commits at the end, rolls back on an error.

    ``program`` is the application name that history records.

    Raises:
        StoreUnavailable: the server does not answer, or goes away in the middle (nothing of the open transaction
            is kept then), or has no room to write.
    """
    try:
        opened = psycopg.connect(_dsn(), autocommit=autocommit, row_factory=dict_row, application_name=program)
    except psycopg.OperationalError as error:
        raise _explained(error) from error
    try:
        with opened as connection:
            yield connection
    except psycopg.Error as error:
        if interrupted := _interruption_behind(error):
            raise interrupted from None
        if (error.sqlstate or "").startswith(NO_ROOM) or COULD_NOT_WRITE.search(str(error)):
            raise _without_room(error) from error
        if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            raise
        _raise_if_gone(opened, error)
        raise


class KeptConnection:
    """A connection of runs that is kept from one use to the next, and opened anew after an error.

    Its commits are not awaited: a run notes what it does several times before it shows anything, and PostgreSQL loses
    of such notes only the last ones, which the next run makes again.
    """

    def __init__(self, program: str) -> None:
        """Not open yet; ``program`` is the application name that history records."""
        self._program = program
        self._stack = ExitStack()
        self._open: Connection | None = None

    @contextmanager
    def use(self) -> Iterator[Connection]:
        """The connection, committing by itself. Raises what ``connect`` raises; then it is closed."""
        if self._open is None:
            self._open = self._stack.enter_context(connect(autocommit=True, program=self._program))
            self._open.execute(query("commit_unawaited"))
        with ExitStack() as guard:
            guard.push(self._close_after)
            yield self._open

    def _close_after(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            return False
        self._open = None
        return bool(self._stack.__exit__(kind, error, trace))

    def close(self) -> None:
        """Let go of it."""
        self._open = None
        self._stack.close()


def _raise_if_gone(opened: Connection, error: psycopg.Error) -> None:
    if opened.broken or opened.closed:
        raise _explained(psycopg.OperationalError(str(error))) from error


def _without_room(error: psycopg.Error) -> StoreUnavailable:
    said = " ".join(str(error).split())
    return StoreUnavailable(
        f"{_whose()} cannot write: {said}. Nothing of what was being written is kept; make room, then call again"
    )


def _as_viewer(connection: psycopg.Connection[Row]) -> None:
    connection.execute(query("become_viewer"))
    connection.commit()


def web_pool(size: int = 8) -> ConnectionPool[Connection]:
    """A closed pool of connections that may only read what is published; the server opens and closes it."""
    return ConnectionPool(
        _dsn(WEB),
        min_size=1,
        max_size=size,
        open=False,
        configure=_as_viewer,
        kwargs={"row_factory": dict_row, "application_name": "twin serve"},
        connection_class=psycopg.Connection[Row],
    )


def signing_pool(size: int = 4) -> ConnectionPool[Connection]:
    """A closed pool of connections that take the role of whoever signed in, one transaction at a time."""
    return ConnectionPool(
        _dsn(SIGN_IN),
        min_size=1,
        max_size=size,
        open=False,
        kwargs={"row_factory": dict_row, "application_name": BROWSER},
        connection_class=psycopg.Connection[Row],
    )


def check_server(connection: Connection) -> str:
    """PostGIS's version.

    Raises:
        StoreMismatch: no PostGIS, or one older than 3.3.
    """
    row = connection.execute(query("postgis_version")).fetchone()
    version = str(row["version"]) if row and row["version"] else ""
    if not version:
        raise StoreMismatch("the database has no PostGIS; run CREATE EXTENSION postgis as an administrator")
    if tuple(int(part) for part in version.split(".")[:2]) < MINIMUM_POSTGIS:
        raise StoreMismatch(f"PostGIS {version} is too old; 3.3 or newer is needed")
    return version
