"""Evidence of a cause: both sides of the contrast as counts, how supply stands, and what such evidence is worth."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.causes import walked_to
from dashboards.panels.bits import aria, block
from dashboards.targets import GoalWords
from twin.attribution.premise import PremiseModel
from twin.database.connect import Row


def evidence_block(flag: Row, model: PremiseModel, spoken: GoalWords) -> Component:
    """Counts with bars, the sentence on supply, the grade, and the whole evidence on request."""
    say = spoken.figures.words
    told = flag["evidence_zh" if say.lang == "zh" else "evidence"]
    return block(
        html.H3(say("evidence.heading_walk" if walked_to(model) else "evidence.heading"), className="heading"),
        html.Div(_bars(flag, model, spoken), className="contrast"),
        html.P([supply_sentence(flag, model, spoken), say("evidence.contrast")], className="small"),
        html.P(say("evidence.grade"), className="small"),
        html.Details([html.Summary(say("evidence.whole"), className="link"), html.P(told)], className="whole"),
        name="evidence",
    )


def _bars(flag: Row, model: PremiseModel, spoken: GoalWords) -> list[Component]:
    details, say = flag["details"], spoken.figures.words
    made = []
    if flag["cause"] == "data":
        made.append((say("evidence.recorded"), details["fresh"], details["premises"], "data"))
    if walked_to(model):
        fresh = details["fresh"]
        made += [
            (_noun("near", model, spoken), details["near_uncovered"], fresh, "messy"),
            (_noun("closed", model, spoken), details["closed_near"], fresh, "other"),
            (_noun("none", model, spoken), details["none_near"], fresh, "technology"),
        ]
    else:
        made += [
            (say("evidence.open"), details["open_covered"], details["open_fresh"], "building-in"),
            (say("evidence.hindered"), details["hindered_covered"], details["hindered_fresh"], "messy"),
        ]
    return [_bar(label, part, whole, token, spoken) for label, part, whole, token in made]


def _bar(label: str, part: float, whole: float, token: str, spoken: GoalWords) -> Component:
    say, count = spoken.figures.words, spoken.figures.count
    width = 100 * part / whole if whole else 0.0
    filled = html.Span(style={"width": f"{width:.1f}%", "background": f"var(--t-{token})"})
    figure = say("evidence.of", part=count(part), whole=count(whole)) if whole else say("evidence.none_here")
    return html.Div(
        [html.Span(label), html.Span(filled, className="side", **aria(hidden="true")), html.Span(figure)],
        className="contrast-row",
    )


def supply_sentence(flag: Row, model: PremiseModel, spoken: GoalWords) -> str:
    """How supply stands where the zone is: the share in reach, the main node and whether it has room."""
    if walked_to(model):
        return ""
    say, details = spoken.figures.words, flag["details"]
    share = spoken.figures.share(details["in_reach"] or 0.0)
    if not details.get("node"):
        return say("evidence.no_node", share=share)
    nouns = model.words[say.lang]
    state = nouns["full" if details["node_full"] else "spare"]
    return say("evidence.supply", share=share, noun=nouns["node"], key=details["node"], state=state)


def _noun(what: str, model: PremiseModel, spoken: GoalWords) -> str:
    say = spoken.figures.words
    return say.get(f"evidence.{what}_{model.supply}", say.table[f"evidence.{what}"])
