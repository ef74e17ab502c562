"""The cause of a zone's shortfall: how sure it is, what would close the gap, the way from today to the target."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.causes import UNTOLD, premise_model_of, sureness
from dashboards.lenses.cause import FEW
from dashboards.panels.badge import badge
from dashboards.panels.bits import block, chip
from dashboards.panels.evidence import evidence_block
from dashboards.panels.helps import helps_block
from dashboards.panels.waterfall import waterfall
from dashboards.targets import GoalWords
from dashboards.words import Words
from twin.attribution.method import FEWEST_PREMISES
from twin.attribution.premise import PremiseModel
from twin.database.connect import Row

FRACTIONS = ((0.97, "all"), (0.85, "nearly"), (0.71, "quarters"), (0.58, "thirds"), (0.42, "half"), (0.29, "third"))
"""From which share of the gap on it is said how."""


def cause_blocks(
    flag: Row | None, score: Row, spoken: GoalWords, flagged: bool = True
) -> tuple[list[Component], list[Component]]:
    """Blocks of the card before and after the people: cause and evidence; what would help.

    Until a run is ``flagged`` the cause of a value that it changed is not told: it would be that of the value before.
    """
    if not score["shortfall"]:
        return [], []
    if not flagged and (flag is None or flag["value"] != score["value"]):
        return [block(html.P(spoken.figures.words("follow.causes"), className="small"), class_name="cause")], []
    if flag is None:
        return [_few(spoken.figures.words)], []
    model = premise_model_of(spoken.goal.index)
    if model is None or flag["details"].get("method") == UNTOLD:
        return [_untold(flag, spoken.figures.words)], []
    cause = block(_head(flag, spoken), *_sentences(flag, model, spoken), *waterfall(flag, spoken), class_name="cause")
    return [cause, evidence_block(flag, model, spoken)], helps_block(flag, model, spoken)


def _head(flag: Row, spoken: GoalWords) -> Component:
    say, level = spoken.figures.words, sureness(flag["confidence"])
    sure = spoken.figures.share(flag["confidence"])
    second = say("cause.second", cause=_inline(flag["second_cause"], say)) if flag["second_cause"] else ""
    if level == "unsure":
        shown = [
            badge("unsure"),
            html.H3(say("cause.unsure")),
            chip([html.Span(className="half slanted"), sure], "unsure"),
        ]
    else:
        how_sure = say("cause.chip", level=say(f"cause.{level}"), confidence=sure)
        shown = [badge(flag["cause"]), html.H3(say(f"cause.{flag['cause']}")), chip(how_sure, level)]
    return html.Div([*shown, html.Span(second, className="small second")], className="cause-head")


def _sentences(flag: Row, model: PremiseModel, spoken: GoalWords) -> list[Component]:
    say = spoken.figures.words
    likely = []
    if sureness(flag["confidence"]) == "unsure":
        key = "cause.most_likely" if flag["second_cause"] else "cause.most_likely_alone"
        both = {"cause": say(f"cause.{flag['cause']}"), "second": _inline(flag["second_cause"], say)}
        likely = [html.P(say(key, **both))]
    return [*likely, html.P(closing(flag, model, spoken), className="closing")]


def closing(flag: Row, model: PremiseModel, spoken: GoalWords) -> str:
    """One sentence on what would close the gap."""
    say, cause, details = spoken.figures.words, flag["cause"], flag["details"]
    if cause == "data":
        known = details.get("y0") is not None and details["y0"] >= flag["target"]
        missing = spoken.figures.share(details["missing"] or 0.0)
        return say("cause.closing_data" if known else "cause.closing_data_few", missing=missing)
    if cause == "other":
        return say("cause.closing_other")
    gain = flag["gain_if_tidy"] if cause == "messy" else flag["gain_if_supplied"]
    share = min((gain or 0.0) / flag["shortfall"], 1.0)
    what = say.get(f"cause.closing_{cause}_{model.supply}", say.table[f"cause.closing_{cause}"])
    return say("cause.closing", part=fraction(share, spoken), what=what)


def fraction(share: float, spoken: GoalWords) -> str:
    """A share of the gap in words: ``Two thirds``; in percent where it is small."""
    for least, name in FRACTIONS:
        if share >= least:
            return spoken.figures.words(f"cause.fraction.{name}")
    return spoken.figures.words("cause.fraction.share", share=spoken.figures.share(share))


def _inline(cause: str, say: Words) -> str:
    return say(f"cause.inline.{cause}") if cause else ""


def _few(say: Words) -> Component:
    return block(
        html.Div([badge(FEW), html.H3(say(f"cause.{FEW}"))], className="cause-head"),
        html.P(say("cause.few_what", fewest=FEWEST_PREMISES)),
        class_name="cause",
    )


def _untold(flag: Mapping[str, object], say: Words) -> Component:
    return block(
        html.Div([badge("unsure"), html.H3(say("cause.untold_title"))], className="cause-head"),
        html.P(str(flag["evidence_zh" if say.lang == "zh" else "evidence"]), className="small"),
        class_name="cause",
    )
