"""The goal chooser: which goal is shown, its target in words, whether the target was verified."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.lenses.lens import lenses
from dashboards.panels.bits import act, aria, chip, icon
from dashboards.panels.part import part
from dashboards.state import View
from dashboards.targets import goal_words
from dashboards.words import Words, words
from twin.database.published import Run, read_run
from twin.database.store import Store


def chosen_goal(run: Run | None, view: View) -> str:
    """The goal that is shown: the one of the URL, else the first that was computed; "" where none was."""
    computed = [goal.index for goal in run.computed] if run else []
    return view.goal if view.goal in computed else (computed[0] if computed else "")


def goal_select(run: Run, view: View) -> Component:
    """The list of goals that were computed."""
    say = words(view.lang)
    spoken = [goal_words(run, goal.index, Figures(say)) for goal in run.computed]
    chooser: Component = dmc.Select(
        id="goal-select",
        data=[{"value": each.goal.index, "label": each.title} for each in spoken],
        value=chosen_goal(run, view),
        allowDeselect=False,
        rightSection=icon("down"),
        rightSectionPointerEvents="none",
        maxDropdownHeight=420,
        size="md",
        **aria(label=say("goal.goal")),
    )
    return chooser


def lens_select(view: View) -> Component:
    """The lenses; nothing while there is only one."""
    say = words(view.lang)
    known = lenses()
    data = [{"value": name, "label": say.get(f"lens.{name}", name)} for name in known]
    chooser: Component = dmc.SegmentedControl(
        id="lens-select",
        data=data,
        value=view.lens if view.lens in known else next(iter(known)),
        fullWidth=True,
        style={} if len(known) > 1 else {"display": "none"},
        **aria(label=say("lens.lens")),
    )
    return chooser


@part(again="goal")
def goal_note(store: Store, view: View) -> Any:
    """The target as a sentence, with chips: verified or not, computed."""
    with store.read() as connection:
        run = read_run(connection)
    goal = chosen_goal(run, view)
    if run is None or not goal:
        return []
    say = words(view.lang)
    spoken = goal_words(run, goal, Figures(say))
    verified = spoken.goal.verified
    return [
        html.P(spoken.sentence(run.profile.year), className="small"),
        html.Div(
            [
                chip(
                    say("goal.verified" if verified else "goal.unverified"),
                    "" if verified else "dashed",
                    title=target_source(say, spoken.goal.source, verified),
                    **act("drawer", "method"),
                ),
                chip(say("goal.computed")),
            ],
            className="chips",
        ),
    ]


def target_source(say: Words, source: str, verified: bool) -> str:
    """Where a target is written, and whether somebody looked."""
    named = say("goal.source", source=source) if source else say("goal.no_source")
    return f"{named} {say('goal.verified_what' if verified else 'goal.unverified_what')}"
