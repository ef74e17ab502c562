"""How causes are told apart: what each means, the rule in plain words, and what it cannot say."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.causes import premise_model_of
from dashboards.lenses.cause import CAUSES
from dashboards.panels.badge import swatch
from dashboards.panels.definition import definition
from dashboards.words import Words

STEPS = ("premises", "today", "tidy", "supplied", "records", "rule", "confidence", "few")
LIMITS = ("observed", "assumed", "hidden", "operators", "range", "lanes", "eviction")


def causes_method(goal: str, say: Words) -> list[Component]:
    """The part of the drawer on causes."""
    model = premise_model_of(goal)
    own: list[Component] = [html.P(say("method.no_model"))]
    if model is not None:
        own = definition(model.doc)
    return [
        html.H3(say("method.causes"), className="heading"),
        html.Dl([part for each in CAUSES for part in _meaning(swatch(each), each.id, say)], className="meanings"),
        html.H3(say("method.how"), className="heading"),
        html.Ol([html.Li(say(f"method.step.{name}")) for name in STEPS]),
        html.H3(say("method.own"), className="heading"),
        html.Div(own, className="definition", lang="en" if model else say.lang),
        html.H3(say("method.limits"), className="heading"),
        html.Ul([html.Li(say(f"method.limit.{name}")) for name in LIMITS]),
    ]


def _meaning(badge: Component, cause: str, say: Words) -> list[Component]:
    return [html.Dt([badge, say(f"cause.{cause}")]), html.Dd(say(f"method.meaning.{cause}"))]
