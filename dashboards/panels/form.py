"""The messiness of a zone: its value with its interval, and the metrics that it is made of."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.figures import MISSING, Figures
from dashboards.forms import reason_words
from dashboards.panels.bits import aria, block
from dashboards.words import Words
from twin.database.connect import Row
from twin.discover import discover
from twin.messiness.bounds import Bounds, bounds
from twin.messiness.measure import CONFIDENT_FROM
from twin.messiness.metric import Metric


def form_block(form: Row | None, say: Words) -> Component:
    """Value and interval, then each metric with what it counts as; or why the zone is not measured."""
    figures = Figures(say)
    if form is None or form["value"] is None:
        why = reason_words(form["reason"], say) if form else say("messiness.no_run")
        words = html.Div([html.H3(say("messiness.not_measured")), html.P(why)])
        return block(html.Div([html.Span(className="hatched-box crossed"), words], className="no-data"))
    return block(
        html.Div(
            [
                html.Span(f"{form['value']:.2f}", className="figure"),
                html.Span(say("messiness.scale"), className="of"),
            ],
            className="value-row",
        ),
        html.P(_interval(form, figures), className="small"),
        _bar(form),
        _metrics(form, say),
        html.P(say("messiness.shown_only"), className="small"),
        name="form",
    )


def _bar(form: Row) -> Component:
    low = form["value"] if form["low"] is None else form["low"]
    high = form["value"] if form["high"] is None else form["high"]
    span = html.Span(className="span", style={"left": f"{100 * low:.1f}%", "width": f"{100 * (high - low):.1f}%"})
    tick = html.Span(className="tick", style={"left": f"{100 * form['value']:.1f}%"})
    return html.Div([span, tick], className="interval", **aria(hidden="true"))


def _interval(form: Row, figures: Figures) -> str:
    say = figures.words
    counted = {"count": figures.count(form["n"]), "n": form["n"]}
    if form["low"] is None:
        return say("messiness.buildings", **counted)
    low, high = f"{form['low']:.2f}", f"{form['high']:.2f}"
    text = say("messiness.interval", low=low, high=high, buildings=say("messiness.buildings", **counted))
    return f"{text} {say('messiness.few_sure')}" if form["n"] < CONFIDENT_FROM else text


def _metrics(form: Row, say: Words) -> Component:
    metrics, scales = discover("twin.messiness.metrics", Metric), bounds()

    def weight(name: str) -> float:
        return scales[name].weight if name in scales else 0.0

    names = sorted(metrics, key=lambda name: (-weight(name), name))
    lines = [_line(metrics[name], form["metrics"].get(name), scales.get(name), say) for name in names]
    heads = [html.Th(say(f"messiness.{each}"), scope="col") for each in ("metric", "here", "counts_as")]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(lines)], className="rows metrics")


def _line(metric: Metric, value: float | None, scale: Bounds | None, say: Words) -> Component:
    figures = Figures(say)
    return html.Tr(
        [
            html.Td(
                [html.Span(say.title(metric)), html.Span(say(f"messiness.meaning.{metric.id}"), className="small")]
                if f"messiness.meaning.{metric.id}" in say.table
                else html.Span(say.title(metric))
            ),
            html.Td(metric_value(metric, value, figures)),
            html.Td(counts_as(value, scale, say)),
        ]
    )


def metric_value(metric: Metric, value: float | None, figures: Figures) -> str:
    """A metric in its own unit."""
    if value is None:
        return MISSING
    if metric.unit == "share":
        return figures.share(value)
    unit = figures.words.get(f"messiness.unit.{metric.unit}", "")
    return f"{value:.2f}{unit}" if value < 10 else f"{value:.0f}{unit}"


def counts_as(value: float | None, scale: Bounds | None, say: Words) -> str:
    """What a metric counts as between its bounds, with its weight; that it does not count."""
    if scale is None or not scale.weight:
        return say("messiness.not_counted")
    if value is None:
        return MISSING
    share = min(max((value - scale.lo) / (scale.hi - scale.lo), 0.0), 1.0)
    return f"{share:.2f} × {scale.weight:.2f}"
