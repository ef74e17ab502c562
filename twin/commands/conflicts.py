"""``twin conflicts``: rows that staff corrected and a file says otherwise."""

from __future__ import annotations

import getpass
from typing import Any, Literal

import click

from layers.schema import Layer
from twin.commands.output import json_option, print_json, print_rows
from twin.database import conflicts as store
from twin.database.connect import connect
from twin.database.edits import act_as
from twin.discover import discover
from twin.errors import UnknownName

COLUMNS = {
    "id": "conflict",
    "layer": "layer",
    "key": "key",
    "file": "the file says",
    "staff": "staff says",
    "staff_by": "by",
    "source": "file",
    "since": "since",
}


@click.group(invoke_without_command=True)
@click.option("--layer", help="Only those of this layer.")
@click.option("--all", "decided", is_flag=True, help="Those, too, that were decided.")
@json_option
@click.pass_context
def conflicts(context: click.Context, layer: str | None, decided: bool, as_json: bool) -> None:
    """Rows that staff corrected by hand and a file says otherwise since; staff's state is kept until you decide."""
    if context.invoked_subcommand:
        return
    layers = discover("layers", Layer)
    if layer is not None and layer not in layers:
        raise UnknownName("layer", layer, layers)
    with connect(program="twin conflicts") as connection:
        found = store.conflicts(connection, layers, layer=layer, decided=decided)
    if as_json:
        print_json([vars(each) for each in found])
        return
    columns = {**COLUMNS, **({"decided": "kept", "decided_by": "decided by"} if decided else {})}
    print_rows([_row(each) for each in found], columns, "Files and staff agree.")


def _row(conflict: store.Conflict) -> dict[str, Any]:
    shape = f"geometry {conflict.shape}" if conflict.shape else ""
    said = {
        "id": str(conflict.id),
        "file": _said(conflict.file, "the row is gone", ""),
        "staff": _said(conflict.staff, "the row is deleted", shape),
    }
    return {**vars(conflict), **said}


def _said(fields: Any, gone: str, shape: str) -> str:
    if fields is None:
        return gone
    shown = [f"{name}: {'–' if value is None else value}" for name, value in fields.items()]
    return "; ".join([*shown, *([shape] if shape else [])])


@conflicts.command()
@click.argument("number", type=int)
@click.option("--keep", required=True, type=click.Choice(["file", "staff"]), help="Whose state.")
def decide(number: int, keep: Literal["file", "staff"]) -> None:
    """Decide a conflict for good. With `--keep file` the row takes what the file says, and follows it again."""
    with connect(program="twin conflicts") as connection, connection.transaction():
        act_as(connection, getpass.getuser())
        store.decide(connection, discover("layers", Layer), number, keep)
    click.echo(f"conflict {number}: what {'the file' if keep == 'file' else 'staff'} says is kept")


commands = (conflicts,)
