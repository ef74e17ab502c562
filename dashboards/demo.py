"""``twin demo``: the sample city, from files to the map."""

from __future__ import annotations

import click

from dashboards.cli import serve_map
from pipelines.cli import load_city
from pipelines.recipe import read_recipe
from twin.commands.output import say
from twin.commands.scores import score_city
from twin.goals import load_profile
from twin.runs.engine import is_scored
from twin.settings import PROJECT

SAMPLE = PROJECT / "data" / "sample_city"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on; default TWIN_PORT.")
def demo(port: int | None) -> None:
    """Start the store, load and score the sample city where that is not done yet, and serve the map."""
    loaded = load_city(SAMPLE)
    fresh = sum(each.loaded for each in loaded.sources)
    say(f"sample city: {fresh:,} rows loaded, {loaded.rejected} in quarantine (see `twin rejects`)")
    profile = load_profile(read_recipe(SAMPLE).city.profile)
    if not is_scored(profile):
        done = score_city(None, "all", None)[1]
        say(f"run {done.run}: {done.zones} zones scored")
    serve_map(None, port)
