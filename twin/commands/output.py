"""How commands speak: tables for people, JSON for programs."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
"""A moment of the past; a day is its first."""

PIPE_WIDTH = 1000

errors = Console(stderr=True, highlight=False)
"""Where progress and remarks go, so that what is printed can be piped."""


def say(text: str) -> None:
    """One line of progress."""
    errors.print(text, soft_wrap=True)


def print_json(content: Any) -> None:
    """Print JSON; dates as ISO 8601."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date | datetime.datetime) else str(value)


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], empty: str) -> None:
    """Print rows as a table; ``columns`` maps their names to headings; ``empty`` is said where there are none."""
    if not rows:
        click.echo(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, heading in columns.items():
        numeric = all(isinstance(row[name], int | float) or row[name] is None for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(shown(row[name]) for name in columns))
    # A pipe has no width: lines must not be folded there, or programs and searches break.
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


def shown(value: Any) -> str:
    """A value as people read it; – where it is missing."""
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
