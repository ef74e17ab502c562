"""The map page: choose a goal, see where it is reached, click a zone to see what is behind the number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.lenses.lens import lenses
from dashboards.pages.frame import Page
from dashboards.panels.bits import act, aria, block, icon, icon_button
from dashboards.panels.card import card
from dashboards.panels.goal import chosen_goal, goal_note, goal_select, lens_select
from dashboards.panels.layers import layer_list
from dashboards.panels.legend import legend
from dashboards.panels.result import result
from dashboards.panels.setup import no_zones
from dashboards.panels.tools import city_map, credits_line, evidence_legend, hover_card, map_tools
from dashboards.server.tiles import drawn_layers
from dashboards.state import View
from dashboards.words import words
from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.published import City, Frame, Run, count_rows, read_frame, read_run
from twin.database.sources import attributions
from twin.database.store import Store
from twin.database.tiles import EQUATOR_M, layer_version
from twin.settings import settings

NEAR_PX = 80
"""From this width of a middling zone on, zones step back and the things in them are shown."""

PIXELS = 256


def body(store: Store, city: City, view: View) -> Component:  # noqa: ARG001 - every page is given the city
    """The three columns: what is chosen, the map, the zone that is selected."""
    known = drawn_layers()
    with store.read() as connection:
        frame, run = read_frame(connection), read_run(connection)
        rows = count_rows(connection, known)
        facts = map_facts(connection, known, frame, run) if frame else {}
        credited = attributions(connection)
    if frame is None:
        return no_zones(words(view.lang))
    seen = replace(view, goal=chosen_goal(run, view), lens=view.lens if view.lens in lenses() else next(iter(lenses())))
    return html.Main(
        [
            _rail(seen),
            html.Div([_goal_block(store, run, seen), _facts_panel(store, known, rows, frame, seen)], className="left"),
            html.Section(
                [
                    city_map(frame, settings().basemap, seen),
                    map_tools(seen),
                    evidence_legend(seen),
                    credits_line(credited),
                    hover_card(),
                ],
                className="stage",
                **aria(label=words(view.lang)("map.map")),
            ),
            html.Aside(
                [_handle(), html.Div(card(store, seen), id="card", className="card")],
                className="right sheet",
            ),
            dcc.Store(id="map-facts", data={**facts, "goal": seen.goal, "lens": seen.lens}),
        ],
        className="map-page",
    )


def _goal_block(store: Store, run: Run | None, view: View) -> Component:
    say = words(view.lang)
    if run is None or not view.goal:
        return html.Div(id="goal-note", hidden=True)
    return block(
        html.Label(say("goal.goal"), htmlFor="goal-select", className="small wide-only"),
        html.Div(
            [
                html.Span(icon("logo"), className="logo phone-only"),
                goal_select(run, view),
                icon_button("search", say("frame.search"), act("search"), "phone-only"),
            ],
            className="row chooser",
        ),
        html.Div(goal_note(store, view), id="goal-note"),
        lens_select(view),
        name="goal",
        class_name="goal-block",
    )


def _facts_panel(
    store: Store, known: Mapping[str, Layer], rows: Mapping[str, int], frame: Frame, view: View
) -> Component:
    return html.Div(
        [
            _handle(),
            html.Div(
                [
                    block(html.Div(result(store, view), id="result"), name="result"),
                    block(html.Div(legend(store, view), id="legend"), name="legend"),
                    block(*layer_list(known, rows, near_zoom(frame), view), name="layers", class_name="layers"),
                ],
                className="scroll",
            ),
        ],
        className="facts sheet",
    )


def _rail(view: View) -> Component:
    say = words(view.lang)
    names = (("goal", "goal"), ("legend", "legend"), ("layers", "layers"))
    return html.Div(
        [icon_button(icon, say(f"map.{name}"), act("panel", name)) for name, icon in names],
        className="rail",
        role="group",
        **aria(label=say("map.tools")),
    )


def _handle() -> Component:
    return html.Button(html.Span(), type="button", className="handle", **aria(label="↕"))


def map_facts(connection: Connection, known: Mapping[str, Layer], frame: Frame, run: Run | None) -> dict[str, Any]:
    """What the map must know before it draws."""
    return {
        "run": run.id if run else None,
        "bounds": [[frame.south, frame.west], [frame.north, frame.east]],
        "near_zoom": near_zoom(frame),
        "basemap": bool(settings().basemap),
        "lenses": {name: lens.for_map() for name, lens in lenses().items()},
        "layers": [_layer_facts(layer, layer_version(connection, layer.id)) for layer in known.values()],
    }


def _layer_facts(layer: Layer, version: str) -> dict[str, Any]:
    names = ("fill", "line", "width", "radius", "min_zoom", "order", "shown")
    return {"id": layer.id, "version": version, "style": {name: getattr(layer.style, name) for name in names}}


def near_zoom(frame: Frame) -> int:
    """The first zoom at which a middling zone is 80 px wide."""
    latitude = math.radians((frame.south + frame.north) / 2)
    return math.ceil(math.log2(NEAR_PX * EQUATOR_M * math.cos(latitude) / (PIXELS * max(frame.side, 1.0))))


map = Page(id="map", order=1, icon="map", body=body)
