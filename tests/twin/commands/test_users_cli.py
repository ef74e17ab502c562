"""``twin user``: users made, shown, shut out and let in again, without a password where others could read it."""

from __future__ import annotations

import json
import re

import psycopg
import pytest
from click.testing import CliRunner, Result

from twin.cli import main
from twin.commands.users import made_password, make_first_user
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.users import people

PASSWORD = "a key for the lock"


def user(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["user", *arguments], input=typed)


def test_a_user_is_made_with_a_password_that_is_shown_this_once(store: Cluster) -> None:
    done = user("add", "cli_ana", "--role", "editor")
    assert done.exit_code == 0, done.output
    shown = re.search(r"^password: (\S+)$", done.output, re.MULTILINE)
    assert shown
    assert "cli_ana may sign in as editor" in done.output
    with psycopg.connect(store.dsn(), user="cli_ana", password=shown[1]) as psql:
        assert psql.execute("SELECT pg_has_role('twin_editor', 'USAGE')").fetchone() == (True,)
    assert shown[1] not in user("list").output


def test_a_password_that_is_piped_in_is_not_shown(store: Cluster) -> None:
    done = user("add", "cli_bo", "--role", "viewer", "--password-stdin", typed=f"{PASSWORD}\n")
    assert (done.exit_code, PASSWORD in done.output, "password:" in done.output) == (0, False, False)
    with psycopg.connect(store.dsn(), user="cli_bo", password=PASSWORD) as psql:
        assert psql.execute("SELECT session_user").fetchone() == ("cli_bo",)


def test_users_are_listed_for_people_and_for_programs(store: Cluster) -> None:  # noqa: ARG001
    assert "There are no users yet" in user("list").output
    user("add", "cli_ana", "--role", "steward")
    user("disable", "cli_ana")
    assert re.search(r"^cli_ana +steward +yes +no +yes", user("list").output, re.MULTILINE)
    (row,) = json.loads(user("list", "--json").stdout)
    assert (row["name"], row["role"], row["disabled"], row["made_by"]) == ("cli_ana", "steward", True, "twin")
    assert not {"secret", "password"} & set(row)


def test_a_user_is_disabled_and_enabled_and_gets_another_password(store: Cluster) -> None:
    user("add", "cli_ana", "--role", "editor", "--password-stdin", typed=f"{PASSWORD}\n")
    assert user("disable", "cli_ana").output == "cli_ana may not sign in any longer\n"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(store.dsn(), user="cli_ana", password=PASSWORD)
    assert user("enable", "cli_ana").output == "cli_ana may sign in again\n"
    done = user("password", "cli_ana", "--password-stdin", typed=f"{PASSWORD} of June\n")
    assert done.output == "cli_ana has another password\n"
    with psycopg.connect(store.dsn(), user="cli_ana", password=f"{PASSWORD} of June") as psql:
        assert psql.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "postgres", "--role", "admin"], "keeps for itself"),
        (["add", "Ana", "--role", "editor"], "cannot be the name of a user"),
        (["add", "ana"], "--role"),
        (["add", "ana", "--role", "king"], "'king' is not one of"),
        (["disable", "nobody"], "there is no user 'nobody'"),
        (["password", "nobody"], "there is no user 'nobody'"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(store: Cluster, arguments: list[str], said: str) -> None:  # noqa: ARG001
    done = user(*arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_short_password_is_refused(store: Cluster) -> None:  # noqa: ARG001
    done = user("add", "cli_ana", "--role", "editor", "--password-stdin", typed="short\n")
    assert (done.exit_code, done.output) == (2, "twin: a password has 10 to 200 characters\n")


def test_the_first_editor_is_made_once(store: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    make_first_user()
    said = capsys.readouterr().out
    shown = re.search(r"name editor, password (\S+)$", said, re.MULTILINE)
    assert shown
    with psycopg.connect(store.dsn(), user="editor", password=shown[1]) as psql:
        assert psql.execute("SELECT session_user").fetchone() == ("editor",)
    make_first_user()
    assert capsys.readouterr().out == ""
    with connect() as connection:
        assert [each.name for each in people(connection)] == ["editor"]


def test_made_passwords_differ_and_hold_nothing_that_is_misread() -> None:
    made = {made_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", each) for each in made)
