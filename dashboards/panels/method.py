"""How an index is computed: its definition, from the code itself, with the target and the parameters of the run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.panels.bits import chip
from dashboards.panels.goal import chosen_goal, target_source
from dashboards.state import View
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.published import Run, read_run
from twin.database.store import Store
from twin.discover import discover
from twin.errors import StoreNotReady
from twin.index import Index

LABELS = re.compile(r"(?=\b(?:Formula|Unit|Denominator|Direction|Counted in n|No data|Quality|Parts|Source): )")
"""Where the docstring of an index begins to speak of another thing."""


def method_drawer(store: Store, view: View) -> tuple[str, list[Component]]:
    """Title and content of the drawer on the goal that is shown."""
    say = words(view.lang)
    with store.read() as connection:
        run = read_run(connection)
    goal = chosen_goal(run, view)
    if run is None or not goal:
        raise StoreNotReady("nothing is scored yet. Run `twin score`.")
    spoken = goal_words(run, goal, Figures(say))
    index = discover("twin.indices", Index).get(goal)
    text = definition(index.doc) if index else [html.P(say("method.other"))]
    noted = run.goals[goal]
    return say("method.title", index=spoken.title), [
        _target(run, spoken),
        html.Div(text, className="definition", lang="en"),
        *_notes(noted, say("method.notes")),
        *_params(noted.get("params", {}), say("method.params")),
        html.P(say("method.version", version=noted.get("method_version", 1)), className="small"),
    ]


def definition(doc: str) -> list[Component]:
    """The paragraphs of a docstring, without its examples; names of parameters as code."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(doc))
    plain = [" ".join(text.split()) for text in paragraphs if not text.lstrip().startswith(">>>")]
    return [_paragraph(piece) for text in plain for piece in LABELS.split(text) if piece.strip()]


def _paragraph(text: str) -> Component:
    label, colon, rest = text.partition(":")
    if colon and LABELS.match(text):
        return html.P([html.Strong(f"{label}: "), *_marked(rest.strip())])
    return html.P(_marked(text))


def _marked(text: str) -> list[Any]:
    pieces = re.split(r"``(.+?)``", text)
    return [html.Code(piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece]


def _target(run: Run, spoken: GoalWords) -> Component:
    say, goal = spoken.figures.words, spoken.goal
    types = ", ".join(say.get(f"type.{each}", each) for each in goal.zone_types)
    lines = [
        html.P(spoken.sentence(run.profile.year)),
        html.P(target_source(say, goal.source, goal.verified), className="small"),
        *([html.P(say("goal.zone_types", types=types), className="small")] if types else []),
        *([html.P(say("goal.number", number=goal.number), className="small")] if goal.number else []),
    ]
    verified = chip(say("goal.verified")) if goal.verified else chip(say("goal.unverified"), "dashed")
    head = html.Div([html.H3(say("method.target"), className="heading"), verified], className="spread")
    return html.Div([head, *lines], className="drawer-block")


def _notes(noted: Mapping[str, Any], title: str) -> list[Component]:
    notes = noted.get("notes") or []
    if not notes:
        return []
    return [html.H3(title, className="heading"), html.Ul([html.Li(str(note)) for note in notes])]


def _params(params: Mapping[str, Any], title: str) -> list[Component]:
    if not params:
        return []
    rows = [html.Tr([html.Th(html.Code(name), scope="row"), html.Td(_shown(value))]) for name, value in params.items()]
    return [html.H3(title, className="heading"), html.Table(html.Tbody(rows), className="rows")]


def _shown(value: Any) -> str:
    if value is None or value in ([], ()):
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
