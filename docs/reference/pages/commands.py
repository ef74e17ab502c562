"""The page of commands."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pages._markdown import document, table
from twin.cli import main

INTRODUCTION = """\
Exit status: 0 done, 1 failed, 2 wrong use. Ctrl-C leaves a state that the next call goes on from. Progress and remarks
go to the error stream, so what is printed can be piped."""


def page() -> str:
    """One section a command: what it does, its arguments and options."""
    root = click.Context(main, info_name="twin")
    sections = [_section(context) for context in commands(root)]
    return document("# Commands", INTRODUCTION, *sections)


def commands(parent: click.Context) -> Iterator[click.Context]:
    """Every command below a group, groups of commands included, in the order of their names."""
    group = parent.command
    assert isinstance(group, click.Group)
    for name in sorted(group.commands):
        context = click.Context(group.commands[name], parent=parent, info_name=name)
        yield context
        if isinstance(group.commands[name], click.Group):
            yield from commands(context)


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    return document(
        f"## {context.command_path}",
        f"```\n{usage}\n```",
        " ".join((command.help or "").split()),
        table(("option", "what it says"), _options(context)),
    )


def _options(context: click.Context) -> list[tuple[str, str]]:
    found = []
    for each in context.command.params:
        record = each.get_help_record(context)
        if isinstance(each, click.Option) and record:
            found.append((f"`{record[0]}`", record[1]))
    return found
