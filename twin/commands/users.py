"""``twin user``: who may sign in, in the browser and, under the same name, in QGIS and psql."""

from __future__ import annotations

import dataclasses
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from twin.commands.output import json_option, print_json, print_rows, say
from twin.commands.store import bring_up
from twin.database.connect import Connection, connect
from twin.database.users import Role, User, add_user, change_password, check_name, people, switch_user

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What a made password is made of: nothing that is taken for something else when it is read out."""

FIRST = User("editor", Role.EDITOR)
"""Who is made where nobody could sign in yet, so that the map can be edited at once."""

LISTED = {
    "name": "user",
    "role": "role",
    "disabled": "disabled",
    "locked": "locked",
    "has_login": "QGIS and psql",
    "last_seen": "last seen",
    "made_at": "made",
    "made_by": "by",
}

password_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@contextmanager
def _store() -> Iterator[Connection]:
    bring_up()
    with connect(program="twin user") as connection:
        yield connection


@click.group()
def user() -> None:
    """Users: who may sign in, and in which role."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([each.value for each in Role]), required=True, help="What the user may do.")
@password_option
def add(name: str, role: str, password_stdin: bool) -> None:
    """Make a user. Without a password one is made, and shown this once."""
    check_name(name)
    password, is_made = _password(password_stdin)
    with _store() as connection:
        has_login = add_user(connection, User(name, Role(role)), password)
    _tell(name, f"{name} may sign in as {role}", password if is_made else "", has_login)


@user.command()
@click.argument("name")
@password_option
def password(name: str, password_stdin: bool) -> None:
    """Give a user another password; the old one's sessions end at once. Also unlocks after wrong passwords."""
    check_name(name)
    new, is_made = _password(password_stdin)
    with _store() as connection:
        has_login = change_password(connection, name, new)
    _tell(name, f"{name} has another password", new if is_made else "", has_login)


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let a user in no longer, by any door; open sessions end at once. What was edited stays, with the name."""
    with _store() as connection:
        switch_user(connection, name, False)
    click.echo(f"{name} may not sign in any longer")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let a disabled user in again, with the password of before."""
    with _store() as connection:
        switch_user(connection, name, True)
    click.echo(f"{name} may sign in again")


@user.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """All users: role, whether disabled or locked, when last seen."""
    with _store() as connection:
        rows = [dataclasses.asdict(each) for each in people(connection)]
    if as_json:
        print_json(rows)
        return
    print_rows(rows, LISTED, "There are no users yet; `twin user add NAME --role editor` makes one.")


def make_first_user() -> None:
    """Where there is no user, make an editor and show its password, this once."""
    with connect(program="twin demo") as connection:
        if people(connection):
            return
        made = made_password()
        add_user(connection, FIRST, made)
    click.echo(f"Sign in to edit: name {FIRST.name}, password {made}")
    click.echo(f"The password is shown this once; `twin user password {FIRST.name}` makes another.")


def made_password() -> str:
    """Four groups of four letters and digits, made at random: 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password that is given, or one made at random and True."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        given = click.prompt(
            "Password (empty: one is made)", default="", hide_input=True, show_default=False, confirmation_prompt=True
        )
        if given:
            return str(given), False
    return made_password(), True


def _tell(name: str, done: str, made: str, has_login: bool) -> None:
    click.echo(done)
    if made:
        click.echo(f"password: {made}")
        say("It is shown this once.")
    if not has_login:
        say(
            f"The database's user may not make roles, so {name} signs in to the browser only; "
            "for QGIS and psql its administrator makes a login."
        )


commands = (user,)
