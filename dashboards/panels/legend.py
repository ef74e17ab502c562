"""The legend: quantity and unit, one row a class with its count, the target between the classes that it parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.lenses.lens import Lens, LensClass, lenses
from dashboards.panels.badge import swatch
from dashboards.panels.bits import act, data, icon
from dashboards.panels.goal import chosen_goal
from dashboards.panels.part import part
from dashboards.state import View
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.published import read_run
from twin.database.store import Store

LONGEST_BAR_PX = 62


@part(again="goal")
def legend(store: Store, view: View) -> Any:
    """The legend of the goal and lens that are shown; a row is a filter."""
    say = words(view.lang)
    with store.read() as connection:
        run = read_run(connection)
        goal = chosen_goal(run, view)
        if run is None or not goal:
            return []
        lens = lenses()[view.lens]
        counts = lens.counts(connection, run, goal)
        spoken = goal_words(run, goal, Figures(say))
        note = lens.note(connection, run, spoken)
    return [
        html.H2(lens.heading(spoken), className="heading"),
        html.Div(_rows(lens, counts, spoken), className="legend-rows"),
        html.P(
            [
                say("legend.counts"),
                " ",
                html.Button(say("legend.method"), type="button", className="link", **act("drawer", "method")),
            ],
            className="small",
        ),
        *([html.P(note, className="small note")] if note else []),
        _filtered(spoken),
        _no_match(spoken),
    ]


def _rows(lens: Lens, counts: Mapping[str, int], spoken: GoalWords) -> list[Component]:
    largest = max(counts.values(), default=1)
    rows: list[Component] = []
    was_reached = False
    for each in lens.classes:
        if lens.parted and was_reached and not each.reached:
            rows.append(_target(spoken))
        was_reached = each.reached
        if counts.get(each.id, 0) or not each.optional:
            rows.append(_row(lens, each, counts.get(each.id, 0), largest, spoken))
    return rows


def _row(lens: Lens, each: LensClass, zones: int, largest: int, spoken: GoalWords) -> Component:
    say, label = spoken.figures.words, lens.label(spoken, each)
    count = spoken.figures.count(zones)
    more = {
        "aria-pressed": "false",
        "aria-label": say("legend.filter", label=label, count=count),
        "data-zones": str(zones),
        "data-none": say("legend.no_match_class", label=label),
    }
    bar = html.Span(style={"width": f"{LONGEST_BAR_PX * zones / largest:.1f}px"}, className="bar")
    return html.Button(
        [
            swatch(each),
            html.Span(label, className="label"),
            html.Span(bar, className="bars"),
            html.Span(count, className="count"),
        ],
        type="button",
        className="legend-row" if zones else "legend-row none",
        **act("filter", each.id, **more),
    )


def _target(spoken: GoalWords) -> Component:
    text = spoken.figures.words("legend.target", target=spoken.target)
    return html.Div([html.Span(className="tick"), html.Span(text), html.Span(className="rule")], className="target")


def _filtered(spoken: GoalWords) -> Component:
    say = spoken.figures.words
    clear = html.Button(say("legend.clear"), type="button", className="link", **act("clear-filter"))
    return html.P([say("legend.filtered"), " ", clear], id="filtered", className="small", hidden=True)


def _no_match(spoken: GoalWords) -> Component:
    say = spoken.figures.words
    return html.Div(
        [
            icon("map"),
            html.H3(say("legend.no_match_title")),
            html.P(say("legend.no_match"), **data(said="1")),
            html.Button(say("legend.clear"), type="button", className="button", **act("clear-filter")),
        ],
        id="no-match",
        className="empty-part centred",
        role="status",
        hidden=True,
    )
