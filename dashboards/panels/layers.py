"""The list of layers: made from their declarations, so that a new layer's file appears here by itself."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.panels.bits import act, data, icon
from dashboards.state import View
from dashboards.words import words
from layers.schema import Layer
from twin.database.published import ZONE_LAYER

BELOW_ZONES = 30
"""Layers of a lower order lie under the zones' colour, so they show only from near by."""


def layer_list(layers: Mapping[str, Layer], rows: Mapping[str, int], near_zoom: int, view: View) -> list[Component]:
    """Layers with rows first, each with a switch, its colour and its count; the empty ones on request."""
    say, figures = words(view.lang), Figures(words(view.lang))
    listed = sorted(
        (layer for name, layer in layers.items() if name != ZONE_LAYER),
        key=lambda layer: (not layer.style.shown, -layer.style.order),
    )
    made = [_row(layer, rows[layer.id], near_zoom, view, figures) for layer in listed]
    full = [row for layer, row in zip(listed, made, strict=True) if rows[layer.id]]
    empty = [row for layer, row in zip(listed, made, strict=True) if not rows[layer.id]]
    heading = html.H2(say("layers.layers"), className="heading")
    if not empty:
        return [heading, *full]
    more = html.Details(
        [html.Summary(say("layers.all", count=len(listed)), className="link"), html.Div(empty)],
        className="all-layers",
    )
    return [heading, *full, more]


def _row(layer: Layer, count: int, near_zoom: int, view: View, figures: Figures) -> Component:
    say = figures.words
    on = layer.id in view.layers if view.layers is not None else layer.style.shown
    first = max(layer.style.min_zoom, near_zoom if layer.style.order < BELOW_ZONES else 0)
    more = {
        "aria-checked": str(on).lower(),
        "data-from-zoom": str(first),
    }
    return html.Button(
        [
            html.Span(icon("check"), className="check"),
            html.Span(className="dot", style=swatch(layer)),
            html.Span(say.title(layer), className="label", **data(later=say("layers.near"))),
            html.Span(figures.count(count) if count else say("layers.none"), className="count"),
        ],
        type="button",
        role="checkbox",
        className="layer-row",
        disabled=not count,
        **act("layer", layer.id, **more),
    )


def swatch(layer: Layer) -> dict[str, str]:
    """The look of a layer's swatch, from its style."""
    fill, line = layer.style.fill or layer.style.line, layer.style.line or layer.style.fill
    return {"background": f"var(--t-{fill})", "borderColor": f"var(--t-{line})"}
