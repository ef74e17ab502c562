"""Swatches: the colour of a class of a lens with its glyph, as in legends, cards and charts."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.lenses.cause import cause as causes
from dashboards.lenses.lens import LensClass
from dashboards.panels.bits import icon

BY_CLASS = {each.id: each for each in causes.classes}


def swatch(each: LensClass) -> Component:
    """The colour of a class, with its glyph where it has one."""
    look = {"background": f"var(--t-{each.token})", "color": f"var(--t-{each.glyph_token})"}
    glyph = [icon(f"glyph-{each.glyph}")] if each.glyph else []
    return html.Span(glyph, className=f"swatch {each.hatch}".strip(), style=look)


def badge(name: str) -> Component:
    """The colour and glyph of a class of the lens of causes."""
    return swatch(BY_CLASS[name])
