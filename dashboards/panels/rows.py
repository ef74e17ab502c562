"""The rows behind a number: layer, key, file and row number of each."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from dash import html
from dash.development.base_component import Component

from dashboards.figures import MISSING, Figures
from dashboards.panels.bits import icon
from dashboards.panels.goal import chosen_goal
from dashboards.panels.sources import reach_m
from dashboards.server.tiles import drawn_layers
from dashboards.state import View
from dashboards.words import words
from layers.schema import Layer
from twin.database.connect import Row
from twin.database.published import read_run, zone_rows, zone_sources
from twin.database.store import Store
from twin.errors import UnknownName

SHOWN = 200


def rows_drawer(store: Store, view: View, layer_id: str, source: int | None) -> tuple[str, list[Component]]:
    """Title and content of the drawer that lists a source's rows in the zone that is selected."""
    say, figures, known = words(view.lang), Figures(words(view.lang)), drawn_layers()
    if layer_id not in known:
        raise UnknownName("layer", layer_id, known)
    layer = known[layer_id]
    with store.read() as connection:
        run = read_run(connection)
        reach = reach_m(run, chosen_goal(run, view))
        sources = zone_sources(connection, layer, view.zone, reach)
        rows = zone_rows(connection, layer, view.zone, reach, source, SHOWN)
    count = next((each["rows"] for each in sources if each["source_id"] == source), len(rows))
    title = say("rows.title", layer=say.title(layer), zone=say("zone.zone", code=view.zone))
    shown = {"shown": figures.count(len(rows)), "count": figures.count(count)}
    more = [html.P(say("rows.first", **shown), className="small")] if count > len(rows) else []
    return title, [_download(view.zone, layer, source, reach, say("rows.download")), *more, _table(rows, figures)]


def _table(rows: list[Row], figures: Figures) -> Component:
    say = figures.words
    heads = [html.Th(say(f"rows.{name}"), scope="col") for name in ("key", "file", "row")]
    body = [html.Tr([html.Td(text) for text in _cells(row, figures)]) for row in rows]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="rows")


def _cells(row: Row, figures: Figures) -> tuple[str, str, str]:
    number = row["source_row"]
    file = row["path"] or figures.words("rows.by_hand")
    return row["key"], file, MISSING if number is None else str(number)


def _download(zone: str, layer: Layer, source: int | None, reach: float, text: str) -> Component:
    wanted = {
        "layer": layer.id,
        "reach": f"{reach:g}",
        **({"by_hand": "true"} if source is None else {"source": str(source)}),
    }
    address = f"/zones/{quote(zone, safe='')}/rows.csv?{urlencode(wanted)}"
    return html.A([icon("download"), text], href=address, download=f"{layer.id}.csv", className="button")
