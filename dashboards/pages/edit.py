"""The edit page: choose a layer, click what is to be changed, change shape or form, save against its version."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.pages.frame import Page
from dashboards.pages.map import map_facts
from dashboards.panels.bits import act, aria, data, icon_button
from dashboards.panels.edit_left import edit_left
from dashboards.panels.edit_side import edit_side
from dashboards.panels.edit_tools import edit_tools, edit_words
from dashboards.panels.tools import city_map, credits_line, map_tools
from dashboards.server.edit import edit_layers
from dashboards.server.tiles import drawn_layers
from dashboards.state import View
from dashboards.words import words
from twin.database.published import City, count_rows, read_frame
from twin.database.sources import attributions
from twin.database.store import Store
from twin.settings import settings


def body(store: Store, city: City, view: View) -> Component:  # noqa: ARG001 - every page is given the city
    """Layers and today's changes, the map with its tools, the form. Without zones too: they may be drawn here."""
    known, say = edit_layers(), words(view.lang)
    with store.read() as connection:
        frame = read_frame(connection)
        rows = count_rows(connection, known)
        facts: dict[str, Any] = map_facts(connection, drawn_layers(), frame, None) if frame else {}
        credited = attributions(connection)
    tools = [edit_tools(say), map_tools(view), credits_line(credited)]
    stage = [city_map(frame, settings().basemap, view), *tools] if frame else [no_frame(view)]
    panel = icon_button("layers", say("map.layers"), act("panel", "layers"))
    return html.Main(
        [
            html.Div(panel, className="rail", role="group", **aria(label=say("map.tools"))),
            edit_left(known, rows, view),
            html.Section(stage, className="stage", **aria(label=say("edit.map"))),
            edit_side(say),
            # Everything is drawn as it is, from the farthest zoom on: what is edited must be seen.
            dcc.Store(id="map-facts", data={**facts, "near_zoom": 0, "lenses": {}} if facts else None),
        ],
        className="map-page edit-page",
        **data(words=edit_words(say)),
    )


def no_frame(view: View) -> Component:
    """In place of the map while there are no zones to frame it by."""
    say = words(view.lang)
    title, what = html.H3(say("empty.zones_title")), html.P(say("empty.zones"))
    return html.Div([title, what], className="empty-part centred")


edit = Page(id="edit", order=4, icon="edit", body=body)
