"""What floats on the map of the edit page: tools, what is measured, the panel of two versions; and the page's words."""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import act, aria, icon
from dashboards.words import Words

TOOLS = ("select", "shape", "draw", "cut")
"""What a click on the map does; one of them is on."""

STEPS = (("trash", "edit-delete", "delete"), ("undo", "edit-undo", "undo"), ("redo", "edit-redo", "redo"))

BEFORE = "edit."


def edit_words(say: Words) -> str:
    """The words of the page as JSON, by their keys without the table's name."""
    own = {key.removeprefix(BEFORE): text for key, text in say.table.items() if key.startswith(BEFORE)}
    return json.dumps(own, ensure_ascii=False)


def edit_tools(say: Words) -> Component:
    """Tools and steps; they are on once somebody who may edit is signed in."""
    tools = [_tool(say, name) for name in TOOLS]
    steps = [_step(say, *step) for step in STEPS]
    return html.Div(
        [
            html.Div(
                [*tools, html.Span(className="edit-gap"), *steps],
                className="edit-tools float",
                role="toolbar",
                **aria(label=say("edit.tools")),
            ),
            html.Div(id="edit-measure", className="edit-measure float", role="status", hidden=True),
            html.Div(id="edit-conflict", className="edit-conflict float", role="alertdialog", hidden=True),
        ],
        className="edit-over",
    )


def _tool(say: Words, name: str) -> Component:
    return html.Button(
        [icon(name), html.Span(say(f"edit.tool_{name}"))],
        type="button",
        className="edit-tool",
        title=say(f"edit.tool_{name}_what"),
        disabled=name != "select",
        **act("edit-tool", name, **{"aria-pressed": str(name == "select").lower()}),
    )


def _step(say: Words, name: str, does: str, word: str) -> Component:
    return html.Button(
        [icon(name), html.Span(say(f"edit.{word}"))],
        type="button",
        className="edit-tool edit-step",
        title=say(f"edit.{word}_what"),
        disabled=True,
        **act(does),
    )
