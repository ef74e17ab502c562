"""Role × operation × door, as the table of docs/security.md: what each may, and what the database itself refuses.

The doors are the browser's transaction (``Store.act``; ``Store.read`` for who is not signed in) and the login of QGIS
and psql. Every attempt is rolled back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from layers.schema import Field, Geometry, Kind, Layer
from tests.conftest import PROJECT, empty_store
from twin.database.cluster import SIGN_IN, WEB, Cluster
from twin.database.connect import connect
from twin.database.store import Store
from twin.database.tables import make_tables
from twin.database.users import Role, User, add_user
from twin.errors import NotAllowed
from twin.settings import settings

PASSWORD = "a password of tests"
BENCH = Layer(
    id="bench",
    title="Benches",
    title_zh="长椅",
    doc="Benches.",
    geometry=Geometry.POINT,
    key="bench_id",
    fields={"bench_id": Field("Key.", required=True), "seats": Field("Seats.", Kind.INTEGER)},
)
PEOPLE = {each: User(f"door_{each.value}", each) for each in Role}

ORDER = ("anonymous", "viewer", "editor", "steward", "admin")
ALL = frozenset(ORDER)
SIGNED_IN = ALL - {"anonymous"}
EDITORS, STEWARDS, ADMINS = SIGNED_IN - {"viewer"}, frozenset({"steward", "admin"}), frozenset({"admin"})
NOBODY: frozenset[str] = frozenset()
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"

OPERATIONS = {
    "read a layer": (ALL, "SELECT count(*) FROM layer.bench"),
    "read scores": (ALL, "SELECT count(*) FROM twin.score"),
    "read history": (EDITORS, "SELECT count(*) FROM history.bench"),
    "insert": (EDITORS, "INSERT INTO layer.bench (bench_id, geom) VALUES ('b', ST_Point(1, 1, 4547))"),
    "update": (EDITORS, "UPDATE layer.bench SET seats = 3"),
    "delete": (EDITORS, "DELETE FROM layer.bench"),
    "read conflicts": (EDITORS, "SELECT count(*) FROM twin.conflict"),
    "decide a conflict": (STEWARDS, "UPDATE twin.conflict SET decided = 'staff', decided_by = 'x'"),
    "list users": (ADMINS, "SELECT count(*) FROM twin.people"),
    "make a user": (ADMINS, f"SELECT twin.keep_account('door_zoe', 'admin', '{HASH}')"),
    "disable a user": (ADMINS, "SELECT twin.switch_account('door_viewer', false)"),
    "another's password": (ADMINS, f"SELECT twin.change_secret('door_admin', '{HASH}')"),
    "truncate a layer": (NOBODY, "TRUNCATE layer.bench"),
    "truncate history": (NOBODY, "TRUNCATE history.bench"),
    "switch triggers off": (NOBODY, "ALTER TABLE layer.bench DISABLE TRIGGER USER"),
    "drop a trigger": (NOBODY, "DROP TRIGGER c_keep ON layer.bench"),
    "replace a trigger": (
        NOBODY,
        "CREATE OR REPLACE FUNCTION twin.stamp_edit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ),
    "session_replication_role": (NOBODY, "SET session_replication_role = replica"),
    "drop a rule": (NOBODY, "ALTER TABLE layer.bench DROP CONSTRAINT bench_key"),
    "write history": (NOBODY, "INSERT INTO history.bench SELECT * FROM history.bench"),
    "rewrite history": (NOBODY, "UPDATE history.bench SET closed_by = 'somebody else'"),
    "forget history": (NOBODY, "DELETE FROM history.bench"),
    "write scores": (NOBODY, "UPDATE twin.score_state SET attainment = 100"),
    "write flags": (NOBODY, "DELETE FROM twin.flag_state"),
    "write changes": (
        NOBODY,
        "INSERT INTO twin.change (layer, operation, changed_by, program) VALUES ('bench', 'update', 'ana', 'QGIS')",
    ),
    "mark zones dirty": (NOBODY, "SELECT twin.mark_layer('bench')"),
    "write the city": (NOBODY, "UPDATE twin.city SET name = 'Elsewhere'"),
    "read hashes": (NOBODY, "SELECT secret FROM twin.account"),
    "read sessions": (NOBODY, "SELECT token FROM twin.session"),
    "ask for a hash": (NOBODY, "SELECT twin.begin_sign_in('door_admin')"),
    "open a session": (NOBODY, "SELECT twin.open_session('door_admin', 'x', '\\x00')"),
    "give itself a role": (NOBODY, "SELECT twin.fit_login('door_viewer')"),
    "make a table": (NOBODY, "CREATE TABLE layer.mine (id integer)"),
    "make a function": (NOBODY, "CREATE FUNCTION twin.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
    "make a role": (NOBODY, "CREATE ROLE door_mine SUPERUSER"),
    "run a program": (NOBODY, "COPY layer.bench TO PROGRAM 'cat'"),
    "read a file": (NOBODY, "SELECT pg_read_file('postgresql.auto.conf')"),
    "read password files": (NOBODY, "SELECT rolpassword FROM pg_authid"),
}
"""Who may, and what is tried."""


class Undone(Exception):
    """Rolls a successful attempt back."""


@dataclass(frozen=True)
class Doors:
    """A city's store with a user of each role."""

    cluster: Cluster
    web: Store

    def browser(self, who: str, statement: str) -> bool:
        """Whether the web server may, in the transaction of who is signed in."""
        acting = self.web.read() if who == "anonymous" else self.web.act(PEOPLE[Role(who)])
        try:
            with acting as connection:
                connection.execute(statement.encode())
                raise Undone
        except Undone:
            return True
        except NotAllowed:
            return False

    def psql(self, who: str, statement: str) -> bool:
        """Whether a login may, by QGIS or psql."""
        with self.login(who) as connection:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                return False
            finally:
                connection.rollback()
        return True

    def login(self, who: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of a user of that role."""
        return psycopg.connect(self.cluster.dsn(), user=PEOPLE[Role(who)].name, password=PASSWORD)


@pytest.fixture(scope="module")
def doors(private_cluster: Cluster) -> Iterator[Doors]:
    """Made once: no test leaves anything behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(private_cluster.home))
        patch.delenv("TWIN_DSN", raising=False)
        settings.cache_clear()
        empty_store()
        with connect() as connection:
            connection.execute("INSERT INTO twin.city (name, srid, profile) VALUES ('Rivertown', 4547, 'town')")
            make_tables(connection, {BENCH.id: BENCH}, 4547)
            connection.execute("INSERT INTO layer.bench (bench_id, geom) VALUES ('a', ST_Point(1, 1, 4547))")
            for each in PEOPLE.values():
                assert add_user(connection, each, PASSWORD)
        web = Store()
        web.open()
        yield Doors(private_cluster, web)
        web.close()
    settings.cache_clear()


