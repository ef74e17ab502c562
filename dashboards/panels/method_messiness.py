"""How messiness is measured: what it is, each metric with its bounds and weight, and what it is not."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.words import Words
from twin.discover import discover
from twin.messiness.bounds import Bounds, bounds
from twin.messiness.measure import CONFIDENT_FROM, FEWEST_BUILDINGS
from twin.messiness.metric import Metric

LIMITS = ("old_towns", "streets", "footprints", "people")


def messiness_method(say: Words) -> list[Component]:
    """The part of the drawer on messiness."""
    return [
        html.H3(say("method.messiness"), className="heading"),
        html.P(say("method.messiness_what")),
        html.P(say("method.messiness_formula")),
        html.P(say("method.messiness_interval", fewest=FEWEST_BUILDINGS, sure=CONFIDENT_FROM)),
        _table(say),
        html.H3(say("method.limits"), className="heading"),
        html.Ul([html.Li(say(f"method.form_limit.{name}")) for name in LIMITS]),
    ]


def _table(say: Words) -> Component:
    metrics, scales = discover("twin.messiness.metrics", Metric), bounds()
    names = sorted(metrics, key=lambda name: (-(scales[name].weight if name in scales else 0.0), name))
    heads = [html.Th(say(f"method.{each}"), scope="col") for each in ("metric", "bounds", "weight")]
    rows = [html.Tr(_cells(metrics[name], scales.get(name), say)) for name in names]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="rows metrics")


def _cells(metric: Metric, scale: Bounds | None, say: Words) -> list[Component]:
    first_line = metric.doc.partition("\n\n")[0].replace("\n", " ")
    source = [html.Span(scale.source, className="small", lang="en")] if scale else []
    what = [html.Span(say.title(metric)), html.Span(first_line, className="small", lang="en"), *source]
    if scale is None or not scale.weight:
        return [html.Td(what), html.Td(""), html.Td(say("messiness.not_counted"))]
    return [html.Td(what), html.Td(f"{scale.lo:g} – {scale.hi:g}"), html.Td(f"{scale.weight:.2f}")]
