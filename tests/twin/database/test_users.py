"""Users: secrets that nobody reads, passwords that lock, sessions that end, the same name by every door."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.conftest import PROJECT
from twin.database.cluster import SIGN_IN, Cluster
from twin.database.connect import connect
from twin.database.sessions import csrf_of, digest, sign_in, sign_out, signed_in_by
from twin.database.store import Store
from twin.database.users import Role, User, add_user, change_password, check_name, hashed, people, switch_user
from twin.errors import NotAllowed, SignInRefused, UnknownName, UsageError

ANA, BO = User("ana", Role.EDITOR), User("bo", Role.VIEWER)
SECRET, OTHER = "open the weir", "close the weir"
TABLES = ("twin.account", "twin.session")


@pytest.fixture
def server(store: Cluster) -> Iterator[Store]:  # noqa: ARG001
    """A web server's store, with an editor."""
    with connect() as connection:
        assert add_user(connection, ANA, SECRET)
    opened = Store()
    opened.open()
    yield opened
    opened.close()


def login(cluster: Cluster, name: str, password: str) -> psycopg.Connection[tuple[object, ...]]:
    """As QGIS or psql connect."""
    return psycopg.connect(cluster.dsn(), user=name, password=password)


def as_owner(statement: str, *values: object) -> None:
    with connect() as connection:
        connection.execute(statement.encode(), values)


def test_a_user_signs_in_and_is_known_by_the_token_until_it_is_given_back(server: Store) -> None:
    token = sign_in(server, "ana", SECRET)
    assert signed_in_by(server, token) == ANA
    sign_out(server, token)
    assert signed_in_by(server, token) is None


def test_a_forged_token_is_nobodys(server: Store) -> None:
    true = sign_in(server, "ana", SECRET)
    for token in ("", "x", true[:-1], true.swapcase(), "'; DROP TABLE twin.session; --", "\udc80", "\x00"):
        assert signed_in_by(server, token) is None
    assert signed_in_by(server, true) == ANA


def test_the_store_keeps_no_token_no_password_and_no_csrf_token(server: Store) -> None:
    token = sign_in(server, "ana", SECRET)
    with connect() as connection:
        kept = str([connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES])
    assert repr(digest(token)) in kept
    assert not any(secret in kept for secret in (token, csrf_of(token), SECRET))


def test_a_session_ends_when_it_was_idle_or_old_or_its_user_is_disabled(server: Store) -> None:
    for ended in (
        "UPDATE twin.session SET last_seen = now() - interval '8 hours 1 second'",
        "UPDATE twin.session SET expires_at = now()",
        "UPDATE twin.account SET disabled = true",
    ):
        token = sign_in(server, "ana", SECRET)
        assert signed_in_by(server, token) == ANA
        as_owner(ended)
        assert signed_in_by(server, token) is None, ended


def test_being_seen_renews_a_session_but_not_beyond_its_seven_days(server: Store) -> None:
    token = sign_in(server, "ana", SECRET)
    as_owner("UPDATE twin.session SET last_seen = now() - interval '7 hours'")
    assert signed_in_by(server, token) == ANA
    with connect() as connection:
        (row,) = connection.execute(
            "SELECT now() - last_seen < '1 minute' AS seen, expires_at - made_at = '7 days' AS week FROM twin.session"
        ).fetchall()
    assert (row["seen"], row["week"]) == (True, True)


def test_a_wrong_password_and_a_name_that_is_not_there_are_refused_in_the_same_words(server: Store) -> None:
    with pytest.raises(SignInRefused) as known:
        sign_in(server, "ana", OTHER)
    for name in ("ana", "nobody", "ANA", "", "ana'--", "' OR true --", "a\x00b", "\udc80", "安娜", "ana\n"):
        with pytest.raises(SignInRefused) as asked:
            sign_in(server, name, "'; DROP TABLE twin.account; --\x00\udc80")
        assert str(asked.value) == str(known.value)
    assert signed_in_by(server, sign_in(server, "ana", SECRET)) == ANA


