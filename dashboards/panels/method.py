"""How this is made: causes and messiness by the lens, and the definition of the index from the code itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.lenses.cause import cause
from dashboards.lenses.messiness import messiness
from dashboards.panels.bits import chip
from dashboards.panels.definition import definition
from dashboards.panels.goal import chosen_goal, target_source
from dashboards.panels.method_causes import causes_method
from dashboards.panels.method_messiness import messiness_method
from dashboards.state import View
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.published import Run, read_run
from twin.database.store import Store
from twin.discover import discover
from twin.errors import StoreNotReady
from twin.index import Index


def method_drawer(store: Store, view: View) -> tuple[str, list[Component]]:
    """Title and content of the drawer on the lens and the goal that are shown."""
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
    first = {cause.id: lambda: causes_method(goal, say), messiness.id: lambda: messiness_method(say)}
    return say("method.how_made"), [
        *first.get(view.lens, lambda: [])(),
        html.H3(say("method.title", index=spoken.title), className="heading"),
        _target(run, spoken),
        html.Div(text, className="definition", lang="en"),
        *_notes(noted, say("method.notes")),
        *_params(noted.get("params", {}), say("method.params")),
        html.P(say("method.version", version=noted.get("method_version", 1)), className="small"),
    ]


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
