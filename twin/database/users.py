"""Users: who may sign in, in which role; each is a login role of the database too, for QGIS and psql.

Passwords are hashed here: by Argon2id for the sign-in of the web, by SCRAM for PostgreSQL. The server gets hashes only.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from argon2 import PasswordHasher
from psycopg.rows import class_row

from twin.database.connect import Connection
from twin.database.queries import query
from twin.errors import StoreMismatch, UnknownName, UsageError

SHORTEST, LONGEST = 10, 200
"""How many characters a password has."""

NAME = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
SYSTEM = re.compile(r"(postgres|public|none|user|current_user|session_user|current_role|twin.*|pg_.*)")
"""Names that PostgreSQL or the twin keeps for itself."""

HASHER: Final = PasswordHasher()
"""Argon2id with the parameters that RFC 9106 recommends where memory is short."""


class Role(enum.Enum):
    """What a user may do; each may all that those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    STEWARD = "steward"
    ADMIN = "admin"

    @property
    def group(self) -> str:
        """The group role of the database that has its rights."""
        return f"twin_{self.value}"

    def includes(self, other: Role) -> bool:
        """Whether it may all that another role may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True)
class User:
    """Somebody who signed in."""

    name: str
    role: Role


@dataclass(frozen=True)
class Person:
    """A user as admins see one."""

    name: str
    role: str
    disabled: bool
    locked: bool
    made_at: datetime
    made_by: str
    has_login: bool
    last_seen: datetime | None


def add_user(connection: Connection, user: User, password: str) -> bool:
    """Make a user; whether it is a login role of the database too (not where the twin's owner may make none).

    Raises:
        UsageError: there is one of that name, the name cannot be one, or the password is too weak.
    """
    check_name(user.name)
    secret = hashed(password)
    try:
        with connection.transaction():
            row = {"name": user.name, "role": user.role.value, "secret": secret}
            connection.execute(query("keep_account"), row)
            return _keep_login(connection, user.name, password)
    except psycopg.errors.UniqueViolation:
        raise UsageError(
            f"there is a user '{user.name}' already. `twin user password {user.name}` gives it another password"
        ) from None


def change_password(connection: Connection, name: str, password: str) -> bool:
    """Give a user another password, which ends its sessions; whether that holds in the database too.

    Raises:
        UnknownName: no such user.
        UsageError: the password is too weak.
    """
    secret = hashed(password)
    with connection.transaction():
        row = connection.execute(query("change_secret"), {"name": name, "secret": secret}).fetchone()
        if not row or not row["found"]:
            raise _unknown(connection, name)
        return _keep_login(connection, name, password)


def switch_user(connection: Connection, name: str, is_on: bool) -> None:
    """Enable or disable a user; its sessions end at once.

    Raises:
        UnknownName: no such user.
    """
    row = connection.execute(query("switch_account"), {"name": name, "is_on": is_on}).fetchone()
    if not row or not row["found"]:
        raise _unknown(connection, name)


def people(connection: Connection) -> Sequence[Person]:
    """All users, by name."""
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(query("people")).fetchall()


def check_name(name: str) -> None:
    """See that a name can be one of a user.

    Raises:
        UsageError: it cannot; the reason is told.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a user: 2 to 40 characters of a-z, 0-9, '_', '.' and '-', a letter first"
        )
    if SYSTEM.fullmatch(name):
        raise UsageError(f"'{name}' is a name that PostgreSQL or the twin keeps for itself; choose another one")


def hashed(password: str) -> str:
    """A password's hash by Argon2id.

    Raises:
        UsageError: too short, too long, or with characters that cannot be typed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST} characters")
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in password):
        raise UsageError("a password cannot hold control characters")
    return HASHER.hash(as_bytes(password))


def as_bytes(password: str) -> bytes:
    """The same bytes for the same password, however the keyboard put its accents together."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _keep_login(connection: Connection, name: str, password: str) -> bool:
    text = unicodedata.normalize("NFKC", password).encode()
    verifier = connection.pgconn.encrypt_password(text, name.encode(), b"scram-sha-256").decode()
    try:
        row = connection.execute(query("keep_login"), {"name": name, "verifier": verifier}).fetchone()
    except psycopg.errors.DuplicateObject:
        raise UsageError(
            f"the database has a role '{name}' that `twin user` did not make; choose another name"
        ) from None
    if row is None:
        raise StoreMismatch("the store does not say whether it made the login; run `twin up`")
    return bool(row["made"])


def _unknown(connection: Connection, name: str) -> UnknownName:
    return UnknownName("user", name, [each.name for each in people(connection)])
