"""``twin history``: what became of a row, and undoing it."""

from __future__ import annotations

import datetime
import getpass
from typing import Any

import click

from layers.schema import Layer
from twin.commands.output import json_option, print_json, print_rows, say
from twin.database.connect import Connection, connect
from twin.database.edits import act_as
from twin.database.history import Edit, history_of
from twin.database.undo import Undone, undo_day, undo_edit, undo_load
from twin.discover import discover
from twin.errors import UnknownName, UsageError

COLUMNS = {
    "version": "version",
    "operation": "what",
    "at": "when",
    "by": "who",
    "program": "with",
    "load": "load",
    "words": "changed",
}
UNDO = "twin history undo"


class _RowsUnlessNamed(click.Group):
    """A group whose first word is a layer, unless it is a command's name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RowsUnlessNamed)
def history() -> None:
    """Who changed a row when, with what program, and what changed: `twin history LAYER KEY`."""


@history.command()
@click.argument("layer")
@click.argument("key")
@json_option
def show(layer: str, key: str, as_json: bool) -> None:
    """Every edit and load of a row, the oldest first; the word `show` may be left out."""
    with connect(program="twin history") as connection:
        edits = _history(connection, _layer(layer), key)
    if as_json:
        print_json([_plain(each) for each in edits])
        return
    rows = [{**_plain(each), "load": None if each.load is None else str(each.load)} for each in edits]
    print_rows(rows, COLUMNS, "")
    if edits and edits[-1].source:
        say(f"from {edits[-1].source}")


def _plain(edit: Edit) -> dict[str, Any]:
    return {**vars(edit), "words": edit.words}


def _layer(name: str) -> Layer:
    layers = discover("layers", Layer)
    if name not in layers:
        raise UnknownName("layer", name, layers)
    return layers[name]


def _history(connection: Connection, layer: Layer, key: str) -> list[Edit]:
    edits = history_of(connection, layer, key)
    if not edits:
        raise UsageError(f"layer {layer.id}: no row has, or ever had, the key '{key}'")
    return edits


@history.command()
@click.option("--edit", nargs=2, metavar="LAYER KEY", help="One edit of this row; name its --version.")
@click.option("--version", type=int, help="The version that the edit made, as `twin history` lists it.")
@click.option("--load", type=int, help="All that the load of this number added, changed and closed.")
@click.option("--user", help="What this user did by hand; name the --day.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A day, such as 2026-11-24.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@json_option
def undo(
    edit: tuple[str, str] | None,
    version: int | None,
    load: int | None,
    user: str | None,
    day: datetime.datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Undo one edit, one load, or one user's day, as a new edit by the same rules.

    A row on which later edits stand stays as it is, and is listed.
    """
    pairs = ((edit, version), (user, day))
    one = sum(each is not None for each in (edit, load, user)) == 1
    if not one or any((first is None) != (second is None) for first, second in pairs):
        raise UsageError("name one of: --edit LAYER KEY --version N, --load N, --user NAME --day DATE")
    with connect(program=UNDO) as connection, connection.transaction(force_rollback=dry_run):
        act_as(connection, getpass.getuser())
        undone = _undone(connection, edit, version or 0, load, user or "", day)
    if as_json:
        print_json({"back": [vars(e) for e in undone.back], "stay": [vars(e) for e in undone.stay], "dry_run": dry_run})
        return
    _tell(undone, dry_run)


def _undone(
    connection: Connection,
    edit: tuple[str, str] | None,
    version: int,
    load: int | None,
    user: str,
    day: datetime.datetime | None,
) -> Undone:
    layers = discover("layers", Layer)
    if edit is not None:
        layer = _layer(edit[0])
        known = {each.version: each for each in _history(connection, layer, edit[1])}
        if version not in known:
            raise UnknownName("version", str(version), map(str, known), f"{layer.id} {edit[1]}")
        return undo_edit(connection, layer, known[version].id, version)
    if load is not None:
        return undo_load(connection, layers, load)
    assert day is not None
    return undo_day(connection, layers, user, day.date())


def _tell(undone: Undone, dry_run: bool) -> None:
    would = "would go" if dry_run else "went"
    words = {"update": "back to its former state", "insert": "back into the layer", "delete": "out of the layer"}
    for each in undone.back:
        click.echo(f"{each.layer} {each.key}: {would} {words[each.operation]}")
    for stays in undone.stay:
        click.echo(f"{stays.layer} {stays.key}: stays, {stays.why}. {stays.hint}")
    click.echo(f"{len(undone.back):,} rows {would} back, {len(undone.stay):,} stay as they are")


commands = (history,)
