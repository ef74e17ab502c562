"""What the web adds to the command line: ``twin serve`` and ``twin demo``."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

import click

from pipelines.cli import load_city
from pipelines.recipe import read_recipe
from twin.commands.output import say
from twin.commands.scores import score_city
from twin.commands.store import bring_up
from twin.commands.users import make_first_user
from twin.goals import load_profile
from twin.runs.engine import is_scored
from twin.settings import PROJECT, settings

SAMPLE = PROJECT / "data" / "sample_city"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WORKER = ("-m", "twin", "worker", "--attached")
LOOK_S = 0.5
AGAIN_S = 5.0
"""A worker that ended is started again after so long."""
EVERYWHERE = ("127.0.0.1", "0.0.0.0", "::", "::1")

port_option = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default TWIN_PORT.")


worker_option = click.option(
    "--worker/--no-worker", default=True, help="Whether a worker beside the server computes zones after edits."
)


@click.command()
@click.option("--host", help="Address to listen on; default TWIN_HOST.")
@port_option
@worker_option
def serve(host: str | None, port: int | None, worker: bool) -> None:
    """Serve the map in the browser until Ctrl-C."""
    bring_up()
    serve_map(host, port, worker)


@click.command()
@port_option
@worker_option
def demo(port: int | None, worker: bool) -> None:
    """Start the store, load and score the sample city where that is not done yet, and serve the map.

    Where there is no user yet, an editor is made, whose password is shown once.
    """
    loaded = load_city(SAMPLE)
    fresh = sum(each.loaded for each in loaded.sources)
    say(f"sample city: {fresh:,} rows loaded now, {loaded.rejected} in quarantine (see `twin rejects`)")
    if not is_scored(load_profile(read_recipe(SAMPLE).city.profile)):
        done = score_city(None, "all", None)[1]
        say(f"run {done.run}: {done.zones} zones scored")
    make_first_user()
    serve_map(None, port, worker)


def serve_map(host: str | None, port: int | None, worker: bool = True) -> None:
    """Serve until stopped, with a worker beside; says where once the server is about to answer."""
    # Dash takes a second to import, which no other command should have to wait for.
    import uvicorn

    from dashboards.app import make_app

    host, port = host or settings().host, port or settings().port
    shown = "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    if host not in LOOPBACK:
        say("Passwords travel readable over plain http: let others sign in only through a proxy with https.")
    click.echo(f"The map is at http://{shown}:{port} (Ctrl-C stops it)")
    app = make_app()

    class Server(uvicorn.Server):
        """Ends the streams that pages hold open, which would never end by themselves."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Stop."""
            app.state.events.end()
            super().handle_exit(sig, frame)

    with worker_beside() if worker else nullcontext():
        Server(uvicorn.Config(app, host=host, port=port, log_level="warning")).run()


@contextmanager
def worker_beside() -> Iterator[None]:
    """A `twin worker` in a process of its own while in the block, started again where it ends.

    It ends with this process, however that ends.
    """
    over = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(over,))
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep_worker(over: threading.Event) -> None:
    while not over.is_set():
        # At the end of the block its standard input is closed, upon which it ends in order.
        with subprocess.Popen([sys.executable, *WORKER], stdin=subprocess.PIPE) as process:
            while process.poll() is None and not over.wait(LOOK_S):
                pass
        over.wait(AGAIN_S)


commands: tuple[click.Command, ...] = (serve, demo)
"""Commands that join ``twin`` by its entry point."""
