"""The zone card: value and target, what is not known, people, the quality of the records, and the rows behind it."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.lenses.messiness import messiness
from dashboards.panels.bits import act, aria, block, chip, data, icon_button
from dashboards.panels.cause import cause_blocks
from dashboards.panels.form import form_block
from dashboards.panels.goal import chosen_goal
from dashboards.panels.part import part
from dashboards.panels.sources import source_block
from dashboards.state import View
from dashboards.targets import GoalWords, goal_words
from dashboards.words import Words, words
from twin.database.connect import Row
from twin.database.published import read_run, zone_facts, zone_flag, zone_form, zone_score
from twin.database.store import Store

FRESH_ENOUGH = 0.5
PEOPLE = "people"
"""Where an index counts people, the card need not say their number twice."""


@part(again="zone")
def card(store: Store, view: View) -> Any:
    """The card of the zone that is selected; nothing where none is."""
    if not view.zone:
        return []
    say = words(view.lang)
    with store.read() as connection:
        facts = zone_facts(connection, view.zone)
        if facts is None:
            return [_head(say("zone.unknown_title", zone=view.zone), "", say), _words(say("zone.unknown"))]
        run = read_run(connection)
        goal = chosen_goal(run, view)
        score = zone_score(connection, run.id, goal, view.zone) if run and goal else None
        flag = zone_flag(connection, run.id, goal, view.zone) if run and goal else None
        form = zone_form(connection, run.id, view.zone) if run and view.lens == messiness.id else None
        spoken = goal_words(run, goal, Figures(say)) if run and goal else None
        sources = source_block(connection, run, goal, view)
    head = _head(say("zone.zone", code=view.zone), _subtitle(facts, score, spoken, say), say)
    if run is None or spoken is None:
        return [head, block(*sources)]
    built = [form_block(form, say)] if view.lens == messiness.id else []
    middle = [_not_applicable(say)] if score is None else _scored(view.zone, score, flag, spoken, run.flagged)
    day = Figures(say).day(run.finished_at.date() if run.finished_at else None)
    return [
        head,
        html.Div([*built, *middle, block(*sources, name="sources")], className="card-body"),
        html.Footer(
            [
                html.Button(say("zone.method"), type="button", className="link", **act("drawer", "method")),
                html.Span(say("zone.run", run=run.id), className="small", title=say("zone.explain", date=day)),
            ],
            className="card-foot",
        ),
    ]


def _head(title: str, subtitle: str, say: Words) -> Component:
    return html.Header(
        [
            html.Div([html.H2(title), html.P(subtitle, className="small")]),
            html.Div(
                [
                    icon_button("share", say("zone.share"), act("share", **data(done=say("frame.shared")))),
                    icon_button("close", say("frame.close"), act("let-go")),
                ],
                className="row",
            ),
        ],
        className="card-head",
    )


def _subtitle(facts: Row, score: Row | None, spoken: GoalWords | None, say: Words) -> str:
    figures, comma, stop = Figures(say), say("zone.comma"), say("zone.stop")
    kind = say.get(f"type.{facts['zone_type']}", facts["zone_type"] or "")
    numbers = []
    if facts["population"] is not None:
        numbers.append(say("zone.residents", people=figures.people(facts["population"])))
    if spoken and score and score["n"] and spoken.counted != PEOPLE:
        named = say.get(f"counted.{spoken.counted}", spoken.counted)
        numbers.append(say("zone.counted", count=figures.count(score["n"]), counted=named))
    return stop.join(each for each in (facts["name"], kind, comma.join(numbers)) if each)


def _scored(zone: str, score: Row, flag: Row | None, spoken: GoalWords, flagged: bool) -> list[Component]:
    if score["value"] is None:
        return [_no_data(zone, score, spoken)]
    cause, helps = cause_blocks(flag, score, spoken, flagged)
    return [_value(score, spoken), *cause, _effect(score, spoken), *helps, _quality(score["quality"], spoken)]


def _value(score: Row, spoken: GoalWords) -> Component:
    reached = not score["shortfall"]
    parts = score["parts"]
    unknown = []
    if parts.get("low") is not None and parts.get("high") is not None and parts["high"] > parts["low"]:
        low, high = spoken.value(parts["low"]), spoken.value(parts["high"])
        unknown = [html.P(spoken.figures.words("zone.range", low=low, high=high), className="small")]
    return block(
        html.Div(
            [
                html.Span(spoken.number(score["value"]), className="figure", id="card-value"),
                html.Span(spoken.of_target, className="of"),
                chip(spoken.away(score["value"]), "ok" if reached else "danger"),
            ],
            className="value-row",
        ),
        *unknown,
    )


def _effect(score: Row, spoken: GoalWords) -> Component:
    say, figures = spoken.figures.words, spoken.figures
    full = score["attainment"] >= 1
    what = say("zone.attainment_full" if full else "zone.attainment_what")
    numbers = [(figures.share(score["attainment"]), what, say("zone.attainment"))]
    affected = score["people_affected"]
    if affected is not None and affected > 0:
        numbers.append((figures.people(affected), say("zone.people"), ""))
    said = [
        html.Div([html.Strong(number), html.Span(what)], className="number", title=title)
        for number, what, title in numbers
    ]
    none = [html.P(say("zone.people_none"), className="small")] if affected == 0 else []
    return block(html.Div([*said, *none], className="numbers"))


def _quality(quality: float, spoken: GoalWords) -> Component:
    say = spoken.figures.words
    level = "all" if quality >= 0.995 else "most" if quality >= FRESH_ENOUGH else "some" if quality > 0 else "none"
    sentence = say(f"zone.quality_{level}", share=spoken.figures.share(quality))
    bar = html.Div(html.Span(style={"width": f"{100 * quality:.0f}%"}), className="meter", **aria(hidden="true"))
    return block(html.H3(say("zone.quality"), className="heading"), bar, html.P(sentence, className="small"))


def _no_data(zone: str, score: Row, spoken: GoalWords) -> Component:
    say = spoken.figures.words
    return block(
        html.Div(
            [
                html.Span(className="hatched-box crossed"),
                html.Div(
                    [html.H3(say("zone.no_data_title", zone=zone)), html.P(f"{score['reason']}.".replace("..", "."))]
                ),
            ],
            className="no-data",
        )
    )


def _not_applicable(say: Words) -> Component:
    return block(html.H3(say("zone.not_applicable_title")), html.P(say("zone.not_applicable")))


def _words(text: str) -> Component:
    return block(html.P(text))
