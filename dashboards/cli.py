"""What the web adds to the command line: ``twin serve``."""

from __future__ import annotations

import click
import uvicorn

from dashboards.app import make_app
from twin.database.connect import connect, ensure_up
from twin.database.migrate import migrate
from twin.settings import settings


@click.command()
@click.option("--host", default=None, help="Address to listen on; default TWIN_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on; default TWIN_PORT.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the map in the browser until Ctrl-C."""
    ensure_up(lambda text: click.echo(text, err=True))
    with connect() as connection:
        migrate(connection)
    host, port = host or settings().host, port or settings().port
    shown = f"[{host}]" if ":" in host else "localhost" if host in ("127.0.0.1", "0.0.0.0") else host
    click.echo(f"The map is at http://{shown}:{port}")
    uvicorn.run(make_app(), host=host, port=port, log_level="warning")


commands: tuple[click.Command, ...] = (serve,)
"""Commands that join ``twin`` by its entry point."""