@pytest.mark.parametrize("operation", list(OPERATIONS))
def test_browser(doors: Doors, operation: str) -> None:
    allowed, statement = OPERATIONS[operation]
    assert {who for who in ALL if doors.browser(who, statement)} == allowed


@pytest.mark.parametrize("operation", list(OPERATIONS))
def test_qgis_and_psql(doors: Doors, operation: str) -> None:
    allowed, statement = OPERATIONS[operation]
    assert {who for who in SIGNED_IN if doors.psql(who, statement)} == allowed - {"anonymous"}


def test_the_table_of_the_docs_says_what_is_tried_and_names_tests_that_there_are() -> None:
    page = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    _, *rows = re.findall(
        r"^\| ([^|]+?) \| " + r" \| ".join([r"(yes|refused|anonymous|\w+)"] * 5) + r" \|$", page, re.M
    )
    told = {row[0]: {who for who, may in zip(ORDER, row[1:], strict=True) if may == "yes"} for row in rows}
    assert told == {operation: allowed for operation, (allowed, _) in OPERATIONS.items()}
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py"))
    assert [name for name in re.findall(r"`(test_\w+)[`\[]", page) if f"def {name}(" not in tests] == []


def test_nobody_logs_in_without_a_password(doors: Doors) -> None:
    for name in ("door_admin", "twin", WEB, SIGN_IN, "twin_admin", "anonymous"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(doors.cluster.dsn(), user=name, password="")


ROLES = [f"twin_{each.value}" for each in Role]


def test_set_role_reaches_downwards_only(doors: Doors) -> None:
    for rank, who in enumerate(each.value for each in Role):
        reached = [role for role in ROLES if doors.psql(who, f"SET ROLE {role}")]
        assert reached == ROLES[: rank + 1], who
        for other in ("twin", "twin_loader", "twin_worker", "twin_gate", SIGN_IN, "postgres", "door_admin"):
            if other != PEOPLE[Role(who)].name and other != "postgres":
                assert not doors.psql(who, f"SET ROLE {other}"), (who, other)
        assert not doors.psql(who, "SET SESSION AUTHORIZATION twin")


def test_what_reads_for_readers_can_take_no_role_but_a_viewers(doors: Doors) -> None:
    with psycopg.connect(doors.cluster.dsn(WEB)) as connection:
        for role in (*ROLES[1:], "twin_gate", "twin_loader", "twin_worker", "twin"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"SET ROLE {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("SELECT * FROM layer.bench")


def test_the_login_of_the_sign_in_may_nothing_before_it_takes_a_role(doors: Doors) -> None:
    with psycopg.connect(doors.cluster.dsn(SIGN_IN)) as connection:
        for _, statement in OPERATIONS.values():
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement.encode())
        for role in ("twin", "twin_loader", "twin_worker"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"SET ROLE {role}")


def test_the_gate_reaches_its_four_functions_and_nothing_else(doors: Doors) -> None:
    gate = {"ask for a hash", "open a session"}
    for operation, (_, statement) in OPERATIONS.items():
        if operation not in gate:
            with pytest.raises(NotAllowed), doors.web.gate() as connection:
                connection.execute(statement.encode())
    with doors.web.gate() as connection:
        assert connection.execute("SELECT twin.begin_sign_in('nobody') AS secret").fetchone() == {"secret": None}


def test_the_author_of_an_edit_cannot_be_forged(doors: Doors) -> None:
    with doors.login("editor") as connection:
        connection.execute("SELECT set_config('twin.user', 'door_admin', false)")
        connection.execute("UPDATE layer.bench SET seats = 4, edited_by = 'door_admin'")
        assert connection.execute("SELECT edited_by FROM layer.bench").fetchone() == ("door_editor",)
        assert connection.execute("SELECT DISTINCT closed_by FROM history.bench").fetchone() == ("door_editor",)
        changed = connection.execute("SELECT changed_by FROM twin.change ORDER BY id DESC LIMIT 1")
        assert changed.fetchone() == ("door_editor",)
        connection.rollback()


CHECKS_ITSELF = {
    "twin.keep_tile": "SELECT twin.keep_tile('bench', 0, 0, 0, 'x', pg_current_snapshot(), 0, '\\x00')",
    "twin.renew_cells": "SELECT twin.renew_cells('bench', 'x')",
}
"""Functions with their owner's rights that look by themselves who calls them: the web server, for its tiles."""


def test_no_function_with_its_owners_rights_serves_everybody(doors: Doors) -> None:
    with psycopg.connect(doors.cluster.dsn()) as owner:
        found = owner.execute(
            "SELECT s.nspname || '.' || p.proname FROM pg_proc AS p JOIN pg_namespace AS s ON s.oid = p.pronamespace "
            "WHERE s.nspname IN ('twin', 'layer', 'history') AND p.prosecdef AND p.prorettype <> 'trigger'::regtype "
            "AND p.provolatile = 'v' AND has_function_privilege('twin_viewer', p.oid, 'EXECUTE')"
        ).fetchall()
    assert {name for (name,) in found} <= set(CHECKS_ITSELF)
    for name, statement in CHECKS_ITSELF.items():
        assert not any(doors.psql(who, statement) for who in SIGNED_IN), name
