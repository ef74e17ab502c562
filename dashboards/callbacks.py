"""What happens after something changed: values of the view in, parts of the page out. Colours never come this way."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashboards.pages.frame import framed
from dashboards.panels.card import card
from dashboards.panels.goal import goal_note
from dashboards.panels.legend import legend
from dashboards.panels.method import method_drawer
from dashboards.panels.part import failed
from dashboards.panels.result import result
from dashboards.panels.rows import rows_drawer
from dashboards.panels.search import found_zones
from dashboards.state import View, from_query
from dashboards.words import words
from twin.database.store import Store
from twin.errors import TwinError


def register(app: Dash, store: Store) -> None:
    """All callbacks of the page."""
    _register_server(app, store)
    _register_drawer(app, store)
    _register_browser(app)


def _register_server(app: Dash, store: Store) -> None:
    @app.callback(Output("page", "children"), Input("url", "pathname"), State("url", "search"))
    def page(path: str, query: str) -> Any:
        return framed(store, from_query(query or ""), path or "/")

    @app.callback(
        Output("goal-note", "children"),
        Output("result", "children"),
        Output("legend", "children"),
        Input("goal", "data"),
        Input("lens", "data"),
        State("lang", "data"),
        prevent_initial_call=True,
    )
    def facts(goal: str, lens: str, lang: str) -> Any:
        view = View(goal=goal, lens=lens, lang=lang)
        return goal_note(store, view), result(store, view), legend(store, view)

    @app.callback(
        Output("card", "children"),
        Input("zone", "data"),
        Input("goal", "data"),
        Input("lens", "data"),
        State("lang", "data"),
        prevent_initial_call=True,
    )
    def zone(code: str, goal: str, lens: str, lang: str) -> Any:
        return card(store, View(zone=code, goal=goal, lens=lens, lang=lang))

    @app.callback(Output("search", "data"), Input("search", "searchValue"), prevent_initial_call=True)
    def found(text: str) -> Any:
        return found_zones(store, text or "")


def _register_drawer(app: Dash, store: Store) -> None:
    @app.callback(
        Output("drawer", "opened"),
        Output("drawer", "title"),
        Output("drawer-content", "children"),
        Input("drawer-of", "data"),
        State("zone", "data"),
        State("goal", "data"),
        State("lens", "data"),
        State("lang", "data"),
        prevent_initial_call=True,
    )
    def drawer(asked: dict[str, str] | None, code: str, goal: str, lens: str, lang: str) -> Any:
        if not asked:
            return no_update, no_update, no_update
        view = View(zone=code, goal=goal, lens=lens, lang=lang)
        try:
            title, content = _drawer_of(store, view, asked["what"])
        except TwinError as error:
            return True, words(lang)("part.failed"), failed(view, str(error), "", "zone")
        return True, title, content


def _drawer_of(store: Store, view: View, what: str) -> tuple[str, list[Any]]:
    kind, _, rest = what.partition(":")
    if kind != "rows":
        return method_drawer(store, view)
    layer, _, source = rest.partition(":")
    return rows_drawer(store, view, layer, int(source) if source else None)


def _register_browser(app: Dash) -> None:
    """What needs no server: functions of ``assets/ties.js``."""
    ties = (
        ("theme", Output("theme", "forceColorScheme"), Input("url", "search")),
        ("start", Output("did-start", "data"), Input("start", "data")),
        ("facts", Output("did-facts", "data"), Input("map-facts", "data")),
        ("goal", Output("did-goal", "data"), Input("goal-select", "value")),
        ("lens", Output("did-lens", "data"), Input("lens-select", "value")),
        ("legend", Output("did-legend", "data"), Input("legend", "children")),
        ("search", Output("search", "value"), Input("search", "value")),
    )
    for name, output, *inputs in ties:
        changes_only = name in ("goal", "lens", "search")
        tied = ClientsideFunction("ties", name)
        app.clientside_callback(tied, output, *inputs, prevent_initial_call=changes_only)  # type: ignore[no-untyped-call]
