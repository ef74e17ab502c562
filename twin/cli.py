"""The command ``twin``; packages above join it by entry points of the group ``twin.commands``."""

from __future__ import annotations

import signal
import sys
from importlib.metadata import entry_points
from typing import Any

import click

from twin import __version__
from twin.__main__ import INTERRUPTED, STOPPED
from twin.commands import backup, conflicts, export, flags, grid, history, qgis, runs, scores, store, users, worker
from twin.errors import TwinError, UsageError
from twin.log import begin_log

FAILED, WRONG_USE = 1, 2


class TwinGroup(click.Group):
    """A group whose commands tell errors of ours in one sentence, and exit 1, or 2 for wrong use."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except TwinError as error:
            click.secho(f"twin: {error}", fg="red", err=True)
            ctx.exit(WRONG_USE if isinstance(error, UsageError) else FAILED)
        except KeyboardInterrupt:
            click.secho(STOPPED, err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=TwinGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """A digital twin for city planning offices: where does messy development stand in the way of a city's goals?"""
    begin_log()
    signal.signal(signal.SIGTERM, _terminated)


def _terminated(*_: object) -> None:
    sys.exit(FAILED)


def _add_commands() -> None:
    for module in (store, scores, flags, export, grid, history, conflicts, qgis, runs, worker, backup, users):
        for command in module.commands:
            main.add_command(command)
    for point in sorted(entry_points(group="twin.commands"), key=lambda point: point.name):
        for command in point.load():
            main.add_command(command)


_add_commands()
