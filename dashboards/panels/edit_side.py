"""The right of the edit page: the form of what was clicked, filled by ``assets/edit_form.js``."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import aria
from dashboards.words import Words


def edit_side(say: Words) -> Component:
    """What to do first; the form takes its place."""
    nothing = html.Div([html.H3(say("edit.nothing_title")), html.P(say("edit.nothing"))], className="edit-nothing")
    handle = html.Button(html.Span(), type="button", className="handle", **aria(label="↕"))
    form = html.Div(nothing, id="edit-form", className="card")
    return html.Aside([handle, form], className="right sheet edit-side", **aria(label=say("edit.form")))