def test_after_five_wrong_passwords_the_right_one_is_refused_for_fifteen_minutes(server: Store) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(server, "ana", OTHER)
    with connect() as connection:
        (row,) = connection.execute("SELECT locked_until - now() AS wait FROM twin.account").fetchall()
        assert 14 * 60 < row["wait"].total_seconds() <= 15 * 60
        assert people(connection)[0].locked
    with pytest.raises(SignInRefused):
        sign_in(server, "ana", SECRET)
    as_owner("UPDATE twin.account SET locked_until = now() - interval '1 second'")
    with pytest.raises(SignInRefused):
        sign_in(server, "ana", OTHER)
    assert signed_in_by(server, sign_in(server, "ana", SECRET)) == ANA


def test_four_wrong_passwords_are_forgotten_after_the_right_one(server: Store) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                sign_in(server, "ana", OTHER)
        assert sign_in(server, "ana", SECRET)


def test_guesses_made_at_once_count_each(server: Store) -> None:
    def guess(_: int) -> bool:
        with server.gate() as connection:
            row = connection.execute("SELECT twin.begin_sign_in('ana') AS secret").fetchone()
        return row is not None and row["secret"] is not None

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(guess, range(24))) == 5


def test_a_password_that_was_changed_while_it_was_looked_at_opens_nothing(server: Store) -> None:
    with connect() as connection:
        (row,) = connection.execute("SELECT secret FROM twin.account").fetchall()
        change_password(connection, "ana", OTHER)
    with server.gate() as connection:
        opened = connection.execute("SELECT twin.open_session('ana', %s, %s) AS o", (row["secret"], b"x" * 32))
        assert opened.fetchone() == {"o": False}


def test_another_password_ends_the_sessions_of_the_old_one_and_holds_for_qgis_too(server: Store) -> None:
    token = sign_in(server, "ana", SECRET)
    with connect() as connection:
        assert change_password(connection, "ana", OTHER)
    assert signed_in_by(server, token) is None
    with pytest.raises(SignInRefused):
        sign_in(server, "ana", SECRET)
    assert sign_in(server, "ana", OTHER)


def test_a_disabled_user_is_out_by_every_door_at_once_and_in_again_when_enabled(store: Cluster, server: Store) -> None:
    token = sign_in(server, "ana", SECRET)
    open_connection = login(store, "ana", SECRET)
    with connect() as connection:
        switch_user(connection, "ana", False)
    assert signed_in_by(server, token) is None
    with pytest.raises(SignInRefused):
        sign_in(server, "ana", SECRET)
    with pytest.raises(psycopg.OperationalError):
        open_connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        login(store, "ana", SECRET)
    with connect() as connection:
        switch_user(connection, "ana", True)
    assert sign_in(server, "ana", SECRET)
    with login(store, "ana", SECRET) as again:
        assert again.execute("SELECT session_user, pg_has_role('twin_editor', 'USAGE')").fetchone() == ("ana", True)


def test_history_reads_the_same_name_from_the_browser_and_from_psql(store: Cluster, server: Store) -> None:
    with server.act(ANA) as connection:
        row = connection.execute("SELECT twin.editor() AS who, current_user::text AS role").fetchone()
    assert row == {"who": "ana", "role": "twin_editor"}
    with login(store, "ana", SECRET) as psql:
        assert psql.execute("SELECT twin.editor()").fetchone() == ("ana",)


def test_acting_ends_with_its_transaction_and_leaves_neither_role_nor_name(server: Store) -> None:
    asked = "SELECT current_user::text AS role, coalesce(current_setting('twin.user', true), '') AS name"
    for role in Role:
        with server.act(User("ana", role)) as connection:
            assert connection.execute(asked).fetchone() == {"role": f"twin_{role.value}", "name": "ana"}
        with server._signing.connection() as connection:
            assert connection.execute(asked).fetchone() == {"role": SIGN_IN, "name": ""}


def test_nobody_who_signed_in_reads_a_secret(server: Store) -> None:
    for role in Role:
        for table in TABLES:
            with pytest.raises(NotAllowed), server.act(User("ana", role)) as connection:
                connection.execute(f"SELECT * FROM {table}")


