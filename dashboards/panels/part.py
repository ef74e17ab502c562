"""A part of a page that may fail alone: the rest stays, and the part says what happened and tries again."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import act, icon
from dashboards.state import View
from dashboards.words import words
from twin.database.store import Store
from twin.errors import TwinError

logger = logging.getLogger(__name__)

Build = Callable[[Store, View], Any]


def part(again: str) -> Callable[[Build], Build]:
    """Decorate what builds a part: an error of the store becomes a panel with "Try again".

    ``again`` names the value of the view (``goal``, ``zone``) whose callback builds the part anew.
    """

    def decorate(build: Build) -> Build:
        @functools.wraps(build)
        def guarded(store: Store, view: View) -> Any:
            try:
                return build(store, view)
            except TwinError as error:
                mark = secrets.token_hex(3)
                logger.warning("%s: %s [log %s]", build.__name__, error, mark)
                return failed(view, str(error), mark, again)

        return guarded

    return decorate


def failed(view: View, reason: str, mark: str, again: str) -> Component:
    """What stands in the place of a part that could not be read."""
    say = words(view.lang)
    return html.Div(
        [
            icon("warning"),
            html.Div(
                [
                    html.H3(say("part.failed")),
                    html.P(reason),
                    html.P(say("part.rest")),
                    html.Div(
                        [
                            html.Button(say("part.again"), type="button", className="button", **act("again", again)),
                            html.Span(say("part.log", id=mark), className="small"),
                        ],
                        className="row",
                    ),
                ]
            ),
        ],
        className="failed block",
        role="alert",
    )
