"""Sessions of the web: a password is held against its hash, a token is given, and only its digest is kept.

Sessions live in the store, so that they end on every server at once: at sign-out, when the user is disabled or gets
another password, after 8 hours without a request, and after 7 days in any case.
"""

from __future__ import annotations

import functools
import hashlib
import secrets

from argon2.exceptions import VerifyMismatchError

from twin.database.queries import query
from twin.database.store import Store
from twin.database.users import HASHER, LONGEST, NAME, Role, User, as_bytes
from twin.errors import SignInRefused

TOKEN_BYTES = 32


def sign_in(store: Store, name: str, password: str) -> str:
    """The token of a new session.

    A name that is not there is answered as a wrong password is, and takes as long: a hash is computed in any case.

    Raises:
        SignInRefused: name or password is not right, the user is disabled, or there were five wrong tries.
    """
    # Text with a NUL cannot be asked for in PostgreSQL; a name of that kind is nobody's.
    known = bool(NAME.fullmatch(name))
    secret = _begun(store, name) if known else None
    if _fits(secret, password):
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with store.gate() as connection:
            values = {"name": name, "secret": secret, "token": digest(token)}
            row = connection.execute(query("open_session"), values).fetchone()
        if row and row["opened"]:
            return token
    raise SignInRefused("name or password is not right; after five wrong passwords a name waits for 15 minutes")


def signed_in_by(store: Store, token: str) -> User | None:
    """Who holds a token; None where it is nobody's, or its session has ended."""
    with store.gate() as connection:
        row = connection.execute(query("session_of"), {"token": digest(token)}).fetchone()
    return User(row["name"], Role(row["role"])) if row else None


def sign_out(store: Store, token: str) -> None:
    """End the session of a token."""
    with store.gate() as connection:
        connection.execute(query("close_session"), {"token": digest(token)})


def digest(token: str) -> bytes:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def csrf_of(token: str) -> str:
    """What requests of a session that change something must carry; the token cannot be had from it."""
    return hashlib.sha256(b"csrf:" + token.encode("utf-8", "surrogatepass")).hexdigest()


def _begun(store: Store, name: str) -> str | None:
    with store.gate() as connection:
        row = connection.execute(query("begin_sign_in"), {"name": name}).fetchone()
    return row["secret"] if row else None


def _fits(secret: str | None, password: str) -> bool:
    nobodys = _nobodys()
    try:
        HASHER.verify(secret or nobodys, as_bytes(password[:LONGEST]))
    except VerifyMismatchError:
        return False
    return secret is not None and len(password) <= LONGEST


@functools.cache
def _nobodys() -> str:
    """A hash that no password fits, for names that are not there."""
    return HASHER.hash(secrets.token_bytes(TOKEN_BYTES))
