"""The left of the edit page: find a row by its key, choose the layer, the changes that are not saved and today's."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.panels.bits import act, aria, block, icon, icon_button
from dashboards.panels.layers import swatch
from dashboards.state import View
from dashboards.words import words
from layers.schema import Layer


def edit_left(layers: Mapping[str, Layer], rows: Mapping[str, int], view: View) -> Component:
    """Layers with a place on the map first, the fullest of them on top of the list; lists are filled in the browser."""
    say = words(view.lang)
    listed = sorted(layers.values(), key=lambda layer: (not layer.has_geometry, layer.id != "zone", say.title(layer)))
    chosen = view.edit.partition(".")[0]
    options = [_layer(layer, rows[layer.id], layer.id == chosen, view) for layer in listed]
    find = html.Div(
        [
            icon("search"),
            dcc.Input(id="edit-find", type="search", placeholder=say("edit.find"), autoComplete="off", debounce=True),
        ],
        className="edit-find",
    )
    close = icon_button("close", say("edit.close"), act("panel", "layers"), "phone-only")
    return html.Div(
        html.Div(
            [
                html.Div(
                    [
                        html.Div([html.H2(say("page.edit")), close], className="spread"),
                        html.Label(say("edit.find"), htmlFor="edit-find", className="unseen"),
                        find,
                    ],
                    className="edit-head",
                ),
                html.Div(options, className="edit-layers", role="radiogroup", **aria(label=say("edit.layers"))),
                block(
                    html.Div(id="edit-unsaved", className="edit-list"),
                    html.Div(id="edit-today", className="edit-list"),
                    name="changes",
                ),
            ],
            className="scroll",
        ),
        className="left",
    )


def _layer(layer: Layer, count: int, chosen: bool, view: View) -> Component:
    say, figures = words(view.lang), Figures(words(view.lang))
    mark = swatch(layer) if layer.has_geometry else {"background": "transparent", "borderColor": "var(--t-control)"}
    return html.Button(
        [
            html.Span(className="dot", style=mark),
            html.Span(say.title(layer), className="label"),
            html.Span(figures.count(count), className="count"),
        ],
        type="button",
        role="radio",
        className="edit-layer",
        **act("edit-layer", layer.id, **{"aria-checked": str(chosen).lower()}),
    )
