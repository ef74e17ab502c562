"""What the web adds to the command line: ``twin serve`` and ``twin demo``."""

from __future__ import annotations

import click

from pipelines.cli import load_city
from pipelines.recipe import read_recipe
from twin.commands.output import say
from twin.commands.scores import score_city
from twin.commands.store import bring_up
from twin.goals import load_profile
from twin.runs.engine import is_scored
from twin.settings import PROJECT, settings

SAMPLE = PROJECT / "data" / "sample_city"
EVERYWHERE = ("127.0.0.1", "0.0.0.0", "::", "::1")

port_option = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default TWIN_PORT.")


@click.command()
@click.option("--host", help="Address to listen on; default TWIN_HOST.")
@port_option
def serve(host: str | None, port: int | None) -> None:
    """Serve the map in the browser until Ctrl-C."""
    bring_up()
    serve_map(host, port)


@click.command()
@port_option
def demo(port: int | None) -> None:
    """Start the store, load and score the sample city where that is not done yet, and serve the map."""
    loaded = load_city(SAMPLE)
    fresh = sum(each.loaded for each in loaded.sources)
    say(f"sample city: {fresh:,} rows loaded now, {loaded.rejected} in quarantine (see `twin rejects`)")
    if not is_scored(load_profile(read_recipe(SAMPLE).city.profile)):
        done = score_city(None, "all", None)[1]
        say(f"run {done.run}: {done.zones} zones scored")
    serve_map(None, port)


def serve_map(host: str | None, port: int | None) -> None:
    """Serve until stopped; says where once the server is about to answer."""
    # Dash takes a second to import, which no other command should have to wait for.
    import uvicorn

    from dashboards.app import make_app

    host, port = host or settings().host, port or settings().port
    shown = "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    click.echo(f"The map is at http://{shown}:{port} (Ctrl-C stops it)")
    uvicorn.run(make_app(), host=host, port=port, log_level="warning")


commands: tuple[click.Command, ...] = (serve, demo)
"""Commands that join ``twin`` by its entry point."""
