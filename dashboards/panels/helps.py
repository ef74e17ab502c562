"""What would help: each change with the coverage that it alone would lead to."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import act, block
from dashboards.targets import GoalWords
from twin.attribution.premise import PremiseModel
from twin.database.connect import Row

ACCESS = ("widen", "connect", "way", "passage", "lane")
SUPPLY = ("capacity", "node", "gate", "place")
"""Changes of access and of supply, each from the cheapest on."""

TOKENS = {**dict.fromkeys(ACCESS, "messy"), **dict.fromkeys(SUPPLY, "technology"), "gate": "other"}
WORTH_SAYING = 0.005
"""A change that adds less than half a point is left out."""


def helps_block(flag: Row, model: PremiseModel, spoken: GoalWords) -> list[Component]:
    """The list of changes, those of access first where built form is the cause; nothing where none would add much."""
    say, details = spoken.figures.words, flag["details"]
    order = (*ACCESS, *SUPPLY) if flag["cause"] == "messy" else (*SUPPLY, *ACCESS)
    fixes, today = details.get("fixes") or {}, details.get("y0")
    worth = [name for name in order if fixes.get(name, 0.0) >= WORTH_SAYING]
    if today is None or not worth:
        return []
    lines = [_line(TOKENS[name], _label(name, flag, model, spoken), today + fixes[name], spoken) for name in worth]
    if len(worth) > 1 and details.get("both") is not None and details["both"] > today:
        lines.append(_line("ink-2", say("helps.both"), details["both"], spoken))
    cheapest = say("helps.cheapest") if flag["cause"] == "messy" else say("helps.each")
    return [
        block(
            html.Div(
                [
                    html.H3(say("helps.heading"), className="heading"),
                    html.Span(say("helps.estimate"), className="small"),
                ],
                className="spread",
            ),
            html.Ul(lines, className="helps"),
            html.P(
                [
                    cheapest,
                    " ",
                    html.Button(say("zone.method"), type="button", className="link", **act("drawer", "method")),
                ],
                className="small",
            ),
            name="helps",
        )
    ]


def _label(name: str, flag: Row, model: PremiseModel, spoken: GoalWords) -> str:
    say = spoken.figures.words
    node = flag["details"].get("node") or ""
    if name == "capacity" and node:
        return say("helps.capacity_at", node=node)
    return say.get(f"helps.{name}_{model.supply}", say.table[f"helps.{name}"])


def _line(token: str, label: str, result: float, spoken: GoalWords) -> Component:
    about = spoken.figures.words("helps.about", share=spoken.figures.share(min(result, 1.0)))
    dot = html.Span(className="dot", style={"background": f"var(--t-{token})", "borderColor": f"var(--t-{token})"})
    return html.Li([dot, html.Span(label), html.Strong(about)])