def test_only_an_admin_looks_after_users(server: Store) -> None:
    for role in (Role.VIEWER, Role.EDITOR, Role.STEWARD):
        with pytest.raises(NotAllowed), server.act(User("ana", role)) as connection:
            add_user(connection, BO, SECRET)
    with server.act(User("chief", Role.ADMIN)) as connection:
        assert add_user(connection, BO, SECRET)
        for name in ("twin", "postgres", "pg_monitor", "x'; --"):
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute("SELECT twin.keep_account(%s, 'admin', '$argon2id$')", [name])
        assert [(each.name, each.role, each.made_by) for each in people(connection)] == [
            ("ana", "editor", "twin"),
            ("bo", "viewer", "chief"),
        ]


@pytest.mark.parametrize("name", ["postgres", "twin", "twin_web", "pg_monitor", "public", "none", "user"])
def test_names_of_the_system_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="keeps for itself"):
        check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "a", "Ana", "ana b", "1ana", "ana'", 'ana"', "ana;--", "a" * 41, "安娜", "ana\n", "<b>ana</b>", "a\x00"],
)
def test_names_that_could_be_mistaken_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        check_name(name)


def test_a_role_that_somebody_else_made_is_never_taken_over(server: Store) -> None:  # noqa: ARG001
    as_owner("CREATE ROLE surveyor LOGIN")
    try:
        with connect() as connection, pytest.raises(UsageError, match="did not make"):
            add_user(connection, User("surveyor", Role.ADMIN), SECRET)
        with connect() as connection:
            (row,) = connection.execute("SELECT pg_has_role('surveyor', 'twin_admin', 'MEMBER') AS is_one").fetchall()
            assert (row["is_one"], [each.name for each in people(connection)]) == (False, ["ana"])
    finally:
        as_owner("DROP ROLE surveyor")


def test_a_name_is_given_once_and_an_unknown_one_is_told_with_the_nearest(server: Store) -> None:  # noqa: ARG001
    with connect() as connection:
        with pytest.raises(UsageError, match="there is a user 'ana' already"):
            add_user(connection, ANA, SECRET)
        with pytest.raises(UnknownName, match="Did you mean 'ana'"):
            switch_user(connection, "anna", False)
        with pytest.raises(UnknownName):
            change_password(connection, "bo", SECRET)


@pytest.mark.parametrize("password", ["", "ninechars", "x" * 201, "ten chars\x00 ", "tab\tin the middle"])
def test_a_weak_or_odd_password_is_refused_without_repeating_it(password: str) -> None:
    with pytest.raises(UsageError) as refused:
        hashed(password)
    assert not password or password not in str(refused.value)


def test_the_same_password_typed_on_another_keyboard_fits(server: Store) -> None:
    composed, apart = "caf\u00e9 au lait", "cafe\u0301 au lait"
    with connect() as connection:
        add_user(connection, BO, composed)
    assert sign_in(server, "bo", apart)


@pytest.mark.parametrize("any_store", ["dsn"], indirect=True)
def test_where_roles_may_not_be_made_the_browser_signs_in_all_the_same(any_store: str) -> None:  # noqa: ARG001
    eva = User("eva", Role.EDITOR)
    as_owner("ALTER ROLE city_office NOCREATEROLE")
    with connect() as connection:
        assert not add_user(connection, eva, SECRET)
        assert not people(connection)[0].has_login
    opened = Store()
    opened.open()
    try:
        assert signed_in_by(opened, sign_in(opened, "eva", SECRET)) == eva
        with opened.act(eva) as connection:
            assert connection.execute("SELECT twin.editor() AS who").fetchone() == {"who": "eva"}
    finally:
        opened.close()


def test_a_cluster_of_an_earlier_release_gets_the_login_that_it_lacks(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.up()
    try:
        with psycopg.connect(cluster.dsn(), autocommit=True) as owner:
            owner.execute("DROP ROLE twin_sign_in")
        sections = cluster.service_file.read_text().split("\n[")
        cluster.service_file.write_text("\n[".join(each for each in sections if not each.startswith(SIGN_IN)))
        kept = cluster.dsn()
        up = "from twin.commands.store import bring_up; bring_up()"
        subprocess.run(
            [sys.executable, "-c", up], cwd=PROJECT, env={**os.environ, "TWIN_HOME": str(tmp_path)}, check=True
        )
        assert cluster.dsn() == kept
        with psycopg.connect(cluster.dsn(SIGN_IN)) as connection:
            connection.execute("SET ROLE twin_gate")
    finally:
        cluster.delete()
