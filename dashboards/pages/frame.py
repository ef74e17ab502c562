"""What a page is, and the frame around all of them: the bar above, notices, the drawer, what is said aloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.panels.account import account_button, account_place
from dashboards.panels.bits import act, aria, data, icon, icon_button
from dashboards.panels.search import search_field
from dashboards.panels.setup import empty_store, store_gone
from dashboards.state import View
from dashboards.words import LANGUAGES, Words, words
from twin.database.published import City, read_city
from twin.database.store import Store
from twin.discover import discover
from twin.errors import TwinError

TOLD = ("start", "facts", "goal", "lens", "legend")
"""Where callbacks of the browser end that change nothing but the browser's own state; Dash wants an output."""

Body = Callable[[Store, City, View], Component]


@dataclass(frozen=True)
class Page:
    """A page: its ``id`` is its path (the first one stands at ``/`` too), ``icon`` stands in the bar of phones."""

    id: str
    order: int
    icon: str
    body: Body


def pages() -> dict[str, Page]:
    """All pages, in the order of the top bar."""
    found = discover("dashboards.pages", Page)
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def framed(store: Store, view: View, path: str) -> list[Component]:
    """The whole screen for an address; a page of its own while there is no city, or no store."""
    say, known = words(view.lang), pages()
    page = known.get(path.strip("/")) or next(iter(known.values()))
    try:
        with store.read() as connection:
            city = read_city(connection)
        body = page.body(store, city, view) if city else empty_store(say)
    except TwinError as error:
        city, body = None, store_gone(say, str(error))
    name = city.name if city else say("frame.title")
    return [
        html.A(say("frame.skip_map"), href="#map", className="skip"),
        _top(view, name, page.id, searchable=city is not None),
        *_notices(say),
        body,
        _tabs(view, page.id),
        _drawer(say),
        account_place(say),
        html.Div(id="said", className="said", role="status", **aria(live="polite")),
        html.Div(id="toast", className="toast", role="status", hidden=True),
        html.Div(id="follow", className="follow", role="status", hidden=True, **data(causes=say("follow.causes"))),
        *_asked(view),
    ]


def _top(view: View, name: str, current: str, searchable: bool) -> Component:
    say = words(view.lang)
    links = [_link(say, each, current) for each in pages().values()]
    return html.Header(
        [
            html.Div([html.Span(icon("logo"), className="logo"), html.H1(name)], className="brand"),
            html.Nav(links, className="pages", **aria(label=say("frame.pages"))),
            *([search_field(view)] if searchable else []),
            html.Div(_personal(view), className="row personal"),
        ],
        className="top",
    )


def _personal(view: View) -> list[Component]:
    say = words(view.lang)
    other = next(each for each in LANGUAGES if each != view.lang)
    return [
        icon_button("share", say("frame.share"), act("share", **data(done=say("frame.shared")))),
        icon_button("globe", say("frame.language"), act("language", other)),
        icon_button("moon", say("frame.theme"), act("theme"), "theme-button"),
        account_button(say),
    ]


def _link(say: Words, page: Page, current: str) -> Component:
    more = aria(current="page") if page.id == current else {}
    return html.A(say.get(f"page.{page.id}", page.id), href=f"/{page.id}", className="page-link", **more)


def _notices(say: Words) -> list[Component]:
    waiting = html.Span(say("frame.offline", seconds="…"), **data(said="1", words=say.table["frame.offline"]))
    again = html.Button(say("frame.try_now"), type="button", className="link", **act("try-now"))
    show = html.Button(say("frame.show_news"), type="button", className="link", **act("reload"))
    return [
        html.Div([icon("warning"), waiting, again], id="offline", className="notice warn", role="alert", hidden=True),
        html.Div([html.Span(say("frame.news")), show], id="news", className="notice", role="status", hidden=True),
    ]


def _tabs(view: View, current: str) -> Component:
    say = words(view.lang)
    links = []
    for page in pages().values():
        more = aria(current="page") if page.id == current else {}
        text = html.Span(say.get(f"page.{page.id}", page.id))
        links.append(html.A([icon(page.icon), text], href=f"/{page.id}", className="tab", **more))
    more_tab = html.Button(
        [icon("more"), html.Span(say("frame.more"))], type="button", className="tab", **act("panel", "more")
    )
    menu = html.Div(_personal(view), className="more-menu float row")
    return html.Nav([*links, more_tab, menu], className="tabs", **aria(label=say("frame.pages")))


def _drawer(say: Words) -> Component:
    drawer: Component = dmc.Drawer(
        html.Div(id="drawer-content"),
        id="drawer",
        position="right",
        size=480,
        padding=16,
        closeButtonProps={"aria-label": say("frame.close")},
    )
    return drawer


def _asked(view: View) -> list[Component]:
    """What the browser tells the server when the view changes, value by value."""
    return [
        dcc.Store(id="start", data=view.as_json()),
        dcc.Store(id="goal", data=view.goal),
        dcc.Store(id="lens", data=view.lens),
        dcc.Store(id="zone", data=view.zone),
        dcc.Store(id="lang", data=view.lang),
        dcc.Store(id="drawer-of"),
        *[dcc.Store(id=f"did-{name}") for name in TOLD],
    ]
