"""The waterfall: from today's value by the parts of the causes to the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboards.causes import sureness
from dashboards.panels.badge import badge
from dashboards.panels.bits import aria
from dashboards.targets import GoalWords
from twin.database.connect import Row

BY_SIZE = ("messy", "technology", "other")
TENTHS = 1000
"""Tenths of a percentage point in the whole."""


@dataclass(frozen=True)
class Step:
    """A bar: whose it is, from where to where (shares), and its size in tenths of a point, as it is shown."""

    cause: str
    start: float
    end: float
    tenths: int


def steps(value: float, target: float, parts: Mapping[str, float]) -> list[Step]:
    """Bars of the causes, the largest first and records last; what would be shown as 0.0 is left out.

    The figures shown add up to the target as it is shown, by largest remainders.
    """
    order = [*sorted(BY_SIZE, key=lambda name: -parts.get(name, 0.0)), "data"]
    sizes = [parts.get(name, 0.0) for name in order]
    shown = _adding_up(sizes, round(TENTHS * target) - round(TENTHS * value))
    found, at = [], value
    for name, size, tenths in zip(order, sizes, shown, strict=True):
        if tenths > 0:
            found.append(Step(name, at, at + size, tenths))
        at += size
    return found


def _adding_up(sizes: list[float], total: int) -> list[int]:
    exact = [TENTHS * size for size in sizes]
    shown = [int(each + 1e-9) for each in exact]
    rest = sorted(range(len(sizes)), key=lambda at: shown[at] - exact[at])
    for at in rest[: max(total - sum(shown), 0)]:
        shown[at] += 1
    return shown


def waterfall(flag: Row, spoken: GoalWords) -> list[Component]:
    """Bars on the scale of the value, their sizes in points, the target as a line; numbers as a table for readers."""
    say = spoken.figures.words
    found = steps(flag["value"], flag["target"], flag["parts"])
    unsure = sureness(flag["confidence"]) == "unsure"
    today = spoken.figures.share(flag["value"], 1)
    rows = [
        _row(html.Span(say("waterfall.today"), className="label"), _bar(0.0, flag["value"], "ink-2"), today),
        *[_row(_label(step, spoken), _bar(step.start, step.end, step.cause, unsure), points(step)) for step in found],
    ]
    summary = say(
        "waterfall.summary",
        value=today,
        parts=say("zone.comma").join(f"{_name(step, spoken)} {points(step)}" for step in found),
        target=spoken.target,
    )
    line = html.Span(className="goal-line", style={"left": f"{100 * flag['target']:.2f}%"})
    ends = html.Span(
        [
            html.Span(spoken.figures.share(0.0)),
            html.Span(
                say("legend.target", target=spoken.target),
                className="goal-name",
                style={"right": f"{max(100 - 100 * flag['target'] - 14, 0):.2f}%"},
            ),
        ],
        className="scale",
    )
    chart = html.Div(
        [*rows, html.Div(line, className="goal-track"), html.Div([html.Span(), ends, html.Span()], className="fall")],
        className="falls",
        role="img",
        **aria(label=summary),
    )
    heading = html.Div(
        [html.Span(say("waterfall.share")), html.Span(say("waterfall.points"))], className="spread small fall-heading"
    )
    return [heading, chart, _table(today, found, spoken)]


def points(step: Step) -> str:
    """``+36.6``."""
    return f"+{step.tenths / 10:.1f}"


def _row(label: Component, bar: Component, figure: str) -> Component:
    return html.Div([label, html.Span(bar, className="track"), html.Span(figure, className="count")], className="fall")


def _bar(start: float, end: float, token: str, unsure: bool = False) -> Component:
    look = {
        "left": f"{100 * start:.2f}%",
        "width": f"{100 * max(end - start, 0.002):.2f}%",
        "backgroundColor": f"var(--t-{token})",
    }
    return html.Span(className="part-bar estimate" if unsure else "part-bar", style=look)


def _label(step: Step, spoken: GoalWords) -> Component:
    return html.Span([badge(step.cause), _name(step, spoken)], className="label")


def _name(step: Step, spoken: GoalWords) -> str:
    return spoken.figures.words("waterfall.other" if step.cause == "other" else f"cause.{step.cause}")


def _table(today: str, found: list[Step], spoken: GoalWords) -> Component:
    say = spoken.figures.words
    lines = [
        (say("waterfall.today"), today),
        *[(_name(step, spoken), points(step)) for step in found],
        (say("method.target"), spoken.target),
    ]
    body = [html.Tr([html.Th(name, scope="row"), html.Td(figure)]) for name, figure in lines]
    return html.Table([html.Caption(say("waterfall.share")), html.Tbody(body)], className="unseen")
