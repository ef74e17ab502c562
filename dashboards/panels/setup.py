"""What is shown while there is no city to show: an empty store, no zones, a store that does not answer."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import command, icon
from dashboards.words import Words


def empty_store(say: Words) -> Component:
    """Two ways in: one's own files, or the sample city."""
    ways = [
        _way("file", say("empty.files"), say("empty.files_what"), "twin load DIR"),
        _way("map", say("empty.sample"), say("empty.sample_what"), "twin demo"),
    ]
    return _page(say("empty.title"), say("empty.what"), ways, say("empty.then"))


def no_zones(say: Words) -> Component:
    """Something is loaded, but no zones to report on."""
    way = _way("file", say("empty.files"), say("empty.files_what"), "twin load DIR")
    return _page(say("empty.zones_title"), say("empty.zones"), [way], say("empty.then"))


def store_gone(say: Words, reason: str) -> Component:
    """The page itself is there, the store is not."""
    return _page(say("empty.gone_title"), reason, [_way("warning", "", "", "twin up")], say("empty.then"))


def _page(title: str, what: str, ways: list[Component], then: str) -> Component:
    return html.Main(
        [
            html.H1(title),
            html.P(what, className="lead"),
            html.Div(ways, className="ways"),
            html.P(then, className="small"),
        ],
        className="setup",
    )


def _way(name: str, title: str, what: str, typed: str) -> Component:
    words = [html.H2(title), html.P(what)] if title else []
    return html.Section([html.Span(icon(name), className="badge"), *words, command(typed)], className="way")
