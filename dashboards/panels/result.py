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
    figures = Figures(say)
    spoken = goal_words(run, goal, figures)
    reached = sum(counts.get(each.id, 0) for each in lens.classes if each.reached)
    total = sum(counts.values())
    words_of_number = say("result.reached", total=figures.count(total), n=reached)
    return [
        html.P(
            [html.Strong(figures.count(reached), className="figure"), " ", html.Span(words_of_number)],
            className="headline",
        ),
        stacked_bar(lens, counts, spoken),
        *([] if value is None else [_city(spoken, value)]),
    ]


def _city(spoken: GoalWords, value: float) -> Component:
    say = spoken.figures.words
    text = say("result.city", value=spoken.line(value))
    return html.P(text, className="small city-value")


def stacked_bar(lens: Lens, counts: Mapping[str, int], spoken: GoalWords) -> Component:
    """One bar of all zones, in the colours of their classes."""
    pieces = []
    for each in lens.classes:
        zones = counts.get(each.id, 0)
        if zones:
            title = spoken.figures.words("result.bar", count=zones, label=lens.label(spoken, each))
            look = {"flexGrow": zones, "background": f"var(--t-{each.token})"}
            pieces.append(html.Span(style=look, title=title, className=f"piece {each.hatch}".strip()))
    reached = sum(counts.get(each.id, 0) for each in lens.classes if each.reached)
    spoken_bar = spoken.figures.words("result.reached_short", count=reached, total=sum(counts.values()))
    return html.Div(pieces, className="stacked", role="img", **aria(label=spoken_bar))


def not_scored(view: View) -> Component:
    """Layers are there, scores are not: what to run."""
    say = words(view.lang)
    return html.Div(
        [html.H3(say("result.nothing_title")), html.P(say("result.nothing")), command("twin score")],
        className="empty-part",
    )
