"""The result: how many zones reach the target, as one number and one bar; the whole city's value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.lenses.lens import Lens, lenses
from dashboards.panels.bits import aria, command
from dashboards.panels.goal import chosen_goal
from dashboards.panels.part import part
from dashboards.state import View
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.published import city_value, read_run
from twin.database.store import Store


@part(again="goal")
def result(store: Store, view: View) -> Any:
    """The number, the bar, the city's value; or that nothing is scored yet."""
    say = words(view.lang)
    with store.read() as connection:
        run = read_run(connection)
        goal = chosen_goal(run, view)
        if run is None or not goal:
            return not_scored(view)
        lens = lenses()[view.lens]
        counts = lens.counts(connection, run, goal)
        value = city_value(connection, run, goal)
    spoken = goal_words(run, goal, Figures(say))
    number, what = lens.headline(spoken, counts) if lens.headline else _reached(lens, counts, spoken)
    whole = [] if value is None or lens.headline else [_city(spoken, value)]
    return [
        html.P([html.Strong(number, className="figure"), " ", html.Span(what)], className="headline"),
        stacked_bar(lens, counts, spoken, f"{number} {what}"),
        *whole,
    ]


def _reached(lens: Lens, counts: Mapping[str, int], spoken: GoalWords) -> tuple[str, str]:
    reached = sum(counts.get(each.id, 0) for each in lens.classes if each.reached)
    say, count = spoken.figures.words, spoken.figures.count
    return count(reached), say("result.reached", total=count(sum(counts.values())), n=reached)


def _city(spoken: GoalWords, value: float) -> Component:
    say = spoken.figures.words
    text = say("result.city", value=spoken.line(value))
    return html.P(text, className="small city-value")


def stacked_bar(lens: Lens, counts: Mapping[str, int], spoken: GoalWords, summary: str) -> Component:
    """One bar of all zones, in the colours of their classes; ``summary`` is said of it."""
    pieces = []
    for each in lens.classes:
        zones = counts.get(each.id, 0)
        if zones:
            title = spoken.figures.words("result.bar", count=zones, label=lens.label(spoken, each))
            look = {"flexGrow": zones, "background": f"var(--t-{each.token})"}
            pieces.append(html.Span(style=look, title=title, className=f"piece {each.hatch}".strip()))
    return html.Div(pieces, className="stacked", role="img", **aria(label=summary))


def not_scored(view: View) -> Component:
    """Layers are there, scores are not: what to run."""
    say = words(view.lang)
    return html.Div(
        [html.H3(say("result.nothing_title")), html.P(say("result.nothing")), command("twin score")],
        className="empty-part",
    )
